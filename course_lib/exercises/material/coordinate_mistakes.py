"""Known mistakes of topic 04, first part: coordinates, weights and volumes."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import coordinates, interpolation, resampling

_to_mm = partial(refusing_like, coordinates.index_to_mm)
_to_index = partial(refusing_like, coordinates.mm_to_index)
_weights = partial(refusing_like, interpolation.linear_weights)
_ml = partial(refusing_like, resampling.volume_ml)

INDEX_TO_MM = [
    mistake(
        _to_mm(lambda index, spacing, origin: index * spacing),
        "You forgot the origin. The first voxel's centre lies at the origin, and all others are "
        "counted from there: add it.",
    ),
    mistake(
        _to_mm(lambda index, spacing, origin: (index + origin) * spacing),
        "You added the origin before you multiplied. The origin already is in mm; only the index "
        "is counted in voxels.",
    ),
    mistake(
        _to_mm(lambda index, spacing, origin: origin + (index + 0.5) * spacing),
        "You added half a voxel. In this course, as in DICOM, the origin is the centre of the "
        "first voxel, not its corner.",
    ),
    mistake(
        _to_mm(lambda index, spacing, origin: origin + index * spacing[::-1]),
        "You used the spacing of the other axis. Index, spacing and point all come in the order "
        "(Z, Y, X); nothing has to be turned round.",
    ),
    mistake(
        _to_mm(lambda index, spacing, origin: origin + index / spacing),
        "You divided by the spacing. One step of the index is one spacing in mm: multiply.",
    ),
    mistake(
        lambda index, spacing, origin: origin + index * spacing,
        "A spacing of 0 or less puts voxels on top of each other or counts them backwards. Some "
        "headers hold it. Raise a ValueError.",
    ),
]

MM_TO_INDEX = [
    mistake(
        _to_index(lambda points, spacing, origin: points / spacing),
        "You forgot the origin. Subtract it first: the point at the origin has the index 0.",
    ),
    mistake(
        _to_index(lambda points, spacing, origin: points / spacing - origin),
        "You subtracted the origin after dividing. The origin is in mm, so it is subtracted from "
        "the point, which is in mm too: put the subtraction in brackets.",
    ),
    mistake(
        _to_index(lambda points, spacing, origin: (points - origin) * spacing),
        "You multiplied by the spacing. That is the way from the index to mm; back, divide.",
    ),
    mistake(
        _to_index(lambda points, spacing, origin: np.rint((points - origin) / spacing)),
        "You rounded the index. A point between two voxels has an index between two whole "
        "numbers; whoever interpolates needs that fraction.",
    ),
    mistake(
        _to_index(lambda points, spacing, origin: np.trunc((points - origin) / spacing)),
        "You cut the decimals off. A point between two voxels has an index between two whole "
        "numbers; whoever interpolates needs that fraction.",
    ),
    mistake(
        _to_index(lambda points, spacing, origin: (points - origin) / spacing[::-1]),
        "You used the spacing of the other axis. Point, spacing and index all come in the order "
        "(Z, Y, X); nothing has to be turned round.",
    ),
    mistake(
        lambda points, spacing, origin: (points - origin) / np.asarray(spacing, float),
        "A spacing of 0 gives an infinite index, which no image holds. Raise a ValueError where a "
        "spacing is not positive.",
    ),
]

TRILINEAR_WEIGHTS = [
    mistake(
        _weights(lambda fraction: interpolation.linear_weights(1 - np.asarray(fraction))),
        "Lower and upper voxel are turned round. At the fraction 0 the point lies on the lower "
        "voxel, so the weight at index [0, 0, 0] is 1.",
    ),
    mistake(
        _weights(lambda fraction: interpolation.linear_weights(fraction[::-1])),
        "The axes are turned round. weights[1, 0, 0] is the voxel one step along Z, the first "
        "axis, and fraction[0] belongs to it.",
    ),
    mistake(
        _weights(
            lambda fraction: (
                np.add.outer(
                    np.add.outer(*([1 - t, t] for t in fraction[:2])),
                    [1 - fraction[2], fraction[2]],
                )
                / 12
            )
        ),
        "You added the weights of the axes. They have to be multiplied: a voxel that has no "
        "weight along one axis has none at all.",
    ),
    mistake(
        _weights(lambda fraction: np.full((2, 2, 2), 1 / 8)),
        "All eight voxels have the same weight here. That is right in the middle of the cell only.",
    ),
    mistake(
        _weights(lambda fraction: interpolation.linear_weights(fraction).ravel()),
        "The numbers are right, but they come in one row. One axis of length 2 for each axis of "
        "the volume is needed, so the shape (2, 2, 2).",
    ),
    mistake(
        lambda fraction: np.einsum("i,j,k->ijk", *([1 - t, t] for t in fraction)),
        "A fraction below 0 or above 1 lies in another cell, and some weights become negative. "
        "Raise a ValueError.",
    ),
]

MASK_VOLUME_ML = [
    mistake(
        _ml(lambda mask, spacing: np.count_nonzero(mask) / 1000),
        "You counted voxels as if each were 1 mm3. Multiply by the volume of one voxel, the "
        "product of the three spacings.",
    ),
    mistake(
        _ml(lambda mask, spacing: float(np.count_nonzero(mask) * np.prod(spacing))),
        "This is in mm3. 1 ml is a cube of 10 mm, so 1000 mm3: divide by 1000.",
    ),
    mistake(
        _ml(lambda mask, spacing: np.count_nonzero(mask) * np.prod(spacing) / 100),
        "1 ml is 1000 mm3, because a cube of 10 mm holds 10 * 10 * 10 of them.",
    ),
    mistake(
        _ml(lambda mask, spacing: np.count_nonzero(mask) * np.sum(spacing) / 1000),
        "You added the spacings. The volume of a box is the product of its edges.",
    ),
    mistake(
        _ml(lambda mask, spacing: np.count_nonzero(mask) * spacing[-1] ** 3 / 1000),
        "You took the voxel for a cube. Along each axis the spacing can be another one, as in "
        "slices of 4.4 mm.",
    ),
    mistake(
        _ml(lambda mask, spacing: mask.size * np.prod(spacing) / 1000),
        "This is the volume of the whole image. Count only voxels where the mask is True.",
    ),
    mistake(
        lambda mask, spacing: np.sum(mask) * np.prod(spacing) / 1000,
        "You added up what is no mask. In a label volume a voxel of the label 8 would count eight "
        "times. Raise a ValueError unless the dtype is bool.",
    ),
]
