"""Known mistakes of topic 02, first part: scaling images in arbitrary units, and CT windows."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import normalization, windowing

_min_max = partial(refusing_like, normalization.min_max)
_stretch = partial(refusing_like, normalization.stretch)
_z_score = partial(refusing_like, normalization.z_score)
_relative = partial(refusing_like, normalization.relative_to_region)
_window = partial(refusing_like, windowing.ct_window)


def _min_max_unchecked(image):
    """Scale without looking at what comes in."""
    image = np.asarray(image, dtype=float)
    return (image - image.min()) / (image.max() - image.min())


def _min_max_of_a_range(image):
    """Refuse a constant image only; NaN is not equal to itself and slips through."""
    if np.min(image) == np.max(image):
        raise ValueError("constant")
    return _min_max_unchecked(image)


MIN_MAX = [
    mistake(
        _min_max(lambda image: image / image.max()),
        "You divide by the largest value. Then the smallest value does not become 0. Subtract the "
        "smallest value first, and divide by the range, max - min.",
    ),
    mistake(
        _min_max(lambda image: (image - image.min()) / image.max()),
        "You divide by the largest value. After the subtraction the largest value is max - min, "
        "so that is what you have to divide by.",
    ),
    mistake(
        _min_max(lambda image: image - image.min() / (image.max() - image.min())),
        "Division comes before subtraction: you divided only the minimum. Put the subtraction in "
        "brackets.",
    ),
    mistake(
        _min_max(lambda image: (image - image.min()) / (image.max() - image.min())),
        "The difference does not fit into 16 bits and wrapped around: in int16, "
        "30000 - (-30000) gives -5536. Convert to float before you subtract.",
    ),
    mistake(
        _min_max_unchecked,
        "A constant image has the range 0, and 0 / 0 gives NaN everywhere. Nobody downstream "
        "expects that: raise a ValueError that says the image is constant.",
    ),
    mistake(
        _min_max_of_a_range,
        "One NaN turned the whole image into NaN, because min and max of anything with a NaN are "
        "NaN. Check with `np.isnan` or `np.isfinite`, and raise a ValueError.",
    ),
]

STRETCH = [
    mistake(
        _stretch(lambda x, v0, v1, d0, d1: (x - v0) / (v1 - v0) * (d1 - d0) + d0),
        "You forgot to clamp: values outside [low; high] leave the new range. Cut them off at "
        "new_low and new_high, for example with `np.clip`.",
    ),
    mistake(
        _stretch(
            lambda x, v0, v1, d0, d1: np.clip((x - v0) / (v1 - v0) * (d1 - d0), 0, d1 - d0),
        ),
        "The result starts at 0 and not at new_low. Add new_low at the end.",
    ),
    mistake(
        _stretch(
            lambda x, v0, v1, d0, d1: np.clip((x - v0) / (v1 - v0) * d1 + d0, d0, d1),
        ),
        "You multiply by new_high. The new range is new_high - new_low wide; that is the factor.",
    ),
    mistake(
        _stretch(
            lambda x, v0, v1, d0, d1: (np.clip(x, d0, d1) - v0) / (v1 - v0) * (d1 - d0) + d0,
        ),
        "You clamp the image to the new range before scaling. Old values know nothing of the new "
        "range: scale first, then clamp (or clamp to [low; high] first).",
    ),
    mistake(
        _stretch(lambda x, v0, v1, d0, d1: np.clip(x, d0, d1)),
        "You only clamp the image to the new range. First [low; high] has to be stretched onto it.",
    ),
    mistake(
        _stretch(
            lambda x, v0, v1, d0, d1: (x - x.min()) / (x.max() - x.min()) * (d1 - d0) + d0,
        ),
        "You stretch from the image's own minimum to its maximum. Here low and high are given, "
        "and what lies beyond them is clamped.",
    ),
    mistake(
        lambda x, v0, v1, d0, d1: np.clip((x - v0) / (v1 - v0) * (d1 - d0) + d0, d0, d1),
        "An interval whose first end is not below its second is a mix-up of the caller. You "
        "returned an image that looks plausible and is wrong. Raise a ValueError.",
    ),
]

Z_SCORE = [
    mistake(
        _z_score(lambda image: (image - image.mean()) / image.std(ddof=1)),
        "You divide by the sample deviation (n - 1, `ddof=1`). The lecture's sigma is the "
        "population's: divide by n, as `np.std` does without further arguments.",
    ),
    mistake(
        _z_score(lambda image: (image - image.mean()) / (image.max() - image.min())),
        "You divide by the range. z-normalisation divides by the standard deviation.",
    ),
    mistake(
        _z_score(lambda image: (image - image.mean()) / image.var()),
        "You divide by the variance. The standard deviation is its square root.",
    ),
    mistake(
        _z_score(lambda image: image / image.std()),
        "The mean of your result is not 0: subtract the mean before you divide.",
    ),
    mistake(
        _z_score(lambda image: image - image.mean() / image.std()),
        "Division comes before subtraction: you divided only the mean. Put the subtraction in "
        "brackets.",
    ),
    mistake(
        lambda image: (image - image.mean()) / image.std(),
        "A constant image has the deviation 0, and 0 / 0 gives NaN everywhere. Raise a "
        "ValueError that says so.",
    ),
]


def _zeros_counted(image, mask):
    """Multiply by the mask and take the statistics of everything."""
    masked = image * mask
    return (image - masked.mean()) / masked.std()


Z_SCORE_IN_MASK = [
    mistake(
        _z_score(lambda image, mask: (image - image.mean()) / image.std()),
        "You take mean and deviation of the whole image. The dark background pulls the mean down "
        "and the deviation up; use `image[mask]`.",
    ),
    mistake(
        _z_score(_zeros_counted),
        "`image * mask` keeps the outside as zeros, and they count in the mean and the deviation. "
        "`image[mask]` takes only the values inside.",
    ),
    mistake(
        _z_score(lambda image, mask: np.where(mask, normalization.z_score(image, mask), 0)),
        "Inside the mask you are right, but outside you wrote 0. Here the whole image is scaled "
        "with the mask's mean and deviation; 0 would look like average tissue.",
    ),
    mistake(
        _z_score(lambda image, mask: normalization.z_score(image, mask)[mask]),
        "You return only the values inside the mask, in one long row. Take mean and deviation "
        "from `image[mask]`, but scale all of the image, so that it keeps its shape.",
    ),
    mistake(
        _z_score(lambda image, mask: (image - image[mask].mean()) / image.std()),
        "The mean comes from the mask, but the deviation from the whole image. Both have to come "
        "from the mask.",
    ),
    mistake(
        lambda image, mask: (image - image[mask].mean()) / image[mask].std(),
        "An empty mask, or one over constant values, has no deviation to divide by: the result "
        "is NaN. Raise a ValueError that says what is wrong with the mask.",
    ),
]

RELATIVE_TO_REGION = [
    mistake(
        _relative(lambda image, region: image - image[region].mean()),
        "You subtract the region's mean. That removes an offset, but two scanners differ by a "
        "factor: divide by the mean, so that the region becomes 1.",
    ),
    mistake(
        _relative(lambda image, region: image / image.mean()),
        "You divide by the mean of the whole image. That depends on how much air is in the "
        "picture; the reference is `image[region]`.",
    ),
    mistake(
        _relative(lambda image, region: image / (image * region).mean()),
        "`image * region` keeps the outside as zeros, and they pull the mean down. Take the mean "
        "of `image[region]`.",
    ),
    mistake(
        _relative(lambda image, region: image / image[region].max()),
        "You divide by the region's largest value. One noisy pixel would set the scale of the "
        "whole image; take the mean.",
    ),
    mistake(
        _relative(lambda image, region: image / np.median(image[region])),
        "You divide by the region's median. It is robust and often used, but here the mean is "
        "asked for.",
    ),
    mistake(
        lambda image, region: image / image[region].mean(),
        "A region that is empty, or whose mean is 0, cannot be a reference: the result is NaN or "
        "infinite. Raise a ValueError that says what is wrong with the region.",
    ),
]


def _scaled_to_255(hu, low, high):
    """Scale a window to 0..255 without clamping or rounding."""
    return (np.asarray(hu, dtype=float) - low) / (high - low) * 255


def _wrapped(scaled):
    """Let values outside 0..255 wrap around in 8 bits, in the same way on every machine."""
    return scaled.astype(np.int64).astype(np.uint8)


def _overflowed(hu, low, high):
    """Multiply 16-bit numbers by 255 in 16 bits."""
    return np.rint(np.clip(255 * (hu - low) / (high - low), 0, 255)).astype(np.uint8)


def _nan_unchecked(hu, low, high):
    """Refuse an inverted window only; NaN becomes some grey value."""
    windowing.ct_window(np.zeros(1), low, high)
    return np.rint(np.clip(_scaled_to_255(hu, low, high), 0, 255)).astype(np.uint8)


CT_WINDOW = [
    mistake(
        _window(lambda *given: _wrapped(np.rint(_scaled_to_255(*given)))),
        "uint8 holds 0 to 255 and wraps around: 256 became 0, so bone turned dark and air bright. "
        "Clamp to 0..255 before you convert.",
    ),
    mistake(
        _window(lambda *given: _wrapped(_scaled_to_255(*given))),
        "uint8 holds 0 to 255 and wraps around: 256 became 0, and air turned bright. Clamp to "
        "0..255 before you convert. The conversion also cuts decimals off, so round as well.",
    ),
    mistake(
        _window(lambda *given: np.clip(_scaled_to_255(*given), 0, 255).astype(np.uint8)),
        "The conversion to uint8 cuts the decimals off, so every grey value is too dark by half a "
        "step on average. Round first, for example with `np.rint`.",
    ),
    mistake(
        _window(_overflowed),
        "The image is int16, and `255 * (hu - low)` does not fit into 16 bits, so it wrapped "
        "around. Convert to float before you multiply.",
    ),
    mistake(
        _window(lambda *given: np.rint(np.clip(_scaled_to_255(*given), 0, 255))),
        "The values are right, but they are still decimal numbers. A screen takes bytes: convert "
        "to `np.uint8` at the end.",
    ),
    mistake(
        _window(lambda hu, low, high: np.clip(np.rint(hu), 0, 255).astype(np.uint8)),
        "You only clamp HU to 0..255. The window has to be stretched: low becomes 0, high "
        "becomes 255.",
    ),
    mistake(
        _window(
            lambda hu, low, high: np.clip(
                np.floor(_scaled_to_255(hu, low, high) / 255 * 256), 0, 255
            ).astype(np.uint8)
        ),
        "You spread the window over 256 equal steps. In this course, as in DICOM's LINEAR_EXACT, "
        "low becomes 0 and high becomes 255: multiply by 255 and round.",
    ),
    mistake(
        lambda *given: np.rint(np.clip(_scaled_to_255(*given), 0, 255)).astype(np.uint8),
        "A window whose low end is not below its high end shows an inverted or empty picture. "
        "Raise a ValueError before anybody reads it.",
    ),
    mistake(
        _nan_unchecked,
        "The image holds NaN, and no grey value means 'unknown': the conversion made some number "
        "of it. Raise a ValueError.",
    ),
]
