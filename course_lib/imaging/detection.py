"""The callosal angle: the angle between the ventricles, seen from the front.

All steps take one mask: True in brain tissue, that is grey and white matter, of one coronal slice
with the top of the head in the first row. Fluid, skull and scalp are False. An image that is only
thresholded will not do, because the scalp is as bright as the brain: cut the skull away first.

The lecture's steps: align the scan to standard space and take the standard slice (`registration`,
`warping`); find the first row without brain tissue in the centre columns; fit a line to points of
brain tissue on each side; take the angle between the lines. Slides 40 and 41.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from course_lib.imaging.checks import as_spacing, require_count, require_mask, require_positive
from course_lib.imaging.lines import Line, angle_between, fit_line

Columns = tuple[int, int]


@dataclass(frozen=True, eq=False)
class CallosalAngle:
    """A measured callosal angle and what it was measured from.

    Attributes
    ----------
    degrees : float
        The angle; it opens upward.
    empty_row : int
        First row without brain tissue in the centre columns.
    left, right : (N, 2) float64 array
        Points of the ventricles' roof at lower and at higher columns than the centre, (row,
        column), from the centre outward.
    left_line, right_line : Line
        Through the points, in mm, pointing outward.
    """

    degrees: float
    empty_row: int
    left: NDArray[np.float64]
    right: NDArray[np.float64]
    left_line: Line
    right_line: Line


def callosal_angle(
    tissue: ArrayLike,
    spacing: ArrayLike,
    columns: Columns | None = None,
    reach_mm: float = 25.0,
) -> CallosalAngle:
    """Measure the callosal angle on a coronal slice.

    About 100 to 120 degrees are normal; 50 to 80 speak for normal pressure hydrocephalus.

    Parameters
    ----------
    tissue : (Y, X) bool array
        Brain tissue, as described for this module, with the midline upright.
    spacing : float or (2,) array
        Distance between pixel centres along rows and columns in mm.
    columns : tuple of int, optional
        Centre columns, as for `first_empty_row`; by default the middle 5 mm of the image.
    reach_mm : float
        How far from the vertex points are taken, in mm: as far as the roof is straight.

    Returns
    -------
    CallosalAngle
        Angle, row, points and lines.

    Raises
    ------
    ValueError
        If the mask is not a bool slice or is empty, the columns do not fit, there is no empty row
        below tissue, or fewer than two points are found on a side.

    References
    ----------
    .. [1] Lecture, slides 40 and 41.
    .. [2] Ishii et al., European Radiology 18(11), 2008. doi:10.1007/s00330-008-1044-4

    Examples
    --------
    >>> row, column = np.indices((40, 41))
    >>> roof = 30 - abs(column - 20)  # two limbs at a right angle
    >>> ventricles = (row > roof) & (row <= roof + 8) & (roof > 12)
    >>> round(callosal_angle(~ventricles, spacing=1.0).degrees, 6)
    90.0
    """
    tissue = _slice(tissue)
    steps = as_spacing(spacing, 2)
    require_positive(reach_mm, "reach in mm")
    columns = center_columns(tissue.shape[1], steps[1]) if columns is None else columns
    row = first_empty_row(tissue, columns)
    sides = roof_points(tissue, row, columns)
    vertex = np.array([row, (columns[0] + columns[1] - 1) / 2])
    near = [
        points[np.linalg.norm((points - vertex) * steps, axis=1) <= reach_mm] for points in sides
    ]
    for side, points in zip(("left", "right"), near, strict=True):
        if len(points) < 2:
            raise ValueError(
                f"There are {len(points)} points of the ventricle's roof on the {side} of the "
                f"columns {columns}; two are needed. Is the spacing fine enough?"
            )
    left_line, right_line = (fit_line(points * steps) for points in near)
    degrees = angle_between(left_line.direction, right_line.direction)
    return CallosalAngle(degrees, row, near[0], near[1], left_line, right_line)


def center_columns(count: int, spacing_mm: float, width_mm: float = 5.0) -> Columns:
    """Return the columns in the middle of an image.

    They should be wider than the gap between the hemispheres, so that it does not count as empty.

    Parameters
    ----------
    count : int
        Columns of the image.
    spacing_mm : float
        Distance between their centres.
    width_mm : float
        Columns whose centre lies within half of it from the middle are taken, at least one.

    Returns
    -------
    tuple of int
        First column, and the one after the last.

    Raises
    ------
    ValueError
        If the image has no columns, or spacing or width are not positive.

    Examples
    --------
    >>> center_columns(193, 1.0)
    (94, 99)
    """
    spacing_mm = float(as_spacing(spacing_mm, 1)[0])
    require_count(count, "columns")
    require_positive(width_mm, "width in mm")
    middle = (count - 1) / 2
    half = max(width_mm / 2 / spacing_mm, 0.5)
    first, last = np.ceil(middle - half), np.floor(middle + half)
    return max(int(first), 0), min(int(last) + 1, count)


def first_empty_row(tissue: ArrayLike, columns: Columns) -> int:
    """Find the first row without brain tissue in the centre columns, below the top of the brain.

    Parameters
    ----------
    tissue : (Y, X) bool array
        Brain tissue, top of the head in the first row. Rows above the brain do not count.
    columns : tuple of int
        First centre column, and the one after the last.

    Returns
    -------
    int
        First row in which none of these columns holds tissue, after a row in which one does.

    Raises
    ------
    ValueError
        If the mask is not a bool slice or is empty, the columns do not fit, they hold no tissue,
        or tissue goes on to the last row.

    References
    ----------
    .. [1] Lecture, slide 40.

    Examples
    --------
    >>> tissue = np.array([[0, 0, 0], [0, 1, 0], [1, 1, 1], [1, 0, 1], [1, 1, 1]], dtype=bool)
    >>> first_empty_row(tissue, (1, 2))
    3
    """
    tissue = _slice(tissue)
    _require_columns(columns, tissue.shape[1])
    filled = np.any(tissue[:, slice(*columns)], axis=1)
    if not filled.any():
        raise ValueError(f"There is no brain tissue in the centre columns {columns}.")
    top = int(filled.argmax())
    below = np.flatnonzero(~filled[top:])
    if below.size == 0:
        raise ValueError(
            f"Brain tissue in the centre columns {columns} goes on to the last row; there is no "
            "ventricle below it."
        )
    return top + int(below[0])


def roof_points(
    tissue: ArrayLike, row: int, columns: Columns
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Collect the points where brain tissue ends at the ventricles' roof, on each side.

    The ventricles are the pixels without tissue that hang together with the given row in the
    centre columns. Each column beside these gives one point: the tissue on top of the ventricle.

    Parameters
    ----------
    tissue : (Y, X) bool array
        Brain tissue, top of the head in the first row.
    row : int
        The first empty row.
    columns : tuple of int
        First centre column, and the one after the last; these give no points.

    Returns
    -------
    left, right : (N, 2) float64 array
        Points (row, column) at lower and at higher columns, from the centre outward; N differs
        and may be 0. Where the ventricle reaches the first row there is no point.

    Raises
    ------
    ValueError
        If the mask is not a bool slice or is empty, the columns do not fit, or the row holds
        tissue in them or does not exist.

    References
    ----------
    .. [1] Lecture, slides 40 and 41.

    Examples
    --------
    >>> tissue = np.array([[1, 1, 1, 1, 1], [0, 1, 1, 1, 1], [0, 0, 0, 0, 1]], dtype=bool)
    >>> left, right = roof_points(tissue, 2, (2, 3))
    >>> left.tolist(), right.tolist()
    ([[1.0, 1.0], [0.0, 0.0]], [[1.0, 3.0]])
    """
    tissue = _slice(tissue)
    height, width = tissue.shape
    _require_columns(columns, width)
    if not 0 <= row < height or tissue[row, slice(*columns)].any():
        raise ValueError(
            f"The row is {row}; one of the rows 0 to {height - 1} is needed that holds no tissue "
            f"in the columns {columns}."
        )
    regions, _ = ndimage.label(~tissue)
    ventricles = regions == regions[row, columns[0]]
    roof = ventricles.argmax(axis=0) - 1  # -1 where there is no ventricle, or no tissue on top
    left, right = (
        np.column_stack([roof[side], side])[roof[side] >= 0].astype(np.float64)
        for side in (np.arange(columns[0] - 1, -1, -1), np.arange(columns[1], width))
    )
    return left, right


def _slice(tissue: ArrayLike) -> NDArray[np.bool_]:
    """Return the mask of one slice."""
    mask = require_mask(tissue, np.shape(tissue), "tissue mask")
    if mask.ndim != 2:
        raise ValueError(f"The tissue mask has {mask.ndim} axes; one slice has 2.")
    return mask


def _require_columns(columns: Columns, width: int) -> None:
    """Refuse centre columns that are not in the image."""
    if len(columns) != 2 or not 0 <= columns[0] < columns[1] <= width:
        raise ValueError(
            f"The centre columns are {tuple(columns)}; 0 <= first < stop <= {width} is needed."
        )
