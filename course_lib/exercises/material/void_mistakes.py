"""Known mistakes of topic 11, third part: offsets, nearest labels, and the two majorities."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import void_classification as voids

_offsets = partial(refusing_like, voids.offsets_to_landmarks)
_nearest = partial(refusing_like, voids.nearest_labels)
_majority = partial(refusing_like, voids.landmark_majority)


def _first_axes(pixels, landmarks):
    """Use the axes that both have."""
    axes = min(np.shape(pixels)[1], np.shape(landmarks)[1])
    return np.asarray(pixels)[:, None, :axes] - np.asarray(landmarks)[:, :axes]


OFFSETS = [
    mistake(
        _offsets(lambda pixels, landmarks: -voids.offsets_to_landmarks(pixels, landmarks)),
        "Your signs are turned around. An offset leads from the landmark to the pixel: pixel minus "
        "landmark.",
    ),
    mistake(
        _offsets(
            lambda pixels, landmarks: np.linalg.norm(
                voids.offsets_to_landmarks(pixels, landmarks), axis=-1
            )
        ),
        "You return distances. The direction counts: a sinus lies above the lips, an artefact that "
        "is as far away may lie behind them.",
    ),
    mistake(
        _offsets(
            lambda pixels, landmarks: voids.offsets_to_landmarks(pixels, landmarks).swapaxes(0, 1)
        ),
        "Your first two axes are swapped: pixels come first, landmarks second.",
    ),
    mistake(
        _offsets(lambda pixels, landmarks: np.asarray(pixels) - np.mean(landmarks, axis=0)),
        "You took the offset to the middle of all landmarks. There is one offset to each landmark.",
    ),
    mistake(
        _offsets(
            lambda pixels, landmarks: np.broadcast_to(
                np.asarray(pixels, float)[:, None],
                (len(pixels), len(landmarks), np.shape(pixels)[1]),
            ).copy()
        ),
        "You did not subtract the landmarks. Positions in the image depend on how the patient "
        "lies.",
    ),
    mistake(
        _first_axes,
        "Pixels and landmarks have different numbers of axes; a point in space has no offset to a "
        "landmark in a plane. Raise a ValueError.",
    ),
]


def _ordered(known, points, order=2, descending=False):
    """Return the numbers of the known points, nearest first."""
    known, points = np.asarray(known, float), np.asarray(points, float)
    far = np.linalg.norm(points[:, None] - known, ord=order, axis=2)
    return np.argsort(-far if descending else far, axis=1, kind="stable")


def _by(order):
    """Make an answer from an order of the known points."""
    return lambda known, labels, points, neighbors: np.asarray(labels)[
        order(known, points)[:, :neighbors]
    ]


def _winner(known, labels, points, neighbors):
    """Return the majority of the neighbours."""
    near = voids.nearest_labels(known, labels, points, neighbors)
    return voids.landmark_majority(near[:, None])


def _as_many_as_there_are(known, labels, points, neighbors):
    """Return fewer neighbours where fewer are known."""
    return _by(_ordered)(known, labels, points, neighbors)


def _of_one_point(known, labels, points, neighbors):
    """Search around the mean of the points."""
    middle = np.mean(points, axis=0, keepdims=True)
    row = voids.nearest_labels(known, labels, middle, neighbors)
    return np.repeat(row, len(points), axis=0)


NEAREST_LABELS = [
    mistake(
        _nearest(lambda known, labels, points, neighbors: _ordered(known, points)[:, :neighbors]),
        "You return which points are near. Their labels are asked for: `labels[nearest]`.",
    ),
    mistake(
        _nearest(_by(partial(_ordered, descending=True))),
        "Your neighbours are the farthest. Sort by rising distance.",
    ),
    mistake(
        _nearest(_by(partial(_ordered, order=1))),
        "You added the differences along the axes. The distance of two points is the root of the "
        "sum of squares.",
    ),
    mistake(
        _nearest(_by(lambda known, points: _ordered(np.asarray(known)[:, :1],
                                                    np.asarray(points)[:, :1]))),
        "You compare along the first axis only. All axes count.",
    ),
    mistake(
        _nearest(
            lambda known, labels, points, neighbors: voids.nearest_labels(
                known, labels, points, neighbors
            )[:, ::-1]
        ),
        "Your neighbours are the right ones in the wrong order: the nearest comes first.",
    ),
    mistake(
        _nearest(_winner),
        "You took the majority already. All labels of the neighbours are asked for, (N, "
        "neighbors); the vote is the next exercise.",
    ),
    mistake(
        _nearest(_of_one_point),
        "All your points have the same neighbours. Each point has its own distances to the known "
        "ones: a table `points[:, None] - known`.",
    ),
    mistake(
        _as_many_as_there_are,
        "Fewer points are known than neighbours are asked for, and a slice returns fewer without "
        "a warning. Raise a ValueError.",
    ),
]  # fmt: skip


def _most(labels, axis, highest=False):
    """Return the most frequent label along an axis; ties go to the lowest, or the highest."""
    names = np.unique(labels)
    votes = np.stack([(np.asarray(labels) == name).sum(axis=axis) for name in names])
    if highest:
        return names[::-1][votes[::-1].argmax(axis=0)]
    return names[votes.argmax(axis=0)]


def _pooled(labels):
    """Let all neighbours of all landmarks vote at once."""
    labels = np.asarray(labels)
    return _most(labels.reshape(len(labels), -1), axis=1)


def _any_axes(labels):
    """Vote along the last two axes, whatever they are."""
    return _most(_most(labels, axis=-1), axis=-1)


LANDMARK_MAJORITY = [
    mistake(
        _majority(_pooled),
        "You let all neighbours of all landmarks vote at once. The lecture has two votes: first "
        "the neighbours decide what their landmark says, then each landmark has one vote.",
    ),
    mistake(
        _majority(lambda labels: _most(np.asarray(labels)[:, :, 0], axis=1)),
        "Only the nearest neighbour of each landmark votes in yours. All of them do.",
    ),
    mistake(
        _majority(lambda labels: _most(_most(labels, axis=1), axis=1)),
        "You voted over the landmarks first and over the neighbours second. It is the other way "
        "round: axis 2 first.",
    ),
    mistake(
        _majority(lambda labels: _most(labels, axis=2)),
        "You stopped after the first vote: there is still one label for each landmark. Let the "
        "landmarks vote too.",
    ),
    mistake(
        _majority(lambda labels: _most(_most(labels, 2, highest=True), 1, highest=True)),
        "A tie goes to the highest label in yours. Here it goes to the lowest.",
    ),
    mistake(
        _majority(lambda labels: np.rint(np.mean(labels, axis=(1, 2))).astype(int)),
        "You averaged the labels. They are names, not amounts: count the votes for each.",
    ),
    mistake(
        _majority(lambda labels: np.median(np.median(labels, axis=2), axis=1).astype(int)),
        "You took medians. They depend on the order of the labels, and labels have no order. Count "
        "the votes for each.",
    ),
    mistake(
        _any_axes,
        "The labels have other axes than pixels, landmarks and neighbours; whatever you vote on "
        "there is no landmark. Raise a ValueError.",
    ),
]
