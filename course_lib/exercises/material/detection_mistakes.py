"""Known mistakes of topic 07, first part: the callosal angle."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import detection, lines

_row = partial(refusing_like, detection.first_empty_row)
_line = partial(refusing_like, lines.fit_line)
_angle = partial(refusing_like, lines.angle_between)


def _filled(tissue, columns):
    """Tell in which rows the centre columns hold tissue."""
    return tissue[:, slice(*columns)].any(axis=1)


def _empty_below_top(filled):
    """Return the first empty row below the first filled one."""
    top = int(filled.argmax())
    return top + int((~filled[top:]).argmax())


def _one_column_more(tissue, columns):
    """Take the column after the last as well."""
    return _empty_below_top(_filled(tissue, (columns[0], columns[1] + 1)))


FIRST_EMPTY_ROW = [
    mistake(
        _row(lambda tissue, columns: int((~_filled(tissue, columns)).argmax())),
        "You found the first row of the image without brain tissue, and that is air above the "
        "head. Look for the top of the brain first, and for the empty row below it.",
    ),
    mistake(
        _row(
            lambda tissue, columns: _empty_below_top(tissue[:, slice(*columns)].all(axis=1)),
        ),
        "You stop at the first row in which one of the centre columns is empty: the gap between "
        "the hemispheres does that. The row is empty only when none of the columns holds tissue: "
        "`any`, not `all`.",
    ),
    mistake(
        _row(lambda tissue, columns: _empty_below_top(tissue.any(axis=1))),
        "You look at the whole row. Tissue at the side of the ventricle goes on for a long way; "
        "only the centre columns count.",
    ),
    mistake(
        _row(lambda tissue, columns: _empty_below_top(_filled(tissue, columns)) - 1),
        "This is the last row with tissue. The first row without it is one further down.",
    ),
    mistake(
        _row(
            lambda tissue, columns: int(
                (~_filled(tissue, columns)[int(_filled(tissue, columns).argmax()) :]).argmax()
            )
        ),
        "You counted from the top of the brain. Add the row of that top, so that the number "
        "belongs to the image.",
    ),
    mistake(
        _row(_one_column_more),
        "You took one column too many: columns are (first, one after the last), as in "
        "`tissue[:, first:stop]`.",
    ),
    mistake(
        lambda tissue, columns: _empty_below_top(_filled(tissue, columns)),
        "`argmax` of a row of False is 0, so you return a row that means nothing where the centre "
        "columns hold no tissue, or where tissue goes on to the last row. Raise a ValueError.",
    ),
]


def _oriented(points, direction):
    """Let a direction point from the first point toward the last."""
    return direction if direction @ (points[-1] - points[0]) >= 0 else -direction


def _regression(points):
    """Fit rows as a function of columns by least squares along the rows."""
    centred = points - points.mean(axis=0)
    with np.errstate(all="ignore"):
        slope = centred[:, 0] @ centred[:, 1] / (centred[:, 1] @ centred[:, 1])
    direction = np.array([slope, 1.0]) / np.hypot(slope, 1.0)
    return points.mean(axis=0), _oriented(points, direction)


def _spread(points, number=0):
    """Return one of the directions of spread, as it comes."""
    return np.linalg.svd(points - points.mean(axis=0), full_matrices=False)[2][number]


def _eigenvector(points):
    """Return the direction of the largest variance, as it comes."""
    return np.linalg.eigh(np.cov(points.T))[1][:, -1]


def _from_origin(points):
    """Forget to subtract the mean."""
    direction = np.linalg.svd(points, full_matrices=False)[2][0]
    return points.mean(axis=0), _oriented(points, direction)


def _ends_only(points):
    """Join the first and the last point."""
    step = points[-1] - points[0]
    return points.mean(axis=0), step / np.linalg.norm(step)


def _unchecked_line(points):
    """Take any direction where there is none."""
    return points.mean(axis=0), _oriented(points, _spread(points))


def _swapped(points):
    """Return the direction as (column, row)."""
    return points.mean(axis=0), _oriented(points, _spread(points))[::-1]


def _long(points):
    """Return a direction as long as the spread of the points."""
    centred = points - points.mean(axis=0)
    return points.mean(axis=0), _oriented(points, _spread(points)) * np.linalg.norm(centred, 2)


def _float(points) -> NDArray[np.float64]:
    """Return points as numbers with decimals."""
    return np.asarray(points, dtype=float)


FIT_LINE = [
    mistake(
        _line(lambda points: _regression(_float(points))),
        "This is regression: it fits the row as a function of the column, and only distances "
        "along the rows count. A steep line comes out too flat, and a vertical one has no slope "
        "at all. Take the direction of the largest spread of the points.",
    ),
    mistake(
        _line(lambda points: _from_origin(_float(points))),
        "You did not subtract the mean of the points, so your line goes through (0, 0), the "
        "corner of the image. Centre the points first.",
    ),
    mistake(
        _line(lambda points: (_float(points).mean(axis=0), _oriented(points, _spread(points, 1)))),
        "This is the direction of the smallest spread: your line stands across the points. The "
        "first row of the third result of `np.linalg.svd` is the largest one (`eigh` sorts the "
        "other way round).",
    ),
    mistake(
        _line(lambda points: (_float(points).mean(axis=0), _spread(_float(points)))),
        "A direction and its opposite make the same line, and `svd` gives you either. The angle "
        "needs lines that point outward: turn the direction around where it does not point from "
        "the first point toward the last.",
    ),
    mistake(
        _line(lambda points: (_float(points).mean(axis=0), _eigenvector(_float(points)))),
        "The line is right, but an eigenvector may point either way. Turn it around where it does "
        "not point from the first point toward the last: the angle needs lines that point outward.",
    ),
    mistake(
        _line(lambda points: _ends_only(_float(points))),
        "You joined the first and the last point. Then two noisy points decide on the line, and "
        "all those between them on nothing. Use all of them.",
    ),
    mistake(
        _line(lambda points: _swapped(_float(points))),
        "You swapped rows and columns in the direction. Points are (row, column), and so is the "
        "direction.",
    ),
    mistake(
        _line(lambda points: _long(_float(points))),
        "The direction is right but not of length 1. Divide it by its length, "
        "`np.linalg.norm(direction)`.",
    ),
    mistake(
        lambda points: _unchecked_line(_float(points)),
        "All points are one and the same, and any line through it fits as well as yours. Raise a "
        "ValueError: nobody should read an angle from that.",
    ),
]


def _cosine(first, second):
    """Return the cosine of the angle."""
    return np.dot(first, second) / np.linalg.norm(first) / np.linalg.norm(second)


def _clipped(cosine):
    """Return the angle in degrees."""
    return np.rad2deg(np.arccos(np.clip(cosine, -1, 1)))


def _difference_of_angles(first, second):
    """Subtract the angles that both make with the rows."""
    (y0, x0), (y1, x1) = first, second
    return float(np.rad2deg(np.arctan2(y1, x1) - np.arctan2(y0, x0)))


def _quietly(first, second, angle):
    """Compute without warnings on what cannot be computed."""
    with np.errstate(all="ignore"):
        return angle(np.asarray(first, float), np.asarray(second, float))


ANGLE_BETWEEN = [
    mistake(
        _angle(lambda a, b: np.arccos(np.clip(_cosine(a, b), -1, 1))),
        "This is the angle in radians. The report is written in degrees: `np.rad2deg`.",
    ),
    mistake(
        _angle(lambda a, b: _clipped(abs(_cosine(a, b)))),
        "You took the absolute value of the cosine, so you always return the acute one of the two "
        "angles. A normal callosal angle is obtuse: keep the sign. The directions say which "
        "angle is meant.",
    ),
    mistake(
        _angle(lambda a, b: _clipped(-_cosine(a, b))),
        "This is the other angle at the crossing, 180 degrees minus the right one. Both "
        "directions point away from the vertex; turn none of them around.",
    ),
    mistake(
        _angle(lambda a, b: _quietly(a, b, lambda p, q: np.rad2deg(np.arccos(np.dot(p, q))))),
        "You did not divide by the lengths of both directions. The product of two directions is "
        "the cosine only where both have the length 1.",
    ),
    mistake(
        _angle(
            lambda a, b: _clipped(np.dot(a, b) / np.dot(a, a) / np.dot(b, b)),
        ),
        "You divide by the squares of the lengths. Take the square roots: `np.linalg.norm`.",
    ),
    mistake(
        _angle(_difference_of_angles),
        "The difference of two `arctan2` can be negative or larger than 180 degrees, since these "
        "angles jump from 180 to -180. Bring it back to 0..180, or use the scalar product.",
    ),
    mistake(
        _angle(lambda a, b: _quietly(a, b, lambda p, q: np.rad2deg(np.arccos(_cosine(p, q))))),
        "For two equal directions rounding made the cosine a little larger than 1, and its arc "
        "cosine is NaN. Clip it to -1..1 first.",
    ),
    mistake(
        lambda a, b: _quietly(a, b, lambda p, q: _clipped(_cosine(p, q))),
        "A direction of length 0 has no angle: you divided 0 by 0, and NaN came out. Raise a "
        "ValueError.",
    ),
]
