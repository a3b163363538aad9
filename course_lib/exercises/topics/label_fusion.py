"""Exercises of topic 06, atlases and label fusion, in the order of its notebook. Slides 35-39."""

import numpy as np

from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.judges import close, equal
from course_lib.exercises.material import fusion_mistakes, similarity_mistakes, vote_mistakes
from course_lib.exercises.material import label_fusion_alternatives as alternatives
from course_lib.exercises.material import label_fusion_cases as cases
from course_lib.imaging import atlases, label_fusion, local_similarity, metrics, ranking, similarity

# Wide enough for an answer in float32, narrow enough for n - 1 in place of n.
_CLOSE = close(rtol=1e-4, atol=1e-5)


global_ncc = Exercise(
    reference=similarity.ncc,
    points=1,
    cases=[
        given(
            "five numbers, two scanners", np.array([1.0, 2.0, 4.0, 3.0, 0.0]),
            np.array([30.0, 20.0, 70.0, 80.0, 15.0]),
        ),
        given("an image and its negative", np.eye(3), 5.0 - 2 * np.eye(3)),
        drawn("the MR slices of a patient and of an atlas", cases.two_scans),
        edge("a constant atlas", np.arange(4.0), np.full(4, 7.0), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=similarity_mistakes.NCC,
    hints=[
        "What do you get for an image with itself? It should be 1, also for 3 * image + 50.",
        "Two lines: take the mean off each image; then the mean of their product, divided by both "
        "deviations.",
        "`np.std(image) == 0` tells that an image is constant. Ask before you divide.",
    ],
    alternatives=[
        lambda first, second: similarity.ncc(second, 3.0 * np.asarray(first) + 50),
        lambda first, second: similarity.ncc(np.float32(first), np.float32(second)),
    ],
)  # fmt: skip

best_atlas = Exercise(
    reference=atlases.best_atlas,
    points=1,
    cases=[
        given(
            "three atlases, one of them from a brighter scanner", np.array([1.0, 5.0, 2.0, 8.0]),
            list(np.array([[2.0, 4, 4, 6], [10, 50, 21, 80], [8, 5, 2, 1]])),
        ),
        given(
            "an atlas that is the negative", np.array([1.0, 5.0, 2.0, 8.0]),
            list(np.array([[9.0, 5, 8, 2], [1, 6, 4, 5]])),
        ),
        drawn("the MR slices of a patient and of four atlases", cases.target_and_atlases),
        edge(
            "two equal atlases", np.array([1.0, 5.0, 2.0]),
            list(np.array([[5.0, 1, 2], [1, 6, 2], [1, 6, 2]])),
        ),
        edge("no atlas at all", np.arange(4.0), [], raises=ValueError),
    ],
    judge=equal(),
    same=_CLOSE,  # a correlation in the place of an index may differ in its last digit
    mistakes=similarity_mistakes.BEST_ATLAS,
    hints=[
        "Print the correlation of every atlas with the target. Which one should win?",
        "A list of correlations, `[my_global_ncc(target, image) for image in images]`, and "
        "`np.argmax` of it.",
        "`np.argmax([])` raises a ValueError by itself, so an empty list needs no further line.",
    ],
    alternatives=[
        lambda target, images: max(
            range(len(images)), key=lambda i: similarity.ncc(target, images[i])
        ),
    ],
)  # fmt: skip

local_mean = Exercise(
    reference=local_similarity.local_mean,
    points=2,
    cases=[
        given("one bright voxel, a patch of 3 x 3", np.pad([[9.0]], ((1, 2), (0, 3))), 3),
        given("square numbers, a patch of 5 x 5", np.arange(48.0).reshape(6, 8) ** 2, 5),
        given("whole numbers in 8 bits", np.full((5, 6), 200, np.uint8), 3),
        drawn("an MR slice", cases.scan_and_patch),
        edge("an even patch", np.arange(30.0).reshape(5, 6), 4, raises=ValueError),
    ],
    judge=close(rtol=1e-4, atol=1e-3),
    mistakes=similarity_mistakes.LOCAL_MEAN,
    hints=[
        "What is the local mean of a constant image? The same constant, also at its border.",
        "Pad by size // 2 with `symmetric`. Then add up size * size copies of the image, each "
        "shifted by one more voxel, and divide.",
        "`padded[y : y + rows, x : x + columns]` for y and x from 0 to size - 1 are these copies.",
    ],
    alternatives=[
        lambda image, size: np.lib.stride_tricks.sliding_window_view(
            np.pad(image, size // 2, mode="symmetric"), (size, size)
        ).mean(axis=(2, 3)) if size % 2 else local_similarity.local_mean(image, size),
        lambda image, size: local_similarity.local_mean(np.float32(image), size),
    ],
)  # fmt: skip

local_ncc = Exercise(
    reference=local_similarity.local_ncc,
    points=3,
    cases=[
        given("two small images and 3 x 3", np.array([[1.0, 5, 2, 0], [4, 4, 1, 3], [0, 2, 6, 5]]),
            np.array([[20.0, 90, 70, 30], [60, 50, 20, 80], [10, 40, 40, 90]]), 3,
        ),
        given(
            "an image with a flat corner", np.pad(np.arange(1.0, 13).reshape(3, 4) ** 2, 4),
            np.arange(132.0).reshape(11, 12) % 7, 3,
        ),
        given(
            "whole numbers in 16 bits", np.arange(300, 330, dtype=np.uint16).reshape(5, 6),
            (np.arange(30, dtype=np.uint16).reshape(5, 6) % 7) * 50, 3,
        ),
        drawn("the MR slices of a patient and of an atlas", cases.scans_and_patch),
        edge(
            "an even patch", np.arange(30.0).reshape(5, 6), np.arange(30.0).reshape(5, 6) % 4, 2,
            raises=ValueError,
        ),
    ],
    judge=close(rtol=1e-3, atol=1e-3),
    mistakes=similarity_mistakes.LOCAL_NCC,
    hints=[
        "With an image and itself, what should the map show? 1 wherever the patch is not flat.",
        "Five local means: of I, of J, of I * J, of I * I and of J * J. Do all of it in floats.",
        "Rounding can make a variance slightly negative: `np.maximum(variance, 0)`. Then "
        "`np.divide(a, b, out=np.zeros(a.shape), where=b > 1e-6)` skips flat patches.",
    ],
    alternatives=[
        alternatives.by_uniform_filter,
        lambda first, second, size: local_similarity.local_ncc(second, first, size),
        lambda first, second, size: local_similarity.local_ncc(
            np.float32(first), np.float32(second), size
        ),
    ],
)  # fmt: skip

atlas_ranks = Exercise(
    reference=ranking.ranks,
    points=2,
    cases=[
        given("four atlases at two voxels", np.array([[1.0, 9], [7, 2], [3, 5], [-8, 4]]) / 10),
        drawn("local correlations of four atlases", cases.similarities),
        edge("atlases that are equally similar", np.array([[0.5, 0.2], [0.5, 0.8], [0.9, 0.8]])),
        edge("a map with NaN", np.array([[0.5, np.nan], [0.4, 0.1]]), raises=ValueError),
    ],
    judge=equal(),
    mistakes=fusion_mistakes.RANKS,
    hints=[
        "By hand: 0.1, 0.7, 0.3, -0.8 have the ranks 2, 0, 1, 3.",
        "Another way to see it: how many atlases are better than this one?",
        "`order = np.argsort(-similarities, axis=0)` is half of it, and `argsort` of the order is "
        "the other half. Look for NaN before.",
    ],
    alternatives=[
        alternatives.by_counting,
    ],
)

rank_weights = Exercise(
    reference=ranking.rank_weights,
    points=1,
    cases=[
        given("five ranks", np.array([0, 1, 2, 3, 4]), 0.5),
        given("ranks stored in bytes", np.array([[0, 2], [1, 0], [2, 1]], np.uint8), 1.0),
        drawn("the ranks of four atlases", cases.ranks_and_decay),
        edge("a negative decay", np.array([0, 1, 2]), -0.5, raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=fusion_mistakes.RANK_WEIGHTS,
    hints=[
        "The weight of the best atlas, rank 0, is 1. With a decay of 0.5 that of rank 1 is 0.61.",
        "`np.exp(-decay * ranks)` for the whole array at once.",
    ],
    alternatives=[
        lambda ranks, decay: ranking.rank_weights(np.asarray(ranks, np.int64), decay) ** 1.0,
    ],
)

fuse_ct = Exercise(
    reference=atlases.weighted_mean,
    points=2,
    cases=[
        given(
            "three atlases at two voxels",
            np.array([[-1000.0, 40.0], [200.0, 1000.0], [0.0, 60.0]]),
            np.array([[3.0, 1.0], [1.0, 0.5], [0.0, 2.0]]),
        ),
        drawn("the CT slices of four atlases", cases.cts_and_weights),
        edge(
            "a voxel without weights", np.array([[40.0, 50.0], [60.0, 70.0]]),
            np.array([[1.0, 0.0], [2.0, 0.0]]), raises=ValueError,
        ),
    ],
    judge=close(rtol=1e-4, atol=1e-2),  # in HU
    mistakes=fusion_mistakes.FUSE_CT,
    hints=[
        "By hand: -1000, 200 and 0 HU with the weights 3, 1 and 0 give -700 HU.",
        "`(weights * images).sum(axis=0)` is the upper half of the fraction.",
        "`weights.sum(axis=0)` is the lower half; ask whether it is 0 anywhere before you divide.",
    ],
    alternatives=[
        lambda images, weights: atlases.weighted_mean(images, weights / weights.max()),
        lambda images, weights: (
            np.einsum("n...,n...->...", images, weights / weights.sum(axis=0))
            if weights.sum(axis=0).all() else atlases.weighted_mean(images, weights)
        ),
    ],
)  # fmt: skip

fuse_labels = Exercise(
    reference=label_fusion.majority_vote,
    points=3,
    cases=[
        given("the ten votes of quiz 4", np.array(cases.QUIZ_4)[:, None], cases.UNDECIDED),
        given(
            "five atlases at four voxels",
            np.array([[4, 4, 8, 0], [4, 6, 8, 1], [4, 6, 2, 2], [8, 2, 2, 3], [6, 8, 7, 3]]),
            cases.UNDECIDED,
        ),
        drawn("the segmented slices of four atlases", cases.segmentations),
        edge("labels with decimals", np.array([[1.0, 2.5], [1.0, 2.0]]), 9, raises=ValueError),
    ],
    judge=equal(),
    mistakes=vote_mistakes.FUSE_LABELS,
    hints=[
        "Count by hand at one voxel: how many atlases say 0, how many say 1, and so on?",
        "`names = np.unique(labels)`; for each name `(labels == name).sum(axis=0)` counts its "
        "votes at every voxel. Stack these, and `argmax(axis=0)` finds the row of the winner.",
        "A tie: `(votes == votes.max(axis=0)).sum(axis=0) > 1`. Write `undecided` there last.",
    ],
    alternatives=[
        alternatives.vote_pixel_by_pixel,
        lambda labels, undecided: label_fusion.majority_vote(labels[::-1], undecided),
    ],
)  # fmt: skip

dice = Exercise(
    reference=metrics.dice,
    points=1,
    cases=[
        given(
            "six voxels", np.array([True, True, True, False, False, True]),
            np.array([True, False, False, False, True, True]),
        ),
        drawn("the bone of a patient and of an atlas", cases.two_masks),
        edge("two empty masks", np.zeros((3, 3), bool), np.zeros((3, 3), bool)),
        edge("one empty mask", np.ones((2, 2), bool), np.zeros((2, 2), bool)),
        edge(
            "a row and a column", np.array([True, False, True]), np.array([[True], [False]]),
            raises=ValueError,
        ),
    ],
    judge=_CLOSE,
    mistakes=vote_mistakes.DICE,
    hints=[
        "Equal masks give 1, disjoint ones 0. Which does yours give?",
        "Three counts: `(reference & predicted).sum()`, `reference.sum()`, `predicted.sum()`.",
        "When the two counts add up to 0, there is nothing to divide by. And masks of two shapes "
        "are to be refused: `reference.shape != predicted.shape`.",
    ],
    alternatives=[
        lambda reference, predicted: metrics.dice(predicted, reference),
        lambda reference, predicted: (
            2 * metrics.jaccard(reference, predicted) / (1 + metrics.jaccard(reference, predicted))
        ),
    ],
)  # fmt: skip

weighted_vote = Exercise(
    reference=label_fusion.weighted_vote,
    points=2,
    cases=[
        given(
            "three atlases at three voxels", np.array([[7, 7, 1], [3, 3, 3], [3, 3, 5]]),
            np.array([[0.9, 0.9, 0.5], [0.2, 0.5, 0.25], [0.3, 0.5, 0.5]]),
        ),
        drawn("the segmented slices of four atlases", cases.weighted_segmentations),
        edge(
            "a voxel without weights", np.array([[1, 2], [3, 2]]),
            np.array([[0.5, 0.0], [0.1, 0.0]]), raises=ValueError,
        ),
    ],
    judge=equal(),
    mistakes=vote_mistakes.WEIGHTED_VOTE,
    hints=[
        "By hand: labels 7, 3, 3 with the weights 0.9, 0.5, 0.5: 3 has 1.0 and wins.",
        "As in `fuse_labels`, but sum weights in place of counting: "
        "`((labels == name) * weights).sum(axis=0)`.",
        "`names[support.argmax(axis=0)]` takes the lowest of equals. Refuse voxels whose weights "
        "add up to 0.",
    ],
    alternatives=[
        lambda labels, weights: label_fusion.weighted_vote(labels[::-1], 2 * weights[::-1]),
    ],
)  # fmt: skip
