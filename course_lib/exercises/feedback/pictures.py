"""Arrays as small pictures, in a millisecond: a colour table and a PNG, no drawing library."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SMALLEST = 8
LARGEST = 256
_SHOWN = 176

# Colour-blind-safe (Okabe and Ito, 2008): orange for missing, sky blue for extra.
MISSING, EXTRA, BOTH, NEITHER = "#E69F00", "#56B4E9", "#9A9A9A", "#101010"
BELOW, EQUAL, ABOVE = "#0072B2", "#F7F7F7", "#D55E00"
BLACK, WHITE = "#000000", "#FFFFFF"


@dataclass(frozen=True)
class Plane:
    """A picture and the size at which it is shown.

    Parameters
    ----------
    png : bytes
        The encoded picture.
    width, height : int
        In CSS pixels.
    """

    png: bytes
    width: int
    height: int


def is_image(array: NDArray) -> bool:
    """Tell whether an array is seen better than read: two axes of numbers, 8 or more along each.

    Examples
    --------
    >>> is_image(np.zeros((64, 48))), is_image(np.zeros((64, 2)))
    (True, False)
    """
    return array.ndim == 2 and min(array.shape) >= SMALLEST and array.dtype.kind in "biuf"


def is_volume(array: NDArray) -> bool:
    """Tell whether an array is a stack of images.

    Examples
    --------
    >>> is_volume(np.zeros((5, 64, 48)))
    True
    """
    return array.ndim == 3 and array.shape[0] > 0 and is_image(array[0])


def is_picture(array: NDArray) -> bool:
    """Tell whether an array is shown as a picture.

    Examples
    --------
    >>> is_picture(np.zeros((64, 48))), is_picture(np.zeros(64))
    (True, False)
    """
    return is_image(array) or is_volume(array)


def value_range(array: NDArray) -> tuple[float, float] | None:
    """Return the least and the greatest finite value, or None where there is none.

    Examples
    --------
    >>> value_range(np.array([np.nan, 3, -1]))
    (-1.0, 3.0)
    """
    if array.size == 0:
        return None
    low, high = float(array.min()), float(array.max())
    if np.isfinite(low) and np.isfinite(high):
        return low, high
    finite = array[np.isfinite(array)]
    return (float(finite.min()), float(finite.max())) if finite.size else None


def gray_picture(image: NDArray, low: float, high: float) -> Plane:
    """Draw an image from black (`low`) to white (`high`); what is not finite is yellow.

    Parameters
    ----------
    image : (Y, X) array
        Row 0 is at the top.
    low, high : float
        Values of black and white; values beyond are black or white, too.

    Examples
    --------
    >>> gray_picture(np.eye(8), 0, 1).png[1:4]
    b'PNG'
    """
    return _encode(_levels(_thin(image), low, high), _GRAYS, image.shape)


def difference_picture(difference: NDArray, limit: float) -> Plane:
    """Draw a difference: blue below zero, white at zero, orange-red above, black if not finite.

    Parameters
    ----------
    difference : (Y, X) array
        Signed.
    limit : float
        Size of the difference that has the full colour.

    Examples
    --------
    >>> difference_picture(np.eye(8), 1).png[1:4]
    b'PNG'
    """
    return _encode(_levels(_greatest(difference), -limit, limit), _SIGNED, difference.shape)


def mask_picture(expected: NDArray[np.bool_], given: NDArray[np.bool_]) -> Plane:
    """Draw two masks over each other: missing in orange, extra in blue, common in gray.

    Examples
    --------
    >>> mask_picture(np.eye(8, dtype=bool), np.eye(8, dtype=bool)).png[1:4]
    b'PNG'
    """
    classes = np.where(expected, np.where(given, 1, 2), np.where(given, 3, 0)).astype(np.uint8)
    return _encode(_greatest(classes), _MASKS, classes.shape)


def _levels(image: NDArray, low: float, high: float) -> NDArray[np.uint8]:
    """Turn values into places in a colour table; place 0 is for values that are not finite."""
    span = high - low
    with np.errstate(all="ignore"):
        scaled = (image.astype(np.float64) - low) * (254 / span if span > 0 else 0)
        scaled += 1 if span > 0 else 128
    np.clip(scaled, 1, 255, out=scaled)
    scaled[np.isnan(scaled)] = 0
    levels = scaled.astype(np.uint8)
    if image.dtype.kind == "f":
        levels[~np.isfinite(image)] = 0
    return levels


def _step(shape: tuple[int, ...]) -> int:
    """Return by how much a large image is thinned out."""
    return -(-max(shape) // LARGEST)


def _thin(image: NDArray) -> NDArray:
    """Thin out a large image."""
    step = _step(image.shape)
    return image[::step, ::step]


def _greatest(image: NDArray) -> NDArray:
    """Shrink a large image so that a single large value stays to be seen."""
    step = _step(image.shape)
    if step == 1:
        return image
    rows, columns = (-(-n // step) for n in image.shape)
    padded = np.zeros((rows * step, columns * step), image.dtype)
    padded[: image.shape[0], : image.shape[1]] = image
    blocks = padded.reshape(rows, step, columns, step).swapaxes(1, 2).reshape(rows, columns, -1)
    size = np.abs(blocks)
    if image.dtype.kind == "f":
        size[~np.isfinite(size)] = np.inf
    return np.take_along_axis(blocks, size.argmax(axis=2)[..., np.newaxis], axis=2)[..., 0]


def _encode(levels: NDArray[np.uint8], colours: bytes, shape: tuple[int, ...]) -> Plane:
    """Write a PNG with a colour table; small images are shown enlarged, with sharp pixels."""
    picture = Image.fromarray(np.ascontiguousarray(levels))
    picture.putpalette(colours)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    scale = _SHOWN / max(shape)
    height, width = (max(round(n * scale), SMALLEST) for n in shape)
    return Plane(buffer.getvalue(), width, height)


def _colours(*anchors: str, not_finite: str) -> bytes:
    """Make 255 colours that run evenly through anchors, after the one for what is not finite."""
    points = np.array([list(bytes.fromhex(anchor[1:])) for anchor in anchors], float)
    places = np.linspace(0, len(anchors) - 1, 255)
    run = [np.interp(places, np.arange(len(anchors)), channel) for channel in points.T]
    return bytes.fromhex(not_finite[1:]) + np.rint(np.transpose(run)).astype(np.uint8).tobytes()


_GRAYS = _colours(BLACK, WHITE, not_finite="#F0E442")
_SIGNED = _colours(BELOW, EQUAL, ABOVE, not_finite=BLACK)
_MASKS = bytes.fromhex("".join(colour[1:] for colour in (NEITHER, BOTH, MISSING, EXTRA)))
