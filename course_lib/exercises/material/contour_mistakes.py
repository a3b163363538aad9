"""Known mistakes of topic 12, second part: energy, speed, update, rest."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import chan_vese_cases as cases
from course_lib.exercises.material import refusing_like
from course_lib.imaging import level_sets

_energy = partial(refusing_like, cases.contour_energy)
_speed = partial(refusing_like, cases.contour_speed)
_update = partial(refusing_like, cases.update_level_set)


def _squares(image, means):
    """Return the squared differences from both means."""
    image = np.asarray(image, float)
    return (image - means[0]) ** 2, (image - means[1]) ** 2


def _sum(inside, outside, length, weights, total=np.sum):
    """Add three terms."""
    return float(weights[0] * length + weights[1] * total(inside) + weights[2] * total(outside))


def _unchecked_energy(image, step, means, length, weights):
    """Let numpy stretch the shapes."""
    near, far = _squares(image, means)
    return _sum(step * near, (1 - np.asarray(step)) * far, length, weights)


def _by_size(image, step, means, length, weights):
    """Take sizes in the place of squares."""
    near, far = (np.sqrt(square) for square in _squares(image, means))
    return _sum(step * near, (1 - step) * far, length, weights)


def _minus_step(image, step, means, length, weights):
    """Write -H(phi) for H(-phi)."""
    near, far = _squares(image, means)
    return _sum(step * near, -step * far, length, weights)


def _averaged(image, step, means, length, weights):
    """Average over the image."""
    near, far = _squares(image, means)
    return _sum(step * near, (1 - step) * far, length, weights, np.mean)


def _step_squared(image, step, means, length, weights):
    """Square the weights as well."""
    near, far = _squares(image, means)
    return _sum(step**2 * near, (1 - step) ** 2 * far, length, weights)


def _rounded(image, step, means, length, weights):
    """Count each pixel on one side only."""
    return _unchecked_energy(image, (step > 0.5) * 1.0, means, length, weights)


CONTOUR_ENERGY = [
    mistake(
        _energy(_by_size),
        "You take the differences by their size. The energy takes their squares; only for squares "
        "is the mean the best value.",
    ),
    mistake(
        _energy(_minus_step),
        "You write -H(phi) where the formula has H(-phi). H(-phi) is 1 - H(phi): what is not "
        "inside is outside.",
    ),
    mistake(
        _energy(
            lambda image, step, means, length, weights: _unchecked_energy(
                image, step, means[::-1], length, weights
            )
        ),
        "You compare the inside with the mean of the outside, and the other way round.",
    ),
    mistake(
        _energy(
            lambda image, step, means, length, weights: _unchecked_energy(
                image, step, means, length, (weights[0], weights[2], weights[1])
            )
        ),
        "lambda_i and lambda_o are swapped. The weights come as (mu, lambda_i, lambda_o).",
    ),
    mistake(
        _energy(_averaged),
        "You average over the image. The integral is a sum over the pixels; with a mean, mu would "
        "weigh more the larger the image.",
    ),
    mistake(
        _energy(
            lambda image, step, means, length, weights: _unchecked_energy(
                image, step, means, 0.0, weights
            )
        ),
        "The length is missing: without mu times it, noise costs nothing.",
    ),
    mistake(
        _energy(
            lambda image, step, means, length, weights: _unchecked_energy(
                image, step, means, length / weights[0], weights
            )
        ),
        "You add the length without mu. Its weight decides how much noise is smoothed away.",
    ),
    mistake(
        _energy(_step_squared),
        "You square H as well. Only the difference (u0 - c) is squared, H is its weight.",
    ),
    mistake(
        _energy(_rounded),
        "You count each pixel fully on one side. The energy weighs with the smooth H(phi): only "
        "that has a slope along which the contour can move.",
    ),
    mistake(
        _unchecked_energy,
        "The shapes differ, and numpy stretched one array over the other without a word. Raise a "
        "ValueError.",
    ),
]


def _pull(image, means, bending, weights, signs=(1, -1, 1)):
    """Return the sum of the three pulls with signs."""
    pulls = (np.asarray(bending), *_squares(image, means))
    return sum(s * w * pull for s, w, pull in zip(signs, weights, pulls, strict=True))


def _pull_with(*signs):
    """Make a speed with other signs."""
    return lambda *given: _pull(*given, signs=signs)


def _pull_by_size(image, means, bending, weights):
    """Take sizes in the place of squares."""
    inside, outside = (np.sqrt(square) for square in _squares(image, means))
    return weights[0] * np.asarray(bending) - weights[1] * inside + weights[2] * outside


def _pull_of_one(image, means, bending, weights):
    """Forget the squares."""
    image = np.asarray(image, float)
    return weights[0] * np.asarray(bending) + (
        weights[2] * (image - means[1]) - weights[1] * (image - means[0])
    )


CONTOUR_SPEED = [
    mistake(
        _speed(_pull_with(-1, 1, -1)),
        "All signs are turned: you go uphill, and the energy would rise.",
    ),
    mistake(
        _speed(_pull_with(1, 1, -1)),
        "The signs of the two squares are swapped. A pixel that differs from the mean of the "
        "inside has to sink: minus (u0 - c_i)^2.",
    ),
    mistake(
        _speed(_pull_with(-1, -1, 1)),
        "The sign of the curvature is wrong: the contour would grow longer, and noise with it. Our "
        "curvature is negative around a round inside, so plus mu times it shrinks it.",
    ),
    mistake(
        _speed(_pull_with(0, -1, 1)),
        "mu times the curvature is missing, so nothing keeps the contour short.",
    ),
    mistake(
        _speed(_pull_by_size),
        "You take the differences by their size. The energy holds their squares, so its derivative "
        "by phi does, too.",
    ),
    mistake(
        _speed(_pull_of_one),
        "The squares are missing. Without them the sign of a difference decides, and not how far a "
        "pixel is from each mean.",
    ),
    mistake(
        _speed(
            lambda image, means, bending, weights: _pull(
                image, means, bending, (weights[0], weights[2], weights[1])
            )
        ),
        "lambda_i and lambda_o are swapped. The weights come as (mu, lambda_i, lambda_o).",
    ),
    mistake(
        _pull,
        "The shapes differ, and numpy stretched one array over the other without a word. Raise a "
        "ValueError.",
    ),
]

UPDATE_LEVEL_SET = [
    mistake(
        _update(lambda phi, speed, e, step: phi - step * level_sets.delta(phi, e) * speed),
        "You go uphill: phi moves by plus step times delta times speed. The minus of going "
        "downhill is in the speed already.",
    ),
    mistake(
        _update(lambda phi, speed, e, step: phi + step * np.asarray(speed)),
        "delta is missing: every pixel moves alike, however far from the contour it lies.",
    ),
    mistake(
        _update(lambda phi, speed, e, step: phi + step * level_sets.heaviside(phi, e) * speed),
        "You multiply by H(phi). It has to be its slope, delta(phi) = epsilon / (pi (epsilon^2 + "
        "phi^2)).",
    ),
    mistake(
        _update(lambda phi, speed, e, step: phi + step * np.pi * level_sets.delta(phi, e) * speed),
        "The pi of delta is missing: delta = epsilon / (pi (epsilon^2 + phi^2)).",
    ),
    mistake(
        _update(lambda phi, speed, e, step: phi + step * level_sets.delta(phi, 1.0) * speed),
        "You take delta with a width of 1, whatever epsilon is. It is epsilon / (pi (epsilon^2 + "
        "phi^2)).",
    ),
    mistake(
        _update(lambda phi, speed, e, step: step * level_sets.delta(phi, e) * speed),
        "This is the change alone. The new level set is phi plus the change.",
    ),
    mistake(
        lambda phi, speed, e, step: phi + step * speed * e / (e**2 + phi**2) / np.pi,
        "A width of 0 or less is no width. Raise a ValueError when epsilon is not above 0.",
    ),
]

AT_REST = [
    mistake(
        lambda moved, pixels, tolerance, calm: all(n <= tolerance * pixels for n in moved[-calm:]),
        "After fewer steps than `calm` you call it rest already, even before the first step. Ask "
        "`len(moved) >= calm` as well.",
    ),
    mistake(
        lambda moved, pixels, tolerance, calm: (
            len(moved) >= calm and moved[-1] <= tolerance * pixels
        ),
        "You look at the last step only. A contour that turns around stands still for a moment; "
        "look at all of the last `calm` steps.",
    ),
    mistake(
        lambda moved, pixels, tolerance, calm: (
            len(moved) >= calm and float(np.mean(moved[-calm:])) <= tolerance * pixels
        ),
        "You compare the mean of the last steps. One large step among small ones is no rest: look "
        "at the largest.",
    ),
    mistake(
        lambda moved, pixels, tolerance, calm: (
            len(moved) >= calm and max(moved) <= tolerance * pixels
        ),
        "You look at all steps since the start. The first ones may be large; only the last `calm` "
        "count.",
    ),
    mistake(
        lambda moved, pixels, tolerance, calm: (
            len(moved) >= calm and max(moved[-calm:]) < tolerance * pixels
        ),
        "Exactly tolerance times the pixels is still allowed: use `<=`. It matters for a tolerance "
        "of 0.",
    ),
    mistake(
        lambda moved, pixels, tolerance, calm: (
            len(moved) >= calm and max(moved[-calm:]) <= tolerance
        ),
        "The tolerance is a share of the pixels, and `moved` counts pixels: compare with "
        "tolerance * pixels.",
    ),
]
