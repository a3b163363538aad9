"""Template matching: where in an image something looks like a small example of it.

Normalised correlation compares shapes, not brightness: gain and offset of the image do not matter.
A turned or larger copy of the template is not found. Slide 47.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft, ndimage

from course_lib.imaging.checks import finite_range
from course_lib.imaging.filters import as_image

# A window's squared deviations below this share of the image's are what rounding leaves of 0.
_ROUNDING = 1e-13


class Match(NamedTuple):
    """Where a template fits best: index of the window's first voxel, and its correlation there."""

    position: tuple[int, ...]
    score: float


def match_template(image: ArrayLike, template: ArrayLike) -> NDArray[np.floating]:
    """Correlate a template with every window of an image, both without mean and deviation.

    Parameters
    ----------
    image : array with D axes
        Any unit.
    template : array with D axes
        Along no axis longer than the image; not constant.

    Returns
    -------
    floating array
        The normalised correlation of each window that lies in the image, -1 to 1, in float32 when
        that holds image and template. Along each axis there are image - template + 1 windows; an
        index is that of the window's first voxel. A flat window looks like nothing and gets 0.

    Raises
    ------
    ValueError
        If the template is constant, has another number of axes, or is longer than the image, or
        one of them is empty or holds NaN.

    References
    ----------
    .. [1] Lewis, Fast normalized cross-correlation, Vision Interface, 1995, pages 120 to 123.
    .. [2] Lecture, slide 47.

    Examples
    --------
    >>> match_template([5.0, 5.0, 5.0, 7.0, 9.0, 7.0], [1.0, 2.0, 3.0]).round(3)
    array([0.   , 0.866, 1.   , 0.   ])
    """
    image, template = _image_and_template(image, template)
    f = image - image.mean(dtype=np.float64)
    h = template - template.mean(dtype=np.float64)
    products = _window_products(f, h)  # the window's mean drops out, as h adds up to 0
    variances = _window_means(f * f, h.shape) - _window_means(f, h.shape) ** 2
    variances[variances * h.size <= _ROUNDING * np.sum(f * f)] = np.inf  # flat: becomes 0
    scores = products / (h.size * h.std() * np.sqrt(variances))
    dtype = np.result_type(image.dtype, template.dtype)
    return np.clip(scores, -1, 1, out=scores).astype(dtype, copy=False)


def best_match(image: ArrayLike, template: ArrayLike) -> Match:
    """Find the window that looks most like a template.

    Parameters
    ----------
    image, template : arrays with D axes
        As in `match_template`.

    Returns
    -------
    Match
        `position`: index of the window's first voxel; add (template - 1) / 2 for its centre. Of
        equal windows the first. `score`: its correlation.

    Raises
    ------
    ValueError
        If the image is constant, or as `match_template`.

    References
    ----------
    .. [1] Lecture, slide 47.

    Examples
    --------
    >>> image = np.zeros((6, 7))
    >>> image[2:5, 3:6] = [[0, 1, 0], [1, 1, 1], [0, 1, 0]]
    >>> found = best_match(image, [[0, 5, 0], [5, 5, 5], [0, 5, 0]])
    >>> found.position, round(found.score, 12)
    ((2, 3), 1.0)
    """
    low, high = finite_range(as_image(image))
    if low == high:
        raise ValueError(f"All values of the image are {low:g}; nothing in it can be found.")
    scores = match_template(image, template)
    place = np.unravel_index(int(scores.argmax()), scores.shape)
    return Match(tuple(int(index) for index in place), float(scores[place]))


def _image_and_template(image: ArrayLike, template: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return both as floating images that can be compared."""
    image, template = as_image(image), as_image(template)
    if image.ndim != template.ndim or np.greater(template.shape, image.shape).any():
        raise ValueError(
            f"The template has the shape {template.shape}, the image {image.shape}; it needs as "
            "many axes and may be longer along none."
        )
    low, high = finite_range(template)
    if low == high:
        raise ValueError(f"All values of the template are {low:g}; a constant looks like nothing.")
    return image, template


def _window_products(f: NDArray[np.float64], h: NDArray[np.float64]) -> NDArray[np.float64]:
    """Multiply every window of f with h and sum, through the Fourier transform."""
    shape = [fft.next_fast_len(length, real=True) for length in f.shape]
    spectrum = fft.rfftn(f, shape)
    spectrum *= fft.rfftn(h, shape).conj()
    products = fft.irfftn(spectrum, shape, overwrite_x=True)
    return products[tuple(slice(n - m + 1) for n, m in zip(f.shape, h.shape, strict=True))]


def _window_means(values: NDArray[np.float64], window: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the mean of every window that lies in the image."""
    means = ndimage.uniform_filter(values, window)  # scipy puts it at the window's middle
    inside = [slice(m // 2, n - m + m // 2 + 1) for n, m in zip(values.shape, window, strict=True)]
    return means[tuple(inside)]
