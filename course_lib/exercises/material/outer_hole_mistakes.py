"""Known mistakes of topic 12, last part: filling the outer hole, percent error of PET."""

from functools import partial

import numpy as np
from scipy import ndimage

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import chan_vese_cases as cases
from course_lib.exercises.material import refusing_like
from course_lib.imaging import outer_holes
from course_lib.imaging.agreement import percent_difference

_fill = partial(refusing_like, outer_holes.fill_outer_hole)
_error = partial(refusing_like, cases.pet_percent_error)


def _filled(mu_map, where, soft_tissue):
    """Return a copy with soft tissue somewhere."""
    return np.where(where, soft_tissue, np.asarray(mu_map, float))


def _reaching(mu_map, body, air_below, structure=None):
    """Return the air that is connected with the air outside of the body."""
    parts, _ = ndimage.label(np.asarray(mu_map) < air_below, structure)
    outside = np.unique(parts[~np.asarray(body)])
    return np.isin(parts, outside[outside > 0])


def _unchecked_fill(mu_map, body, soft_tissue, air_below):
    """Fill in whatever body."""
    body = np.asarray(body, bool)
    return _filled(mu_map, _reaching(mu_map, body, air_below) & body, soft_tissue)


FILL_OUTER_HOLE = [
    mistake(
        _fill(lambda mu, body, soft, air: _filled(mu, body & (np.asarray(mu) < air), soft)),
        "You fill all air in the body: sinuses and throat with it. Fill only air that is connected "
        "with the air outside.",
    ),
    mistake(
        _fill(lambda mu, body, soft, air: _filled(mu, body, soft)),
        "You fill the whole body with soft tissue, also the bone. Only the hole is changed.",
    ),
    mistake(
        _fill(lambda mu, body, soft, air: _filled(mu, _reaching(mu, body, air), soft)),
        "You fill the air outside of the body, too: the patient lies in a block of tissue. Stop at "
        "the contour, with `& body`.",
    ),
    mistake(
        _fill(
            lambda mu, body, soft, air: _filled(
                mu, ndimage.binary_fill_holes(np.asarray(mu) >= air) & (np.asarray(mu) < air), soft
            )
        ),
        "You fill the holes that are closed all around. Those are inner holes and sinuses; the one "
        "sought breaches the surface, and `binary_fill_holes` cannot see it.",
    ),
    mistake(
        _fill(
            lambda mu, body, soft, air: _filled(
                mu, _reaching(np.where(np.asarray(mu) == 0, 0.0, 1.0), body, 0.5) & body, soft
            )
        ),
        "You take only exactly 0 for air. In a real map air is noisy: below `air_below` is air.",
    ),
    mistake(
        _fill(
            lambda mu, body, soft, air: _filled(
                mu, _reaching(mu, body, air, np.ones((3,) * np.ndim(mu))) & body, soft
            )
        ),
        "You let air pass over corners: pixels that touch at a corner only count as connected. So "
        "a sinus behind a thin wall was filled. Use faces, as `ndimage.label` does by default.",
    ),
    mistake(
        _fill(
            lambda mu, body, soft, air: (
                _filled(mu, _reaching(mu, body, air) & body, 0.0)
                + air * (_reaching(mu, body, air) & body)
            )
        ),
        "You fill with the limit of air. Fill with the attenuation of soft tissue.",
    ),
    mistake(
        _unchecked_fill,
        "The body is empty: there is no contour, and nothing can be filled up to it. Raise a "
        "ValueError, or the hole stays and nobody is told.",
    ),
]


def _used(reference, region, floor):
    """Return where percent mean something."""
    return np.asarray(region, bool) & (np.asarray(reference) > floor)


def _percent(reference, measured, region, floor):
    """Return the signed differences in percent."""
    where = _used(reference, region, floor)
    reference, measured = np.asarray(reference, float), np.asarray(measured, float)
    return 100 * (measured[where] - reference[where]) / reference[where]


def _unchecked_error(reference, measured, region, floor):
    """Average over nothing, where there is nothing."""
    percent = np.abs(_percent(reference, measured, region, floor))
    return float(percent.mean()) if percent.size else float("nan")


def _of_measured(reference, measured, region, floor):
    """Divide by the wrong image."""
    where = _used(reference, region, floor)
    reference, measured = np.asarray(reference, float)[where], np.asarray(measured, float)[where]
    return float(np.abs(100 * (measured - reference) / measured).mean())


def _of_means(reference, measured, region, floor):
    """Average first."""
    where = _used(reference, region, floor)
    means = [float(np.asarray(pet, float)[where].mean()) for pet in (reference, measured)]
    return 100 * abs(means[1] - means[0]) / means[0]


def _without_floor(reference, measured, region, floor):
    """Divide also by values near 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.abs(percent_difference(reference, measured, 0.0))[region].mean())


PET_PERCENT_ERROR = [
    mistake(
        _error(lambda *given: float(_percent(*given).mean())),
        "You keep the signs, and too high and too low cancel. Take the size of each difference "
        "first, `np.abs`, then the mean.",
    ),
    mistake(
        _error(_of_means),
        "You compare the means of the region. Errors of opposite sign cancel in them; compare "
        "voxel by voxel, then average.",
    ),
    mistake(
        _error(_of_measured),
        "You divide by the image with the error. Percent are parts of the truth: divide by the "
        "reference.",
    ),
    mistake(
        _error(lambda *given: _unchecked_error(*given) / 100),
        "This is a fraction. Percent are 100 times as many.",
    ),
    mistake(
        _error(
            lambda reference, measured, region, floor: _unchecked_error(
                reference, measured, np.ones(np.shape(reference), bool), floor
            )
        ),
        "You average over the whole image. The error near the hole drowns in the rest of the head: "
        "choose the region.",
    ),
    mistake(
        _error(_without_floor),
        "You count voxels below the floor. Where there is next to no activity, percent are noise, "
        "and they rule the mean.",
    ),
    mistake(
        _error(lambda *given: float(np.sqrt(np.mean(_percent(*given) ** 2)))),
        "This is the root mean square. It is larger than the mean of the sizes, and ruled by few "
        "large errors; here the mean size is asked for.",
    ),
    mistake(
        _unchecked_error,
        "No voxel of the region is above the floor, and the mean of nothing is NaN. Raise a "
        "ValueError.",
    ),
]
