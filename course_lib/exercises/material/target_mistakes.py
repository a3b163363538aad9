"""Known mistakes of topic 10, second part: targets, cost, confusion matrix."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import metrics, network_costs

_one_hot = partial(refusing_like, network_costs.one_hot)
_cost = partial(refusing_like, network_costs.cost)
_matrix = partial(refusing_like, metrics.confusion_matrix)


def _from_one(labels, classes):
    """Count classes from 1; class 0 falls off to the end."""
    return np.eye(classes)[np.asarray(labels) - 1]


def _unchecked_rows(labels, classes):
    """Take rows of the unit matrix; -1 is the last one."""
    return np.eye(classes)[labels]


ONE_HOT = [
    mistake(
        _one_hot(lambda labels, classes: np.eye(int(max(labels)) + 1)[labels]),
        "You took the number of classes from the labels. A batch without a 9 would then lack a "
        "column, and the network has ten outputs: use `classes`.",
    ),
    mistake(
        _one_hot(_from_one),
        "You count classes from 1, so each 1 stands one place too far left. The first output, "
        "number 0, belongs to class 0.",
    ),
    mistake(
        _one_hot(lambda labels, classes: network_costs.one_hot(labels, classes).T),
        "Yours is turned: one column for each sample. One row for each sample is wanted.",
    ),
    mistake(
        _one_hot(
            lambda labels, classes: (
                network_costs.one_hot(labels, classes) * np.asarray(labels)[:, None]
            )
        ),
        "You wrote the digit itself into its place. A target says how sure the network should be: "
        "1 for its class, also for the digit 7.",
    ),
    mistake(
        _one_hot(lambda labels, classes: 1 - network_costs.one_hot(labels, classes)),
        "Ones and zeros are exchanged: the network would learn what it is not.",
    ),
    mistake(
        _one_hot(
            lambda labels, classes: np.tile(
                network_costs.one_hot(labels, classes).sum(axis=0) > 0, (len(labels), 1)
            ).astype(float)
        ),
        "Every row has the ones of all samples: `targets[:, labels] = 1` fills whole columns. Give "
        "each row its own place: `targets[np.arange(len(labels)), labels] = 1`.",
    ),
    mistake(
        _unchecked_rows,
        "A label that is out of range is taken all the same: index -1 is the last class. Raise a "
        "ValueError for labels below 0 or above classes - 1.",
    ),
]


def _unchecked_cost(predictions, targets):
    """Subtract whatever numpy can stretch to one shape."""
    return float(np.sum((np.asarray(predictions) - np.asarray(targets)) ** 2))


COST = [
    mistake(
        _cost(lambda p, t: float(np.mean((p - t) ** 2))),
        "You took the mean. The lecture's cost is the sum of the squares (slide 71).",
    ),
    mistake(
        _cost(lambda p, t: float(np.sum(np.abs(p - t)))),
        "You added the absolute differences, the L1 loss of notebook 02. Slide 71 squares them.",
    ),
    mistake(
        _cost(lambda p, t: float(np.sum(p - t))),
        "The square lacks: too much in one place and too little in another cancel.",
    ),
    mistake(
        _cost(lambda p, t: float(np.sqrt(np.sum((p - t) ** 2)))),
        "You took the root. The cost is the sum of the squares itself.",
    ),
    mistake(
        _cost(lambda p, t: float(np.sum((p - t) ** 2) / 2)),
        "You halved it, as many textbooks do, because the slope then loses its 2. The lecture does "
        "not.",
    ),
    mistake(
        _cost(lambda p, t: float(np.sum(((p - t) ** 2)[np.asarray(t) == 1]))),
        "You looked at the output of the right class only. The others cost, too: they should be 0.",
    ),
    mistake(
        _cost(lambda p, t: np.sum((np.atleast_2d(p) - np.atleast_2d(t)) ** 2, axis=1)),
        "You return one number for each sample. The cost is one number: the sum over all outputs "
        "and all samples.",
    ),
    mistake(
        _unchecked_cost,
        "A row and a column are stretched against each other, so every output is compared with "
        "every target. Raise a ValueError where the shapes differ.",
    ),
]


def _once_each(reference, predicted, classes):
    """Let numpy add 1 to each pair, which it does once however often the pair comes."""
    matrix = np.zeros((classes, classes), int)
    matrix[reference, predicted] += 1
    return matrix


def _unchecked_matrix(reference, predicted, classes):
    """Count in a loop; class -1 is the last one."""
    matrix = np.zeros((classes, classes), int)
    np.add.at(matrix, (np.asarray(reference), np.asarray(predicted)), 1)
    return matrix


CONFUSION_MATRIX = [
    mistake(
        _matrix(lambda r, p, c: metrics.confusion_matrix(p, r, c)),
        "Rows and columns are exchanged. The row is the true class, the column what was predicted; "
        "scikit-learn does it the same way.",
    ),
    mistake(
        _matrix(_once_each),
        "`matrix[reference, predicted] += 1` counts each pair once, however often it occurs: numpy "
        "reads, adds, and writes once for each place. Use a loop, or `np.add.at`.",
    ),
    mistake(
        _matrix(lambda r, p, c: np.diag(np.diag(metrics.confusion_matrix(r, p, c)))),
        "You counted what is right only. The confusions beside the diagonal are what one wants to "
        "see.",
    ),
    mistake(
        _matrix(
            lambda r, p, c: (
                metrics.confusion_matrix(r, p, c)
                / np.maximum(metrics.confusion_matrix(r, p, c).sum(axis=1, keepdims=True), 1)
            )
        ),
        "These are shares of each row. Numbers of cases are wanted; one can still divide later.",
    ),
    mistake(
        _matrix(lambda r, p, c: metrics.confusion_matrix(r, p)),
        "You took the number of classes from the labels that occur. The matrix of a batch without "
        "a 9 would be smaller than that of the next: use `classes`.",
    ),
    mistake(
        _matrix(lambda r, p, c: metrics.confusion_matrix(r, p, c) * (1 - np.eye(c, dtype=int))),
        "You left the diagonal out. What is right belongs into the matrix as well.",
    ),
    mistake(
        _unchecked_matrix,
        "Class -1 is counted in the last row: a negative index counts from the end. Raise a "
        "ValueError for classes that do not exist.",
    ),
]
