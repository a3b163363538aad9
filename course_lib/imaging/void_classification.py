"""Artefact or anatomy: what a signal void is, told by where it lies among the landmarks.

A pixel of a void has an offset to each landmark. Around each landmark, the pixels of known voids
with the most alike offsets vote; then the landmarks vote. Points are in mm, (Y, X). Slides 78 and
85 to 87.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from course_lib.imaging.checks import as_mask, as_numbers, require_count
from course_lib.imaging.coordinates import as_points, index_to_mm
from course_lib.imaging.label_fusion import majority_vote
from course_lib.imaging.shapes import as_shapes


def offsets_to_landmarks(pixels_mm: ArrayLike, landmarks_mm: ArrayLike) -> NDArray[np.float64]:
    """Return where pixels lie, seen from each landmark.

    Parameters
    ----------
    pixels_mm : (N, D) array
        In mm.
    landmarks_mm : (K, D) array
        Of the same person, in mm.

    Returns
    -------
    (N, K, D) float64 array
        Pixel minus landmark in mm.

    Raises
    ------
    ValueError
        If the arrays do not fit each other, or a coordinate is not finite.

    References
    ----------
    .. [1] Lecture, slides 78 and 86.

    Examples
    --------
    >>> offsets_to_landmarks([[5, 5], [6, 9]], [[5, 5], [0, 0]]).tolist()
    [[[0.0, 0.0], [5.0, 5.0]], [[1.0, 4.0], [6.0, 9.0]]]
    """
    pixels, landmarks = as_points(pixels_mm), as_shapes(landmarks_mm)
    if pixels.ndim != 2 or landmarks.ndim != 2 or pixels.shape[1] != landmarks.shape[1]:
        raise ValueError(
            f"The pixels are {pixels.shape} and the landmarks {landmarks.shape}; (pixels, axes) "
            "and (landmarks, axes) are needed."
        )
    return pixels[:, None] - landmarks


def nearest_labels(
    known: ArrayLike, labels: ArrayLike, points: ArrayLike, neighbors: int = 5
) -> NDArray:
    """Return the labels of the known points that lie nearest to each point.

    Parameters
    ----------
    known : (M, D) array
        Points with a label, for example the offsets of training pixels to one landmark.
    labels : (M,) integer array
        Of the known points.
    points : (N, D) array
        Points without.
    neighbors : int
        How many, at most M; 5 in the lecture.

    Returns
    -------
    (N, neighbors) integer array
        Labels, nearest first.

    Raises
    ------
    ValueError
        If the arrays do not fit each other, a coordinate is not finite, labels are no whole
        numbers, or there are fewer known points than neighbours.

    References
    ----------
    .. [1] Cover and Hart, IEEE Trans. Information Theory 13(1), 1967.
       doi:10.1109/TIT.1967.1053964
    .. [2] Lecture, slide 87.

    Examples
    --------
    >>> nearest_labels([[0.0], [1.0], [8.0], [9.0]], [3, 3, 2, 2], [[0.2], [6.0]], neighbors=3)
    array([[3, 3, 2],
           [2, 2, 3]])
    """
    known, points = as_shapes(known), as_points(points)
    labels = _labels(labels, len(known))
    require_count(neighbors, "neighbours")
    if known.ndim != 2 or points.ndim != 2 or known.shape[1] != points.shape[1]:
        raise ValueError(
            f"The known points are {known.shape} and the others {points.shape}; two tables with "
            "as many columns are needed."
        )
    if neighbors > len(known):
        raise ValueError(f"{neighbors} neighbours are needed; {len(known)} points are known.")
    _, nearest = cKDTree(known).query(points, k=np.arange(1, neighbors + 1))
    return labels[nearest]


def landmark_majority(neighbor_labels: ArrayLike) -> NDArray:
    """Take the majority of the neighbours at each landmark, then the majority of the landmarks.

    Parameters
    ----------
    neighbor_labels : (N, K, k) integer array
        Labels of the k neighbours of N pixels at each of K landmarks.

    Returns
    -------
    (N,) integer array
        One label for each pixel. A tied vote goes to the lowest label.

    Raises
    ------
    ValueError
        If the array is not (N, K, k), is empty, or holds no whole numbers.

    References
    ----------
    .. [1] Lecture, slide 87.

    Examples
    --------
    >>> landmark_majority([[[3, 3, 2], [2, 2, 3], [3, 3, 3]]])
    array([3])
    """
    labels = as_numbers(neighbor_labels)
    if labels.ndim != 3:
        raise ValueError(f"The labels are {labels.shape}; (pixels, landmarks, neighbours) needed.")
    of_landmarks = majority_vote(list(np.moveaxis(labels, 2, 0)))
    return majority_vote(list(of_landmarks.T))


def classify_pixels(
    offsets: ArrayLike, known_offsets: ArrayLike, labels: ArrayLike, neighbors: int = 5
) -> NDArray:
    """Tell what kind of void each pixel belongs to.

    Parameters
    ----------
    offsets : (N, K, D) array
        Of the new person's pixels to their landmarks, in mm; see `offsets_to_landmarks`.
    known_offsets : (M, K, D) array
        Of the pixels of other people to their own landmarks, in mm.
    labels : (M,) integer array
        Kind of void of these.
    neighbors : int
        How many vote at each landmark.

    Returns
    -------
    (N,) integer array
        Kind of void. A tied vote goes to the lowest label.

    Raises
    ------
    ValueError
        As `nearest_labels`, or if the arrays are not (pixels, landmarks, axes) with as many
        landmarks.

    References
    ----------
    .. [1] Ladefoged et al., Automatic correction of dental artifacts in PET/MRI, Journal of
       Medical Imaging 2(2), 2015.
    .. [2] Lecture, slides 86 and 87.

    Examples
    --------
    >>> known = offsets_to_landmarks([[0, 0], [0, 1], [9, 9], [9, 8]], [[0, 0], [5, 5]])
    >>> new = offsets_to_landmarks([[1, 2], [9, 10]], [[1, 1], [6, 6]])
    >>> classify_pixels(new, known, [3, 3, 2, 2], neighbors=1)
    array([3, 2])
    """
    offsets, known = as_points(offsets), as_shapes(known_offsets)
    if offsets.ndim != 3 or known.ndim != 3 or offsets.shape[1:] != known.shape[1:]:
        raise ValueError(
            f"The offsets are {offsets.shape} and {known.shape}; (pixels, landmarks, axes) with "
            "the same landmarks and axes are needed."
        )
    votes = [
        nearest_labels(known[:, landmark], labels, offsets[:, landmark], neighbors)
        for landmark in range(known.shape[1])
    ]
    return landmark_majority(np.stack(votes, axis=1))


def classify_voids(
    voids: ArrayLike,
    landmarks_mm: ArrayLike,
    spacing: ArrayLike,
    known_offsets: ArrayLike,
    labels: ArrayLike,
    *,
    neighbors: int = 5,
) -> NDArray:
    """Tell what kind of void each pixel of a mask belongs to.

    Parameters
    ----------
    voids : bool array with D axes
        Where the image has no signal though it should or might; not the air outside.
    landmarks_mm : (K, D) array
        Of this person, in mm from the centre of the first pixel.
    spacing : float or (D,) array
        Distance between pixel centres in mm.
    known_offsets, labels, neighbors
        As in `classify_pixels`.

    Returns
    -------
    integer array
        Of the shape of the mask: the kind of void, and 0 outside the mask. A void need not be of
        one kind: an artefact may have grown together with a sinus.

    Raises
    ------
    ValueError
        As `classify_pixels`, or if the mask is not bool.

    References
    ----------
    .. [1] Lecture, slides 76 to 78 and 85 to 87.

    Examples
    --------
    >>> known = offsets_to_landmarks([[0, 0], [0, 1], [0, 8], [0, 9]], [[0, 0]])
    >>> voids = np.array([[True, True, False, False, True]])
    >>> classify_voids(voids, [[0, 0]], [2, 2], known, [3, 3, 2, 2], neighbors=2)
    array([[3, 3, 0, 0, 2]])
    """
    voids = as_mask(voids, np.shape(voids), "mask of voids")
    pixels = index_to_mm(np.argwhere(voids).reshape(-1, max(voids.ndim, 1)), spacing)
    kinds = np.zeros(voids.shape, dtype=as_numbers(labels).dtype)
    if len(pixels):
        offsets = offsets_to_landmarks(pixels, landmarks_mm)
        kinds[voids] = classify_pixels(offsets, known_offsets, labels, neighbors)
    return kinds


def _labels(labels: ArrayLike, count: int) -> NDArray:
    """Return one whole number for each known point."""
    labels = as_numbers(labels)
    if labels.shape != (count,) or labels.dtype.kind not in "biu":
        raise ValueError(
            f"The labels have the shape {labels.shape} and hold {labels.dtype} values; one whole "
            f"number for each of {count} known points is needed."
        )
    return labels
