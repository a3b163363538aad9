"""Known mistakes of topic 05, first part: rotations, and the order and inverse of transforms."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.exercises.material import registration_cases as cases
from course_lib.imaging import transforms

_undone = partial(refusing_like, cases.undo_rigid)


def _turn(radians, sign=1):
    """Return a turn about 0 mm; the sign 1 turns Y toward X."""
    cosine, sine = np.cos(radians), sign * np.sin(radians)
    return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1.0]])


def _about(turn, center_mm, to=-1):
    """Let a turn act about a centre; `to` = 1 goes there the wrong way round."""
    return (
        transforms.translation(-to * np.asarray(center_mm, float))
        @ turn
        @ transforms.translation(to * np.asarray(center_mm, float))
    )


def _about_itself(angle_deg, center_mm):
    """Move the centre away and turn, but do not move back."""
    return _turn(np.deg2rad(angle_deg)) @ transforms.translation(-np.asarray(center_mm, float))


def _center_as_offset(angle_deg, center_mm):
    """Put the centre into the last column."""
    matrix = _turn(np.deg2rad(angle_deg))
    matrix[:2, 2] = center_mm
    return matrix


def _of_two_axes(angle_deg, center_mm):
    """Return the turn without the row and column of the offset."""
    return _turn(np.deg2rad(angle_deg))[:2, :2]


ROTATION_ABOUT = [
    mistake(
        lambda angle_deg, center_mm: _about(_turn(np.deg2rad(angle_deg), sign=-1), center_mm),
        "You turn the other way. Positive turns the first axis, Y, toward the second, X: the "
        "point (1, 0) goes to (cos, sin). So the minus sign stands in the first row.",
    ),
    mistake(
        lambda angle_deg, center_mm: _turn(np.deg2rad(angle_deg)),
        "You turn about 0 mm, the first pixel: the head swings out of the image. Move the centre "
        "to 0, turn, and move it back.",
    ),
    mistake(
        lambda angle_deg, center_mm: _about(_turn(angle_deg), center_mm),
        "`np.cos` and `np.sin` take radians, and you gave them degrees: `np.deg2rad(angle_deg)`.",
    ),
    mistake(
        lambda angle_deg, center_mm: _about(_turn(np.deg2rad(angle_deg)), center_mm, to=1),
        "You moved to the centre the wrong way round. What acts first stands on the right, and "
        "that is the move by minus the centre, which brings the centre to 0.",
    ),
    mistake(
        _about_itself,
        "You moved the centre to 0 and turned, but did not move it back. Ask where the centre "
        "itself goes: it has to stay.",
    ),
    mistake(
        _center_as_offset,
        "You put the centre into the last column. That column is the move that is left over: "
        "centre - R centre, so that the centre stays.",
    ),
    mistake(
        lambda angle_deg, center_mm: _about(
            _turn(np.deg2rad(angle_deg)), np.asarray(center_mm)[::-1]
        ),
        "You mixed up the axes of the centre: it comes as (y, x), in the order of the axes of an "
        "array.",
    ),
    mistake(
        _of_two_axes,
        "This is the turn alone, of 2 x 2. A homogeneous matrix has one more row and column; the "
        "move stands in its last column, and its last row is 0, 0, 1.",
    ),
]


def _blocks(matrix):
    """Return turn and offset of a matrix."""
    matrix = np.asarray(matrix, float)
    return matrix[:-1, :-1], matrix[:-1, -1]


def _joined(turn, offset):
    """Return a matrix made of turn and offset."""
    matrix = np.eye(len(offset) + 1)
    matrix[:-1, :-1], matrix[:-1, -1] = turn, offset
    return matrix


def _offsets_added(first, second):
    """Multiply the turns and add the offsets."""
    (turn, offset), (then, move) = _blocks(first), _blocks(second)
    return _joined(then @ turn, offset + move)


FIRST_THEN = [
    mistake(
        lambda first, second: np.asarray(first) @ np.asarray(second),
        "You have the other order: in `first @ second` the second one acts first, because it "
        "stands next to the point. What acts first stands on the right.",
    ),
    mistake(
        lambda first, second: np.asarray(first) * np.asarray(second),
        "`*` multiplies number by number. The product of matrices is `@`.",
    ),
    mistake(
        lambda first, second: np.asarray(first, float) + second,
        "Transforms are not added: two moves add up, two turns do not. Multiply the matrices.",
    ),
    mistake(
        _offsets_added,
        "You multiplied the turns but added the moves. The second transform also turns the move "
        "of the first. The product of the whole matrices does that by itself.",
    ),
]


def _transposed(matrix):
    """Transpose all of the matrix."""
    return np.asarray(matrix, float).T.copy()


def _inverse(of_turn, of_offset):
    """Make an inverse from what becomes of the turn and of the offset."""

    def answer(matrix):
        turn, offset = _blocks(matrix)
        return _joined(of_turn(turn), of_offset(turn, offset))

    return answer


UNDO_RIGID = [
    mistake(
        _undone(_transposed),
        "You transposed the whole matrix. Only the turn is undone by its transpose; the last row "
        "has to stay 0, ..., 0, 1, and the move needs a line of its own.",
    ),
    mistake(
        _undone(_inverse(lambda turn: turn.T, lambda turn, offset: -offset)),
        "You undid the turn, and took minus the move. But the move came last, so it has to be "
        "undone first, and is then turned back too: -R^T t.",
    ),
    mistake(
        _undone(_inverse(lambda turn: turn.T, lambda turn, offset: -turn @ offset)),
        "The move is turned by R, the way in which it was turned already. It has to be turned "
        "back: -R^T t.",
    ),
    mistake(
        _undone(_inverse(lambda turn: turn.T, lambda turn, offset: turn.T @ offset)),
        "The sign of the move is missing: -R^T t. Try it on a move alone; it should come back.",
    ),
    mistake(
        _undone(_inverse(lambda turn: turn, lambda turn, offset: -turn.T @ offset)),
        "The turn is not turned back. The inverse of a rotation is its transpose, R^T.",
    ),
    mistake(
        _undone(lambda matrix: -np.asarray(matrix, float)),
        "Minus the matrix mirrors everything about 0. An inverse is asked for: matrix @ inverse "
        "should be `np.eye(3)`.",
    ),
    mistake(
        transforms.invert,
        "The inverse is right, but you take transforms that no patient can make: one that scales, "
        "shears or mirrors. Ask first whether R R^T is 1 and the determinant of R is 1.",
    ),
    mistake(
        _inverse(lambda turn: turn.T, lambda turn, offset: -turn.T @ offset),
        "The formula is right, but only for rigid transforms. Where R scales, shears or mirrors, "
        "its transpose is not its inverse, and a ValueError has to tell so.",
    ),
]
