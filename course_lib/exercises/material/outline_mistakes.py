"""Known mistakes of topic 01, second part: outlines."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import polygons

_packed = partial(refusing_like, polygons.pack)
_corners = partial(refusing_like, polygons.drop_collinear)

PACK_OUTLINE = [
    mistake(
        _packed(lambda points: points.ravel()),
        "You read point by point: x1, y1, x2, y2. Asked are all x first, then all y. Swap the axes "
        "before you flatten.",
    ),
    mistake(
        _packed(lambda points: points[:, ::-1].T.ravel()),
        "Your y come first. The points are (x, y): column 0 is x. Only arrays are indexed with y "
        "first.",
    ),
    mistake(
        _packed(lambda points: np.concatenate([points, points[:1]]).T.ravel()),
        "You repeat the first point at the end. The outline is closed by agreement; the repetition "
        "costs two numbers.",
    ),
    mistake(
        _packed(lambda points: points.T),
        "You have the x in one row and the y in the next, but still a table of two rows. Flatten "
        "it into one row.",
    ),
    mistake(
        lambda points: points.T.ravel(),
        "Points with three coordinates were packed too, and whoever unpacks them gets nonsense. "
        "Raise a ValueError unless points.shape is (N, 2).",
    ),
    mistake(
        lambda points: np.concatenate([points[:, 0], points[:, 1]]),
        "Points with three coordinates lost the third one without a word. Raise a ValueError "
        "unless points.shape is (N, 2).",
    ),
]


def _open_line(points):
    """Judge the inner points only, as if first and last were not joined."""
    arriving, leaving = points[1:-1] - points[:-2], points[2:] - points[1:-1]
    turns = arriving[:, 0] * leaving[:, 1] != arriving[:, 1] * leaving[:, 0]
    return points[np.concatenate([[True], turns, [True]])]


def _steps(points):
    """Return the way to each point and the way on."""
    return points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points


def _crossed(points):
    """Return the cross product at each point."""
    arriving, leaving = _steps(points)
    return arriving[:, 0] * leaving[:, 1] - arriving[:, 1] * leaving[:, 0]


def _same_row_or_column(points):
    """See only lines along the axes."""
    before, after = np.roll(points, 1, axis=0), np.roll(points, -1, axis=0)
    return points[~((before == points) & (points == after)).any(axis=1)]


def _equal_steps(points):
    """Compare the steps instead of their directions."""
    arriving, leaving = _steps(points)
    return points[(arriving != leaving).any(axis=1)]


def _box(points):
    """Return the corners of the box around."""
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def _listed(points):
    """Collect the corners in a list, which may stay empty."""
    return np.array([p for p, cross in zip(points, _crossed(points), strict=True) if cross])


def _line_kept(points):
    """Keep what turns, and do not ask whether an area is left."""
    return points[_crossed(points) != 0]


DROP_COLLINEAR = [
    mistake(
        _corners(_open_line),
        "You treat the outline as open: first and last point are always kept. It is closed, so the "
        "neighbour before the first point is the last one. np.roll gives all neighbours at once.",
    ),
    mistake(
        _corners(lambda points: points[_crossed(points) == 0]),
        "You keep the points on the lines and drop the corners. It is the other way round: keep a "
        "point where the cross product is not 0.",
    ),
    mistake(
        _corners(_same_row_or_column),
        "You find lines along a row or a column only. Points on a slanted line are collinear too: "
        "use the cross product of the step to the point and the step from it.",
    ),
    mistake(
        _corners(_equal_steps),
        "You compare the steps. Two steps of different length can have one direction: (2, 0) and "
        "(4, 0). Their cross product is 0.",
    ),
    mistake(
        _corners(_box),
        "These are the corners of the box around the points. That is the region only when the "
        "region is an upright rectangle.",
    ),
    mistake(
        _corners(lambda points: points[_crossed(points) > 0]),
        "You keep turns to one side only, so the dents of the region are filled up. A turn to "
        "either side makes a corner: the cross product is not 0.",
    ),
    mistake(
        _line_kept,
        "Points on one line enclose no area; nothing sensible is left. Raise a ValueError when "
        "fewer than three corners remain.",
    ),
    mistake(
        _listed,
        "On a line no point is a corner, and your list stayed empty. Such points enclose no area: "
        "raise a ValueError when fewer than three corners remain.",
    ),
]
