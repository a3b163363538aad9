"""Known mistakes of topic 09, last part: columns scaled to 0..1, and a split by patient."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.exercises.material.bagging_mistakes import own_generator
from course_lib.imaging import feature_tables

_scaled = partial(refusing_like, feature_tables.normalize_columns)


def _between(table, low, high):
    """Scale between two ends."""
    with np.errstate(all="ignore"):
        return (table - low) / (high - low)


def _standardized(table, training):
    """Scale by mean and deviation."""
    return (table - training.mean(axis=0)) / training.std(axis=0)


def _ranges_of(choose, axis=0):
    """Make a mistake that takes smallest and largest values elsewhere."""

    def scaled(table, training):
        rows = choose(table, training)
        return _between(table, rows.min(axis=axis), rows.max(axis=axis))

    return _scaled(scaled)


NORMALIZE_COLUMNS = [
    mistake(
        _ranges_of(lambda table, training: table),
        "You scaled the table by its own smallest and largest values. Then the same number means "
        "two things in training and for the new patient; take the ends from `training`.",
    ),
    mistake(
        _ranges_of(lambda table, training: np.vstack([table, training])),
        "You took the ends from both tables together. So the test patient has already had a word "
        "in training; take them from `training` alone.",
    ),
    mistake(
        _ranges_of(lambda table, training: training, axis=None),
        "You scaled all columns by the same two numbers. R2* in 1/s and a position are not "
        "comparable; each column has its own ends (axis=0).",
    ),
    mistake(
        _scaled(
            lambda table, training: np.clip(feature_tables.normalize_columns(table, training), 0, 1)
        ),
        "You clamp to 0..1. A new patient may lie outside of what training has seen, and that "
        "should remain visible.",
    ),
    mistake(
        _scaled(_standardized),
        "That is z-normalisation. Slide 63 scales to 0..1: the smallest training value becomes 0, "
        "the largest 1.",
    ),
    mistake(
        _scaled(lambda table, training: table / training.max(axis=0)),
        "You only divide by the largest value. Subtract the smallest first, and divide by the "
        "difference of both.",
    ),
    mistake(
        lambda table, training: _between(table, training.min(axis=0), training.max(axis=0)),
        "A column that is constant in training is divided by 0, which gives NaN or infinity. It "
        "says nothing either: raise a ValueError.",
    ),
]


def _numbers_from_0(patients, held_out, rng):
    """Take the patients to be numbered from 0."""
    count = np.unique(patients).size
    return np.isin(patients, rng.choice(count, held_out, replace=False))


def _checked(patients, held_out, rng):
    """Refuse what the reference refuses, and leave the generator alone."""
    feature_tables.split_by_patient(patients, held_out, np.random.default_rng(0))


def _split(wrong):
    """Make a mistake that refuses bad input as the reference does."""

    def drawn(patients, held_out, rng):
        _checked(patients, held_out, rng)
        return wrong(patients, held_out, rng)

    return drawn


def _share_of_rows(patients, held_out, rng):
    """Draw rows in place of patients."""
    return rng.random(patients.size) < held_out / np.unique(patients).size


def _with_replacement(patients, held_out, rng):
    """Draw rows, and take their patients; one may come twice."""
    return np.isin(patients, rng.choice(patients, held_out))


def _split_unchecked(patients, held_out, rng):
    """Hold out as many as there are."""
    everybody = rng.permutation(np.unique(patients))
    return np.isin(patients, everybody[:held_out])


SPLIT_BY_PATIENT = [
    mistake(
        _split(_share_of_rows),
        "You drew rows, so patients are torn: some of their voxels are in training, others in "
        "testing. Draw patients, and take all their rows: `np.isin(patients, drawn)`.",
    ),
    mistake(
        _split(lambda p, n, rng: ~feature_tables.split_by_patient(p, n, rng)),
        "True marks the training rows in your mask. It should mark those for testing.",
    ),
    mistake(
        _split(_numbers_from_0),
        "You took the patients to be numbered 0, 1, 2, ..., so you drew patients who are not "
        "there. Who is there says `np.unique(patients)`.",
    ),
    mistake(
        _split(_with_replacement),
        "Sometimes fewer patients are held out than asked for: one came twice. Draw from "
        "`np.unique(patients)`, without replacement.",
    ),
    mistake(
        _split(lambda p, n, rng: np.isin(p, np.unique(p)[:n])),
        "You always hold out the same patients, those with the lowest numbers. Draw them from rng.",
    ),
    mistake(
        _split(own_generator(feature_tables.split_by_patient)),
        "Called twice with equally seeded generators, your function held out different patients. "
        "Draw from rng, not from `np.random`.",
    ),
    mistake(
        _split_unchecked,
        "Nobody would be left for training. Raise a ValueError.",
    ),
]
