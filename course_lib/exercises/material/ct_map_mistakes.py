"""Known mistakes of topic 03, third part: maps of HU by a threshold and by a curve."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import mr_mapping

_threshold = partial(refusing_like, mr_mapping.threshold_map)
_continuous = partial(refusing_like, mr_mapping.continuous_map)
_AIR = mr_mapping.AIR_HU


def _three_values(rate, air, threshold, bone, soft):
    """Make a map of three values, whatever comes in."""
    return np.where(air, _AIR, np.where(np.asarray(rate) >= threshold, bone, soft))


THRESHOLD_MAP = [
    mistake(
        _threshold(lambda r, air, t, bone, soft: np.where(r >= t, bone, soft)),
        "Air did not become air. R2* means nothing there; write -1000 HU wherever the mask is "
        "True.",
    ),
    mistake(
        _threshold(lambda r, air, t, bone, soft: np.where(r >= t, bone, np.where(air, _AIR, soft))),
        "Bone overwrites air: in air R2* is only noise, and where it happens to exceed the "
        "threshold you wrote bone around the patient. Write air last.",
    ),
    mistake(
        _threshold(lambda *given: np.where(given[1], 0.0, _three_values(*given))),
        "Air is 0 in your map. On the HU scale 0 is water; air is -1000 HU.",
    ),
    mistake(
        _threshold(lambda r, air, t, bone, soft: _three_values(r, air, t, soft, bone)),
        "Bone and soft tissue are swapped. Bone decays fast: its R2* is at or above the threshold.",
    ),
    mistake(
        _threshold(lambda r, air, t, bone, soft: np.where(air, _AIR, np.where(r > t, bone, soft))),
        "A voxel that equals the threshold is bone here: use `>=`.",
    ),
    mistake(
        _threshold(lambda r, air, t, bone, soft: np.where(air, _AIR, np.where(r >= t, r, soft))),
        "You kept R2* itself as HU. R2* is in 1/s; in a threshold map all bone gets one value, "
        "bone_hu.",
    ),
    mistake(
        _three_values,
        "R2* is NaN in one voxel, and NaN is not at or above anything, so an unknown voxel became "
        "soft tissue. Look for it with `np.isnan(...).any()` and raise a ValueError.",
    ),
]


def _curve(rate, coefficients):
    """Read a curve of rising powers."""
    return np.polynomial.polynomial.polyval(rate, coefficients)


def _range_unchecked(rate, air, coefficients, ends, soft):
    """Follow the curve in bone, whatever comes in."""
    bone = _curve(np.minimum(np.maximum(rate, ends[0]), ends[1]), coefficients)
    return np.where(air, _AIR, np.where(rate >= ends[0], bone, soft))


def _falling(rate, air, coefficients, ends, soft):
    """Read the coefficients the wrong way round."""
    return _range_unchecked(rate, air, coefficients[::-1], ends, soft)


CONTINUOUS_MAP = [
    mistake(
        _continuous(
            lambda r, air, c, ends, soft: np.where(
                air, _AIR, np.where(r >= ends[0], _curve(r, c), soft)
            )
        ),
        "Above the upper end of the range you follow the curve to where nothing was fitted, and "
        "there polynomials run away. Read it at the upper end: clip R2* to the range first.",
    ),
    mistake(
        _continuous(
            lambda r, air, c, ends, soft: np.where(air, _AIR, _curve(np.clip(r, *ends), c))
        ),
        "Soft tissue follows the curve, too. Below the lower end of the range there is no bone: "
        "write soft_hu there.",
    ),
    mistake(
        _continuous(
            lambda r, air, c, ends, soft: np.where(
                air, _AIR, np.where((r >= ends[0]) & (r <= ends[1]), _curve(r, c), soft)
            )
        ),
        "Above the upper end you wrote soft tissue. There R2* is highest, so it is surely bone: "
        "read the curve at the upper end.",
    ),
    mistake(
        _continuous(_falling),
        "You read the coefficients in falling powers, as `np.polyval` does. Here the first "
        "belongs to R2*^0: use `np.polynomial.polynomial.polyval`, or turn them round.",
    ),
    mistake(
        _continuous(
            lambda r, air, c, ends, soft: np.where(
                r >= ends[0], _curve(np.clip(r, *ends), c), np.where(air, _AIR, soft)
            )
        ),
        "Bone overwrites air: in air R2* is only noise, and where it happens to exceed the lower "
        "end you wrote bone. Write air last.",
    ),
    mistake(
        _continuous(
            lambda r, air, c, ends, soft: np.where(r >= ends[0], _curve(np.clip(r, *ends), c), soft)
        ),
        "Air did not become air. Write -1000 HU wherever the mask is True, and write it last.",
    ),
    mistake(
        _range_unchecked,
        "The range is inverted: its lower end lies above its upper end. You returned a map that "
        "looks plausible and is wrong. Raise a ValueError.",
    ),
]
