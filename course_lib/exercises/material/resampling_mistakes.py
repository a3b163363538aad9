"""Known mistakes of topic 04, third part: labels on another grid, invented labels, neighbours."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import interpolation_cases as right
from course_lib.exercises.material import refusing_like
from course_lib.imaging import resampling
from course_lib.imaging.neighbors import edge_neighbors

_resample = partial(refusing_like, right.resample_labels)
_invented = partial(refusing_like, resampling.invented_voxels)
_majority = partial(refusing_like, right.majority_of_neighbors)


def _counts(labels, spacing, new_spacing):
    """Return the right number of voxels along each axis."""
    return np.maximum(np.rint(np.array(labels.shape) * spacing / new_spacing), 1).astype(int)


def _taken(labels, counts, positions: Callable):
    """Take voxels; `positions` makes whole indices from an axis' new count and its number."""
    index = [
        np.asarray(positions(np.arange(count), axis)).astype(int).clip(0, labels.shape[axis] - 1)
        for axis, count in enumerate(counts)
    ]
    return labels[np.ix_(*index)]


def _placed(place: Callable):
    """Make a mistake that takes wrong voxels; `place` gets numbers, step, and both counts."""

    def answer(labels, spacing, new_spacing):
        steps = np.asarray(new_spacing, float) / spacing
        counts = _counts(labels, spacing, new_spacing)
        return _taken(
            labels,
            counts,
            lambda i, axis: place(i, steps[axis], labels.shape[axis], counts[axis]),
        )

    return _resample(answer)


def _counted(count: Callable):
    """Make a mistake with wrong numbers of voxels, else right."""

    def answer(labels, spacing, new_spacing):
        steps = np.asarray(new_spacing, float) / spacing
        counts = np.asarray(count(np.array(labels.shape), steps)).astype(int)
        return _taken(labels, counts, lambda i, axis: np.floor((i + 0.5) * steps[axis]))

    return _resample(answer)


def _linear(labels, spacing, new_spacing):
    """Interpolate linearly between labels."""
    return resampling.resample(labels, spacing, new_spacing, "linear")


def _unchecked(labels, spacing, new_spacing):
    """Do it right wherever the spacing is."""
    steps = np.abs(np.asarray(new_spacing, float) / spacing)
    counts = np.maximum(np.rint(np.array(labels.shape) / steps), 1).astype(int)
    return _taken(labels, counts, lambda i, axis: np.floor((i + 0.5) * steps[axis]))


RESAMPLE_LABELS = [
    mistake(
        _resample(lambda *given: np.rint(_linear(*given)).astype(given[0].dtype)),
        "You interpolated linearly and rounded. Between the labels 2 and 4 that writes 3, another "
        "tissue. Take the label of one voxel instead.",
    ),
    mistake(
        _resample(_linear),
        "Your result holds numbers between labels, such as 2.5. No tissue has such a label: take "
        "the label of one voxel, and mix nothing.",
    ),
    mistake(
        _placed(lambda i, step, old, new: np.floor(i * step + 0.5)),
        "You put the centres of the first voxels on each other. Then a coarse voxel sticks out of "
        "the image at the one end and falls short at the other. The boxes share their faces: the "
        "centre of the new voxel i lies at (i + 0.5) * step from the face.",
    ),
    mistake(
        _placed(lambda i, step, old, new: np.floor(i * step)),
        "You took the old voxel at the first face of the new one. Take the one at its centre, at "
        "(i + 0.5) * step; else everything moves by half a new voxel.",
    ),
    mistake(
        _placed(lambda i, step, old, new: np.floor(i * (old - 1) / max(new - 1, 1) + 0.5)),
        "You stretched the first and the last voxel centre onto the old ones. Then the voxels do "
        "not have the spacing that was asked for. Let the boxes share their faces.",
    ),
    mistake(
        _placed(lambda i, step, old, new: np.floor((i + 0.5) * old / new)),
        "You stretched the image until it fills the new number of voxels. Then they do not have "
        "the spacing that was asked for: a step is new_spacing / spacing, and not the ratio of "
        "the numbers of voxels, which were rounded.",
    ),
    mistake(
        _placed(lambda i, step, old, new: np.rint((i + 0.5) * step - 0.5)),
        "Halfway between two voxels you sometimes go up and sometimes down: `np.rint` and "
        "`np.round` take the even number. Halves go up here: np.floor((i + 0.5) * step).",
    ),
    mistake(
        _counted(lambda shape, steps: np.maximum(np.floor(shape / steps), 1)),
        "You cut the number of voxels off. Round it, or up to a whole slice of the patient is "
        "lost at the end.",
    ),
    mistake(
        _counted(lambda shape, steps: np.ceil(shape / steps)),
        "You rounded the number of voxels up. Round to the nearest, or the box may become longer "
        "by nearly a whole voxel.",
    ),
    mistake(
        _counted(lambda shape, steps: np.maximum(np.rint(shape * steps), 1)),
        "You turned the ratio of the spacings round. Larger voxels mean fewer of them: "
        "n * spacing / new_spacing.",
    ),
    mistake(
        _counted(lambda shape, steps: np.rint(shape / steps)),
        "A volume that is thinner than one new voxel became empty. At least one voxel has to be "
        "left along each axis.",
    ),
    mistake(
        _unchecked,
        "A spacing that is negative or 0 is an error in a header. Raise a ValueError in place of a "
        "volume that looks fine.",
    ),
]


def _within_reach(labels, resized, least=0.0):
    """Mark voxels whose label some voxel around them has, with a weight above `least`."""
    found = np.zeros(np.shape(resized), bool)
    for label in np.unique(labels):
        reach = resampling.resize(labels == label, np.shape(resized), "linear") > least
        found |= (resized == label) & reach
    return found


INVENTED_VOXELS = [
    mistake(
        _invented(lambda labels, resized: ~np.isin(resized, labels)),
        "You found only labels that occur nowhere. A 2 between 1 and 3 is invented even if there "
        "are voxels of label 2 far away. Look for each label only where it reaches.",
    ),
    mistake(
        _invented(
            lambda labels, resized: (
                resized != resampling.resize(labels, np.shape(resized), "nearest")
            )
        ),
        "You found all voxels in which the result differs from nearest neighbour. A boundary that "
        "moved a little is not invented: its label is that of a voxel nearby.",
    ),
    mistake(
        _invented(_within_reach),
        "True and False are turned round: you marked the voxels whose label is there. Invented "
        "are the others.",
    ),
    mistake(
        _invented(lambda labels, resized: int(np.sum(~_within_reach(labels, resized)))),
        "This is their number. Return the mask: it also shows where they are, and its sum is the "
        "number.",
    ),
    mistake(
        _invented(lambda labels, resized: ~_within_reach(labels, np.rint(resized))),
        "You rounded first. 2.9 is not the label 3, and whoever reads the array as it is finds no "
        "tissue of that number: compare the values as they are.",
    ),
    mistake(
        _invented(lambda labels, resized: ~_within_reach(labels, resized, 0.5)),
        "You asked for a weight of more than one half. A label is not invented as soon as any of "
        "the voxels around has it, so with any weight above 0.",
    ),
    mistake(
        lambda labels, resized: ~_within_reach(labels, resized),
        "These labels are decimal numbers, so they were interpolated before, and nobody knows "
        "what is original. Raise a ValueError unless they are whole numbers.",
    ),
]


def _most(values):
    """Return the most frequent value, the lowest in a tie."""
    return int(np.bincount(np.ravel(values)).argmax())


def _around(labels, row, column):
    """Return the block of up to 3 x 3 pixels around one pixel."""
    return labels[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]


def _eight(labels, row, column):
    """Count the diagonal neighbours too."""
    votes = np.bincount(_around(labels, row, column).ravel(), minlength=labels.max() + 1)
    votes[labels[row, column]] -= 1
    return int(votes.argmax())


def _wrapping(labels, row, column):
    """Read neighbours without a look at the border; -1 is the last row or column."""
    rows, columns = labels.shape
    return _most(
        [
            labels[row - 1, column],
            labels[(row + 1) % rows, column],
            labels[row, column - 1],
            labels[row, (column + 1) % columns],
        ]
    )


def _unpadded(labels, row, column):
    """Read four neighbours; beyond the last row or column there is an IndexError."""
    return _most(
        [
            labels[row - 1, column],
            labels[row + 1, column],
            labels[row, column - 1],
            labels[row, column + 1],
        ]
    )


def _beside(labels, row, column):
    """Return the neighbours at the edges."""
    return edge_neighbors(labels, (row, column))


MAJORITY_OF_NEIGHBORS = [
    mistake(
        _majority(_eight),
        "You counted the diagonal neighbours too; that is 8-connectivity. With 4-connectivity "
        "only the pixels above, below, left and right count.",
    ),
    mistake(
        _majority(lambda labels, row, column: _most(_around(labels, row, column))),
        "You counted the whole block of 3 x 3, with the diagonals and the pixel itself. Only the "
        "pixels above, below, left and right count.",
    ),
    mistake(
        _majority(
            lambda labels, row, column: _most([*_beside(labels, row, column), labels[row, column]])
        ),
        "The pixel itself votes here. It has no label yet; what stands there must not count.",
    ),
    mistake(
        _majority(lambda labels, row, column: int(_beside(labels, row, column)[0])),
        "You took one neighbour only. All four are equally near; the majority of them decides.",
    ),
    mistake(
        _majority(
            lambda labels, row, column: int(np.floor(np.mean(_beside(labels, row, column)) + 0.5))
        ),
        "You took the mean of the labels. Labels are names: the mean of liver and kidney is no "
        "organ. Count how often each occurs.",
    ),
    mistake(
        _majority(
            lambda labels, row, column: int(
                Counter(_beside(labels, row, column).tolist()).most_common(1)[0][0]
            )
        ),
        "In a tie you took the label that came first, above before below before left. The rule "
        "here is the lowest of the tied labels, so that the answer does not depend on the order.",
    ),
    mistake(
        _majority(_wrapping),
        "At the border a pixel got neighbours from the other side of the image: in Python the "
        "index -1 is the last. Leave neighbours outside the image out.",
    ),
    mistake(
        _majority(_unpadded),
        "At the border you looked for a neighbour that does not exist. Leave neighbours outside "
        "the image out.",
    ),
]
