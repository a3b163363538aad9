"""Images of a case as pictures with their texts."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from course_lib.exercises.feedback.parts import Bar, Part, Picture
from course_lib.exercises.feedback.pictures import (
    ABOVE,
    BELOW,
    BLACK,
    BOTH,
    EQUAL,
    EXTRA,
    MISSING,
    WHITE,
    difference_picture,
    gray_picture,
    mask_picture,
    value_range,
)
from course_lib.exercises.feedback.summaries import range_text
from course_lib.exercises.sentences import number_text
from course_lib.exercises.values import subtract

_GRAY = (BLACK, WHITE)
_SIGNED = (BELOW, EQUAL, ABOVE)
Range = tuple[float, float]


def worst_slice(expected: NDArray, given: NDArray) -> int:
    """Return the slice of two volumes in which they differ most.

    Examples
    --------
    >>> volume = np.zeros((4, 8, 8))
    >>> worst_slice(volume, np.where(np.arange(4)[:, None, None] == 3, 1, volume))
    3
    """
    distance = np.abs(subtract(given, expected))
    distance[~np.isfinite(distance)] = 0
    totals = distance.sum(axis=(1, 2))
    return int(totals.argmax()) if totals.any() else len(totals) // 2


def show_image(label: str, image: NDArray, slice_shown: int | None = None) -> Picture:
    """Show one image, or one slice of a volume, in its own range.

    Examples
    --------
    >>> show_image("Input", np.eye(8)).alt
    'Input: image, 8 rows, 8 columns, values 0 to 1.'
    """
    return _gray(label, image, _plane_number(image, slice_shown), None)


def compare_images(
    labels: tuple[str, str, str], expected: NDArray, given: NDArray, wrong: NDArray[np.bool_]
) -> Iterator[Part]:
    """Show two images of one shape on one scale, and their difference.

    Parameters
    ----------
    labels : tuple of str
        Of yours, expected and difference.
    expected, given : (Y, X) or (Z, Y, X) array
        Of a volume, the slice that differs most is shown.
    wrong : bool array
        Where they differ.

    Examples
    --------
    >>> ours, mine = np.zeros((8, 8)), np.eye(8)
    >>> pictures = compare_images(("Yours", "Expected", "Difference"), ours, mine, ours != mine)
    >>> [picture.label for picture in pictures]
    ['Yours', 'Expected', 'Difference']
    """
    number = _plane_number(expected, worst_slice(expected, given) if expected.ndim == 3 else None)
    scale = _common_scale(expected, given)
    where = _where(wrong)
    yield _gray(labels[0], given, number, scale, where)
    yield _gray(labels[1], expected, number, scale)
    if not wrong.any():
        return
    ours, theirs = _plane(expected, number), _plane(given, number)
    if expected.dtype.kind == given.dtype.kind == "b":
        yield _mask_difference(labels[2], expected, given, (ours, theirs), where)
    else:
        yield _difference(labels[2], subtract(theirs, ours), where)


def _gray(
    label: str, image: NDArray, number: int | None, scale: Range | None, where: str = ""
) -> Picture:
    """Show an image in grays, from black at the low end of the scale to white at the high one."""
    plane = _plane(image, number)
    own = value_range(plane)
    low, high = scale or own or (0.0, 0.0)
    strange = int(np.count_nonzero(~np.isfinite(plane))) if plane.dtype.kind == "f" else 0
    holes = f"; {strange} not finite, in yellow" if strange else ""
    size = f"{plane.shape[0]} rows, {plane.shape[1]} columns{_slice_text(image, number)}"
    mask = plane.dtype.kind == "b"
    values = "True is white" if mask else f"values {range_text(own)}"
    beyond = "" if mask or own == (low, high) else f", values {range_text(own)}"
    ends = ("False", "True") if mask else (number_text(low, 4), number_text(high, 4))
    return Picture(
        label,
        gray_picture(plane, low, high),
        f"{label.replace('`', '')}: image, {size}, {values}{holes}. {where}".strip(),
        f"{plane.shape[0]} x {plane.shape[1]}{_slice_text(image, number)}{beyond}{holes}",
        Bar(_GRAY, *ends),
    )


def _difference(label: str, difference: NDArray, where: str) -> Picture:
    """Show a signed difference, yours minus expected."""
    own = value_range(difference)
    limit = max(abs(own[0]), abs(own[1])) if own else 0.0
    holes = "" if np.isfinite(difference).all() else ", black where it is not finite"
    end = number_text(limit, 4)
    return Picture(
        label,
        difference_picture(difference, limit or 1.0),
        f"{label}, yours minus expected: {range_text(own)}; white where equal{holes}. {where}",
        f"yours - expected{holes}. {where}",
        Bar(_SIGNED, f"-{end}", end),
    )


def _mask_difference(
    label: str, expected: NDArray, given: NDArray, planes: tuple[NDArray, NDArray], where: str
) -> Picture:
    """Show what a mask lacks and what it has too much."""
    missing, extra = int((expected & ~given).sum()), int((given & ~expected).sum())
    counts = f"{missing} missing, {extra} extra."
    return Picture(
        label,
        mask_picture(*planes),
        f"{label}: {counts} {where}",
        where,
        key=((MISSING, f"missing ({missing})"), (EXTRA, f"extra ({extra})"), (BOTH, "in both")),
    )


def _common_scale(expected: NDArray, given: NDArray) -> Range | None:
    """Choose one scale for both: that of the expected image, or of both where it is constant."""
    right = value_range(expected)
    if right is not None and right[0] < right[1]:
        return right
    ends = [end for own in (right, value_range(given)) if own for end in own]
    return (min(ends), max(ends)) if ends else None


def _plane_number(image: NDArray, wanted: int | None) -> int | None:
    """Choose the slice of a volume; the middle one where nothing better is known."""
    if image.ndim == 2:
        return None
    return wanted if wanted is not None and wanted < len(image) else len(image) // 2


def _plane(image: NDArray, number: int | None) -> NDArray:
    """Return the image, or the slice of a volume."""
    return image if number is None else image[number]


def _slice_text(image: NDArray, number: int | None) -> str:
    """Name the slice of a volume."""
    return "" if number is None else f", slice {number} of {len(image)}"


def _where(wrong: NDArray[np.bool_]) -> str:
    """Say how many pixels differ, and between which rows and columns."""
    count = int(np.count_nonzero(wrong))
    if count == 0:
        return ""
    what = "pixels" if wrong.ndim == 2 else "voxels"
    flat: NDArray = np.any(wrong, axis=tuple(range(wrong.ndim - 2)))
    rows, columns = np.flatnonzero(flat.any(axis=1)), np.flatnonzero(flat.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1], columns[0], columns[-1]
    within = f", in rows {top} to {bottom} and columns {left} to {right}"
    everywhere = (top, left, bottom + 1, right + 1) == (0, 0, *wrong.shape[-2:])
    return f"{count} of {wrong.size} {what} differ{'' if everywhere else within}."
