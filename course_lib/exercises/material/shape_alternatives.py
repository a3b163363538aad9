"""Right answers of topic 11 that are written in another way."""

from collections import Counter

import numpy as np

from course_lib.exercises.material import active_shape_models_cases as cases
from course_lib.imaging import shape_models, shapes
from course_lib.imaging import void_classification as voids


def scaled_by_norm(shape):
    """Scale by numpy's norm, and return lists."""
    shapes.center_and_scale(shape)  # refuses what it refuses
    centred = np.asarray(shape, float) - np.average(shape, axis=0)
    return (centred / np.linalg.norm(centred)).tolist()


def by_angle(moving, fixed):
    """Find the angle in the plane from sums of products."""
    shapes.best_rotation(moving, fixed)
    (y, x), (v, u) = ((shape - np.mean(shape, axis=0)).T for shape in (moving, fixed))
    angle = np.arctan2(np.sum(y * u - x * v), np.sum(y * v + x * u))
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def by_singular_values(moving, fixed):
    """Put the sign into a diagonal matrix between U and V^T; centring one shape is enough."""
    shapes.best_rotation(moving, fixed)
    left, _, right = np.linalg.svd(np.transpose(moving) @ (fixed - np.mean(fixed, axis=0)))
    return left @ np.diag([1.0, np.linalg.det(left) * np.linalg.det(right)]) @ right


def mean_by_stacks(landmarks):
    """Turn all people at once, until the mean stands still."""
    cases.mean_of_shapes(landmarks)
    people = shapes.center_and_scale(landmarks)
    mean, before = people[0], np.inf
    while np.abs(mean - before).max() > 1e-9:
        turned = people @ shapes.best_rotation(people, mean)
        scales = np.einsum("nkd,kd->n", turned, mean)
        before, mean = mean, shapes.center_and_scale(np.einsum("n,nkd->kd", scales, turned))
    return mean


def mean_turned(landmarks):
    """Begin with another person, and leave the mean as that person lies."""
    return cases.mean_of_shapes(np.asarray(landmarks)[::-1])


def modes_by_eigh(aligned):
    """Find the eigenvectors of the covariance matrix."""
    cases.shape_modes(aligned)
    people = len(aligned)
    values, vectors = np.linalg.eigh(np.cov(np.reshape(aligned, (people, -1)), rowvar=False))
    count = min(people - 1, values.size)
    modes = vectors.T[::-1][:count].reshape(count, *aligned.shape[1:])
    return modes, values[::-1][:count]


def modes_of_people(aligned):
    """Return the modes the other way round, as a list."""
    modes, variances = cases.shape_modes(aligned)
    return [-modes, variances]


def sum_of_modes(mean, modes, weights):
    """Add mode by mode."""
    shape_models.generate_shape(mean, modes, weights)
    shape = np.array(mean, float)
    for weight, mode in zip(weights, modes, strict=True):
        shape = shape + weight * mode
    return shape


def phi_transposed(shape, mean, modes):
    """Multiply matrices, as the formula has it."""
    shape_models.shape_weights(shape, mean, modes)
    phi = np.reshape(modes, (len(modes), -1)).T
    return phi.T @ (np.asarray(shape) - mean).ravel()


def limited_in_deviations(weights, variances, limit):
    """Limit in deviations, and return to mm."""
    shape_models.limit_weights(weights, variances, limit)
    deviations = np.sqrt(variances)
    return np.maximum(np.minimum(weights / deviations, limit), -limit) * deviations


def offset_by_offset(pixels, landmarks):
    """Go through all pairs."""
    voids.offsets_to_landmarks(pixels, landmarks)
    return [[list(np.subtract(pixel, landmark)) for landmark in landmarks] for pixel in pixels]


def nearest_by_loop(known, labels, points, neighbors):
    """Sort the known points for one point after the other."""
    voids.nearest_labels(known, labels, points, neighbors)
    found = []
    for point in points:
        far = [np.hypot(*(point - place)) for place in known]
        order = sorted(range(len(known)), key=far.__getitem__)
        found.append([int(labels[number]) for number in order[:neighbors]])
    return found


def counted_pixel_by_pixel(labels):
    """Count with a dictionary; sorted first, so that the lowest of equals wins."""
    voids.landmark_majority(labels)

    def most(votes):
        return Counter(sorted(votes)).most_common(1)[0][0]

    return [int(most([most(list(row)) for row in pixel])) for pixel in labels]
