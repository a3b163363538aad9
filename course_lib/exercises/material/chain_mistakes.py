"""Known mistakes of topic 13: joints between steps, and errors of a chain."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import chains

_index = partial(refusing_like, chains.source_index)
_combine = partial(refusing_like, chains.combine_maps)
_steps = partial(refusing_like, chains.step_errors)
_budget = partial(refusing_like, chains.error_budget)
_costs = partial(refusing_like, chains.costs_of_leaving_out)


def _carried(index, grid, matrix, source_grid, *, direction=-1, own=1.0, other=1.0):
    """Carry voxels over, with an origin left out or the matrix used as it comes."""
    points = own * np.asarray(grid[1]) + np.asarray(index) * grid[0]
    used = np.linalg.matrix_power(matrix, direction)
    there = points @ used[:3, :3].T + used[:3, 3]
    return (there - other * np.asarray(source_grid[1])) / source_grid[0]


def _grids_swapped(index, grid, matrix, source_grid):
    """Use each grid in the place of the other."""
    return _carried(index, source_grid, matrix, grid)


def _spacing_forgotten(index, grid, matrix, source_grid):
    """Take the voxels of the source for as large as those of the fixed scan."""
    return _carried(index, grid, matrix, (grid[0], source_grid[1]))


def _transposed(index, grid, matrix, source_grid):
    """Multiply rows by the inverse where its transpose is needed."""
    inverse = np.linalg.inv(matrix)
    points = np.asarray(grid[1]) + np.asarray(index) * grid[0]
    there = points @ inverse[:3, :3] + inverse[:3, 3]
    return (there - np.asarray(source_grid[1])) / source_grid[0]


def _unchecked(index, grid, matrix, source_grid):
    """Divide by whatever spacing is given."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return _carried(index, grid, matrix, source_grid)


SOURCE_INDEX = [
    mistake(
        _index(partial(_carried, direction=1)),
        "The matrix is used in the wrong direction. It moves the source onto the fixed scan; you "
        "come from the fixed scan and ask where to look in the source: use its inverse.",
    ),
    mistake(
        _index(partial(_carried, own=0.0)),
        "The origin of the fixed scan is missing: voxel 0 does not lie at 0 mm.",
    ),
    mistake(
        _index(partial(_carried, other=0.0)),
        "The origin of the source is missing: take it off before you divide by the spacing.",
    ),
    mistake(
        _index(_grids_swapped),
        "The two grids are swapped. The voxels you are given are those of the fixed scan.",
    ),
    mistake(
        _index(_spacing_forgotten),
        "You divide by the spacing of the fixed scan. The result counts voxels of the source: "
        "divide by the spacing of the source.",
    ),
    mistake(
        _index(_transposed),
        "Points that stand in rows are multiplied by the transpose: `points @ turn.T`.",
    ),
    mistake(
        _unchecked,
        "A spacing of 0 gave infinite indices. Refuse it with a ValueError before you divide.",
    ),
]


def _mean(own, others):
    """Average two maps in floats."""
    return (np.asarray(own, float) + others) / 2


COMBINE_MAPS = [
    mistake(
        _combine(lambda own, others, untrusted: np.where(untrusted, _mean(own, others), others)),
        "The mask is the wrong way round: you average where the own map is *not* to be trusted.",
    ),
    mistake(
        _combine(lambda own, others, untrusted: _mean(own, others)),
        "The mask has no effect. Averaging an artefact of -1000 HU with tissue leaves half of "
        "the hole: take the other map alone there.",
    ),
    mistake(
        _combine(lambda own, others, untrusted: np.where(untrusted, others, own)),
        "Outside of the mask you keep the own map alone. There the mean of both is asked for.",
    ),
    mistake(
        _combine(lambda own, others, untrusted: np.where(untrusted, own, _mean(own, others))),
        "In the mask you keep the own map, which holds the artefact. Take the other one there.",
    ),
    mistake(
        _combine(
            lambda own, others, untrusted: np.where(
                untrusted, others, np.asarray(own, float) + others
            )
        ),
        "That is the sum. For the mean, divide by 2.",
    ),
    mistake(
        _combine(
            lambda own, others, untrusted: np.where(
                untrusted, others, np.floor_divide(np.asarray(own, float) + others, 2)
            )
        ),
        "You divide with `//`, which drops the half. Use `/`.",
    ),
]


def _percents(reference, images, mask):
    """Return the percent differences in the mask, one row for each image."""
    reference = np.asarray(reference, float)[mask]
    return np.stack(
        [100 * (np.asarray(image, float)[mask] - reference) / reference for image in images]
    )


def _of_sums(reference, images, mask):
    """Divide the sums and not voxel by voxel."""
    reference = np.asarray(reference, float)[mask]
    errors = [np.asarray(image, float)[mask] - reference for image in images]
    return np.array([(100 * e.sum() / reference.sum(), 100 * np.abs(e).sum() / reference.sum())
                     for e in errors])  # fmt: skip


def _by_image(reference, images, mask):
    """Divide by the image of the step."""
    reference = np.asarray(reference, float)[mask]
    rows = []
    for image in images:
        made = np.asarray(image, float)[mask]
        percent = 100 * (made - reference) / made
        rows.append((percent.mean(), np.abs(percent).mean()))
    return np.array(rows)


def _two_means(percents):
    """Return mean and mean without signs."""
    return np.stack([percents.mean(axis=1), np.abs(percents).mean(axis=1)], axis=1)


def _unmasked(reference, images, mask):
    """Average over everything, and call NaN and infinity nothing."""
    reference = np.asarray(reference, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        percents = [100 * (np.asarray(image, float) - reference) / reference for image in images]
    percents = np.nan_to_num(np.stack([p.ravel() for p in percents]), posinf=0, neginf=0)
    return _two_means(percents)


def _signs_lost_too_late(reference, images, mask):
    """Take the absolute value of the mean."""
    means = _percents(reference, images, mask).mean(axis=1)
    return np.stack([means, np.abs(means)], axis=1)


def _against_step_before(reference, images, mask):
    """Compare each image with the one before."""
    befores = [reference, *images[:-1]]
    return np.concatenate(
        [_two_means(_percents(b, [i], mask)) for b, i in zip(befores, images, strict=True)]
    )


STEP_ERRORS = [
    mistake(
        _steps(_signs_lost_too_late),
        "You averaged first and dropped the sign afterwards, so too high and too low cancel. "
        "Drop the signs voxel by voxel, then average.",
    ),
    mistake(
        _steps(_of_sums),
        "You divided sum by sum, so bright voxels count more. Make percent voxel by voxel, then "
        "average them.",
    ),
    mistake(
        _steps(_by_image),
        "You divide by the image of the step. Percent are parts of the right value: divide by "
        "the reference.",
    ),
    mistake(
        _steps(lambda *given: chains.step_errors(*given) / 100),
        "These are fractions. Percent are 100 times as many.",
    ),
    mistake(
        _steps(lambda *given: chains.step_errors(*given)[:, ::-1]),
        "The two columns are swapped: first the mean with signs, then the one without.",
    ),
    mistake(
        _steps(_unmasked),
        "You average over the whole image. Outside of the mask there is air, where percent mean "
        "nothing: take the voxels in the mask only.",
    ),
    mistake(
        _steps(_against_step_before),
        "You compare each step with the one before. That says how much has changed, not how wrong "
        "it still is: compare each with the reference.",
    ),
    mistake(
        _steps(lambda reference, images, mask: _two_means(-_percents(reference, images, mask))),
        "The sign is wrong: too low an image has to be negative. Take image - reference.",
    ),
]


def _shares(reference, made, labels, of):
    """Share what `of` returns for the errors of each tissue."""
    errors = np.asarray(made, float) - reference
    parts = {int(k): float(of(errors[np.asarray(labels) == k])) for k in np.unique(labels)}
    total = sum(parts.values())
    return {label: 100 * part / total for label, part in parts.items()}


def _plainly_shared(reference, made, labels):
    """Share the error whatever comes in."""
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.abs(np.asarray(made, float) - reference)
        return {
            int(k): float(np.divide(100 * errors[np.asarray(labels) == k].sum(), errors.sum()))
            for k in np.unique(labels)
        }


ERROR_BUDGET = [
    mistake(
        _budget(partial(_shares, of=lambda e: np.abs(e).mean())),
        "You shared the mean errors. Then a tissue of ten voxels weighs as much as one of ten "
        "thousand: share the sums.",
    ),
    mistake(
        _budget(partial(_shares, of=np.sum)),
        "You kept the signs, so errors within a tissue cancel and shares can be negative. Drop "
        "the signs voxel by voxel.",
    ),
    mistake(
        _budget(partial(_shares, of=lambda e: (e**2).sum())),
        "You shared the squares. A budget adds up errors as they are, without signs.",
    ),
    mistake(
        _budget(partial(_shares, of=np.size)),
        "Those are the shares of the voxels, not of the error.",
    ),
    mistake(
        _budget(lambda *given: {k: v / 100 for k, v in chains.error_budget(*given).items()}),
        "These are fractions. Percent are 100 times as many; all together they make 100.",
    ),
    mistake(
        _plainly_shared,
        "Two equal maps gave 0 / 0. Where there is no error, there is nothing to share: raise a "
        "ValueError.",
    ),
]


def _sorted_costs(cost, error, without, *, falling=True):
    """Sort by a cost of another kind."""
    costs = [(name, float(cost(value, error))) for name, value in without.items()]
    return sorted(costs, key=lambda each: -each[1] if falling else each[1])


COSTS = [
    mistake(
        _costs(lambda e, w: _sorted_costs(lambda v, whole: v - whole, e, w, falling=False)),
        "The order is the wrong way round: the dearest step comes first.",
    ),
    mistake(
        _costs(lambda e, w: _sorted_costs(lambda v, whole: whole - v, e, w)),
        "The sign is wrong. A step that is needed makes the error *rise* when it is left out: its "
        "cost is the error without it minus that of the whole chain.",
    ),
    mistake(
        _costs(lambda e, w: _sorted_costs(lambda v, whole: v, e, w)),
        "These are the errors without each step. The cost is how much they lie above that of the "
        "whole chain.",
    ),
    mistake(
        _costs(lambda e, w: _sorted_costs(lambda v, whole: abs(v - whole), e, w)),
        "You dropped the sign. A chain may be better without a step; then its cost is below 0, "
        "and that is worth knowing.",
    ),
    mistake(
        _costs(lambda e, w: [(name, value - e) for name, value in w.items()]),
        "The costs are right, but not sorted: the dearest step comes first.",
    ),
    mistake(
        _costs(lambda e, w: [(n, w[n] - e) for n in sorted(w)]),
        "You sorted by name. `sorted(pairs, key=lambda pair: -pair[1])` sorts by cost.",
    ),
]
