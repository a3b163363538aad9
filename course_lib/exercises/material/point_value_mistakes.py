"""Known mistakes of topic 04, second part: the value at a point."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import interpolation_cases as right
from course_lib.exercises.material import refusing_like
from course_lib.imaging import interpolation

_nearest = partial(refusing_like, right.nearest_value)
_bilinear = partial(refusing_like, right.bilinear_value)


def _read(image, index):
    """Read one voxel as Python does: a negative index counts from the other end."""
    return image[tuple(np.asarray(index).astype(int))]


def _up(image, point, spacing):
    """Return the index of the nearest voxel, halves up."""
    return (
        np.floor(np.asarray(point) / spacing + 0.5).astype(int).clip(0, np.array(image.shape) - 1)
    )


def _without_rim(image, point, spacing):
    """Refuse whatever is beyond the outermost centres."""
    index = np.asarray(point) / spacing
    if (index < 0).any() or (index > np.array(image.shape) - 1).any():
        raise ValueError("outside")
    return _read(image, _up(image, point, spacing))


def _clamped(image, point, spacing):
    """Take the border's voxel for any point outside."""
    return _read(image, _up(image, point, spacing))


NEAREST_VALUE = [
    mistake(
        _nearest(
            lambda image, point, spacing: _read(image, np.floor(np.maximum(point / spacing, 0)))
        ),
        "You cut the decimals of the index off. That takes the voxel before the point, and the "
        "whole image moves by half a voxel. Round to the nearest whole number.",
    ),
    mistake(
        _nearest(lambda image, point, spacing: _read(image, np.rint(point / spacing))),
        "Halfway between two voxels you sometimes go up and sometimes down: `np.rint` and "
        "`round` take the even number. Here halfway always goes up: np.floor(index + 0.5).",
    ),
    mistake(
        _nearest(lambda image, point, spacing: _read(image, _up(image, point, 1.0))),
        "You took mm for an index. Divide the point by the spacing first.",
    ),
    mistake(
        _nearest(lambda image, point, spacing: _read(image, _up(image, point, spacing[::-1]))),
        "You divided by the spacing of the other axis. Point and spacing both come in the order "
        "of the image's axes.",
    ),
    mistake(
        _nearest(
            lambda image, point, spacing: _read(
                image.T, _up(image.T, point[::-1], spacing[::-1])[::-1].clip(0, image.shape[0] - 1)
            )
        ),
        "You turned the point round, (x, y), but arrays are indexed (row, column). The value "
        "comes from the mirrored place.",
    ),
    mistake(
        _nearest(interpolation.linear_at),
        "This is a mixture of several voxels. The nearest neighbour copies the value of one "
        "voxel; nothing is mixed, which is why labels stay labels.",
    ),
    mistake(
        lambda image, point, spacing: _read(image, np.floor(point / spacing + 0.5)),
        "A point outside the image got a value: in Python the index -1 is the last voxel, so the "
        "other side of the head appears. Raise a ValueError for points outside.",
    ),
    mistake(
        _clamped,
        "A point far outside got the value of the border. In the docstring such a point is "
        "refused: raise a ValueError when it lies more than half a voxel beyond the outermost "
        "centres.",
    ),
    mistake(
        _without_rim,
        "You refused a point that lies in the image. A voxel reaches half a spacing to each side "
        "of its centre, so the image begins at the index -0.5 and ends at n - 0.5.",
    ),
]


def _cell(image, point):
    """Return the four values around a point and how far it lies from the first, clipped."""
    image, last = np.asarray(image), np.array(image.shape) - 1
    index = np.clip(point, 0, last)
    below = np.minimum(index.astype(int), np.maximum(last - 1, 0))
    above = np.minimum(below + 1, last)
    corners = image[np.ix_((below[0], above[0]), (below[1], above[1]))]
    return corners, index - below


def _weighted(image, point, weigh):
    """Mix the four values with weights that are made from the two fractions."""
    corners, (down, right_) = _cell(image, point)
    return float((corners.astype(float) * weigh(down, right_)).sum())


def _products(down, right_):
    """Return the right weights."""
    return np.outer([1 - down, down], [1 - right_, right_])


def _in_its_own_type(image, point):
    """Subtract neighbours in the type of the image, where a negative difference may wrap."""
    (a, b), (c, d) = _cell(image, point)[0]
    down, right_ = _cell(image, point)[1]
    with np.errstate(over="ignore"):
        upper, lower = a + (b - a) * right_, c + (d - c) * right_
        return upper + (lower - upper) * down


def _naive(image, point):
    """Take the pixel below and the next one, without a look at the border."""
    row, column = (int(np.floor(x)) for x in point)
    down, right_ = point[0] - row, point[1] - column
    image = image.astype(float)
    return (
        image[row, column] * (1 - down) * (1 - right_)
        + image[row, column + 1] * (1 - down) * right_
        + image[row + 1, column] * down * (1 - right_)
        + image[row + 1, column + 1] * down * right_
    )


BILINEAR_VALUE = [
    mistake(
        _bilinear(lambda image, point: right.nearest_value(image, point, 1.0)),
        "This is the value of the nearest pixel. Bilinear means: mix the four pixels around the "
        "point, each with its weight.",
    ),
    mistake(
        _bilinear(lambda image, point: _weighted(image, point, lambda d, r: 0.25)),
        "You took the plain mean of four pixels. That is right in the middle between them only; "
        "elsewhere the nearer pixel counts more.",
    ),
    mistake(
        _bilinear(
            lambda image, point: _weighted(image, point, lambda d, r: _products(1 - d, 1 - r))
        ),
        "Your weights are turned round: the pixel that is nearest counts least. At the fraction 0 "
        "the lower pixel has the weight 1, so its weight is 1 - fraction.",
    ),
    mistake(
        _bilinear(lambda image, point: _weighted(image, point, lambda d, r: _products(r, d))),
        "You used the fraction of the row for the columns and the other way round. Row first: "
        "point[0] belongs to image.shape[0].",
    ),
    mistake(
        _bilinear(
            lambda image, point: _weighted(image, point, lambda d, r: np.outer([1 - d, d], [1, 0]))
        ),
        "You interpolated along the rows' axis only and left the column's fraction out. Do it "
        "along the columns in both rows, and then between the two results.",
    ),
    mistake(
        _bilinear(_in_its_own_type),
        "The image is uint8, and the difference of two pixels can be negative: in uint8 it wraps "
        "around, so 50 - 200 gives 106. Convert to float before you subtract.",
    ),
    mistake(
        _bilinear(_naive),
        "At the border there is no further pixel: `image[row + 1]` does not exist below the last "
        "row, and `image[-1]` is the last row and not the one before the first. Clip the point "
        "to 0 and n - 1 and the lower pixel to at most n - 2.",
    ),
    mistake(
        lambda image, point: _weighted(image, point, _products),
        "A point outside the image got the border's value. That holds for half a voxel; farther "
        "away nothing was measured. Raise a ValueError.",
    ),
]
