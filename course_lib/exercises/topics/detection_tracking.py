"""Exercises of topic 07, detection and tracking, in the order of its notebook. Slides 40 to 44."""

import numpy as np
from scipy import ndimage

from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.judges import close, equal, holds
from course_lib.exercises.material import (
    detection_mistakes,
    fate_mistakes,
    lesion_mistakes,
    tracking_mistakes,
)
from course_lib.exercises.material import detection_tracking_cases as cases
from course_lib.exercises.material import detection_tracking_judges as judges
from course_lib.imaging import components, detection, lesion_fates, lines, rotations, tracking
from course_lib.imaging.transforms import invert, translation
from course_lib.imaging.warping import warp

_row = cases.row

first_empty_row = Exercise(
    reference=detection.first_empty_row,
    points=2,
    cases=[
        given("a small brain and three centre columns", cases.SMALL_BRAIN, (2, 5)),
        drawn("a coronal slice at 2 mm", cases.coronal_tissue),
        edge("columns without tissue", cases.SMALL_BRAIN[:3], (0, 1), raises=ValueError),
        edge("no ventricle below the brain", cases.SMALL_BRAIN[:5], (2, 5), raises=ValueError),
    ],
    judge=equal(),
    mistakes=detection_mistakes.FIRST_EMPTY_ROW,
    hints=[
        "Make one True or False for each row first: does any of the centre columns hold tissue?",
        "`tissue[:, first:stop].any(axis=1)` is that list. The top of the brain is its first True: "
        "`argmax` finds it. Look for the first False after it.",
        "`np.flatnonzero(~filled[top:])` lists the empty rows from the top on; it may be empty.",
    ],
    alternatives=[
        lambda tissue, columns: detection.first_empty_row(
            tissue[:, columns[0] : columns[1]], (0, columns[1] - columns[0])
        ),
    ],
)

fit_line = Exercise(
    reference=lines.fit_line,
    points=3,
    cases=[
        given("five points", np.array([[9.0, 4.0], [7.0, 4.5], [6.0, 6.5], [3.0, 6.0], [2, 8.0]])),
        given("the same, in the other order",
              np.array([[2.0, 8.0], [3.0, 6.0], [6.0, 6.5], [7.0, 4.5], [9, 4.0]])),
        given("six points, the first of them near the middle",
              np.array([[19.0, 31.8], [22.7, 25.8], [20.8, 29.3], [19.4, 30.8], [17.8, 32.1],
                        [16.7, 35.0]])),
        given("a vertical line", np.array([[3.0, 5.0], [2.0, 5.0], [0.0, 5.0]])),
        drawn("the roof of a ventricle, in mm", cases.roof),
        drawn("scattered points far from the corner, in mm", cases.scattered_line),
        edge("one point, four times", np.full((4, 2), 5.0), raises=ValueError),
    ],
    judge=close(rtol=1e-6, atol=1e-6),
    mistakes=detection_mistakes.FIT_LINE,
    hints=[
        "Draw the five points on paper, and the cross of their mean. In which direction do they "
        "spread most?",
        "`np.linalg.svd(points - mean, full_matrices=False)` returns three things; the first row "
        "of the third is the direction of the largest spread.",
        "`direction @ (points[-1] - points[0])` is negative when the direction points from the "
        "last point to the first.",
    ],
    alternatives=[cases.line_by_eigenvectors],
)  # fmt: skip

angle_between = Exercise(
    reference=lines.angle_between,
    points=2,
    cases=[
        given("a right angle, of different lengths", np.array([0.0, 2.0]), np.array([5.0, 0.0])),
        given("the roof of narrow ventricles", np.array([-4.0, -2.0]), np.array([-3.0, 1.5])),
        given("an obtuse angle, from right to left", np.array([-2.0, 5.0]), np.array([-1.0, -3.0])),
        given("opposite directions", np.array([0.0, 2.0]), np.array([0.0, -3.0])),
        drawn("two ventricles", cases.two_directions),
        edge("twice the same direction", np.array([0.3, 0.5]), np.array([0.3, 0.5])),
        edge("a direction of length 0", np.zeros(2), np.array([1.0, 0.0]), raises=ValueError),
    ],
    judge=close(rtol=1e-6, atol=1e-4),
    mistakes=detection_mistakes.ANGLE_BETWEEN,
    hints=[
        "By hand: from [0, 2] to [5, 0] it is a quarter of a turn, 90 degrees.",
        "cos(angle) = first . second / (|first| |second|): `np.dot` and `np.linalg.norm`.",
        "`np.clip(cosine, -1, 1)` before `np.arccos`, and `np.rad2deg` after it.",
    ],
    alternatives=[
        lambda first, second: lines.angle_between(-3 * np.asarray(second), -np.asarray(first)),
    ],
)

lesion_volumes = Exercise(
    reference=components.volumes_ml,
    points=1,
    cases=[
        given("three lesions in thick slices",
              np.array([[[0, 3, 3, 1], [0, 0, 7, 1]], [[0, 3, 0, 1], [7, 7, 0, 0]]]),
              (5.0, 0.5, 0.8)),
        drawn("a visit", cases.visit_with_spacing),
        edge("a visit without lesions", np.zeros((2, 3, 4), int), (5.0, 1.0, 1.0)),
        edge("a spacing of 0", np.array([[[0, 3, 3, 1]]]), (0.0, 1.0, 1.0), raises=ValueError),
    ],
    judge=close(),
    mistakes=lesion_mistakes.LESION_VOLUMES,
    hints=[
        "By hand: three voxels of 5 x 0.5 x 0.8 mm are 6 mm3, that is 0.006 ml.",
        "`np.unique(labels)` lists the numbers; leave out 0. `(labels == number).sum()` counts.",
        "`{number: volume for number in ...}` makes the dict.",
    ],
    alternatives=[
        lambda labels, spacing: {
            int(number): ndimage.sum_labels(np.ones(np.shape(labels)), labels, number)
            * volume
            for volume in components.volumes_ml([[[1]]], spacing).values()
            for number in np.unique(labels)
            if number
        },
    ],
)  # fmt: skip

overlap_table = Exercise(
    reference=lesion_fates.overlap_table,
    points=2,
    cases=[
        given("a row of voxels", _row("001112224400"), _row("033300222005")),
        drawn("two visits in 8 bits", cases.two_visits),
        edge("no lesions after", _row("0112"), _row("0000")),
        edge("images of different shapes", _row("011"), _row("012")[:, None], raises=ValueError),
    ],
    judge=equal(),
    mistakes=lesion_mistakes.OVERLAP_TABLE,
    hints=[
        "Make an empty table first: `before.max() + 1` rows and `after.max() + 1` columns.",
        "Two loops do it: `((before == i) & (after == j)).sum()`. Check the shapes before.",
        "Without loops: `np.add.at(table, (before, after), 1)`.",
    ],
    alternatives=[
        lambda before, after: lesion_fates.overlap_table(after, before).T,
    ],
)

linked_lesions = Exercise(
    reference=lesion_fates.linked,
    points=2,
    cases=[
        given("three lesions before, two after",
              np.array([[90, 0, 8], [0, 4, 1], [30, 0, 20], [5, 1, 6]]), 0.25),
        given("exactly a quarter, and a little less",
              np.array([[50, 16, 9], [6, 2, 0], [10, 2, 3]]), 0.25),
        given("a large lesion before, crumbs after",
              np.array([[900, 1, 0], [380, 12, 2], [4, 0, 3]]), 0.5),
        given("a share of 0", np.array([[50, 2, 0], [3, 0, 1]]), 0.0),
        drawn("two visits that do not lie well", cases.table_with_share),
        edge("a share in percent", np.array([[9, 1], [2, 3]]), 10, raises=ValueError),
    ],
    judge=equal(),
    mistakes=lesion_mistakes.LINKED_LESIONS,
    hints=[
        "The size of lesion i before is the sum of row i, background included.",
        "`table.sum(axis=1)[1:, None]` are the sizes before as a column, "
        "`table.sum(axis=0)[1:]` those after; `np.minimum` of both has the shape of the result.",
        "Two conditions joined by `&`: an overlap above 0, and one of at least the share.",
    ],
    alternatives=[
        lambda table, share: lesion_fates.linked(np.transpose(table), share).T,
    ],
)  # fmt: skip

compare_volumes = Exercise(
    reference=lesion_fates.compare_volumes,
    points=1,
    cases=[
        given("half as much again", 0.5, 0.75, 0.25),
        given("exactly a quarter more", 0.4, 0.5, 0.25),
        given("a fifth less", 0.5, 0.4, 0.25),
        given("a little more than a fifth less", 1.0, 0.78, 0.25),
        given("a large lesion", 6.0, 6.4, 0.25),
        given("a large one that shrank", 9.0, 6.4, 0.25),
        drawn("some lesion", cases.small_volumes),
        edge("no volume before", 0.0, 0.5, 0.25, raises=ValueError),
        edge("no volume after", 0.5, 0.0, 0.25, raises=ValueError),
    ],
    judge=equal(),
    mistakes=lesion_mistakes.COMPARE_VOLUMES,
    hints=[
        "Three sentences: it has grown if ..., it has shrunk if ..., else it is stable.",
        "Grown: after > (1 + tolerance) * before. Shrunk is the same with both exchanged.",
    ],
    alternatives=[
        lambda before, after, tolerance: lesion_fates.compare_volumes(
            8 * before, 8 * after, tolerance
        ),
    ],
)

match_lesions = Exercise(
    reference=lesion_fates.match_lesions,
    call=judges.call_for_fates,
    points=3,
    cases=[
        given("stable, grown and shrunk", _row("011102203333"), _row("033302220110"), 0.25, 0.1),
        given("new and vanished", _row("01110000022"), _row("00001100033"), 0.25, 0.1),
        given("a split", _row("011111110022"), _row("033002220011"), 0.25, 0.1),
        given("a merger", _row("01110022200"), _row("03333333300"), 0.25, 0.1),
        given("a chain of several", _row("0111222000"), _row("0334455000"), 0.25, 0.1),
        given("neighbours that touch", _row("111112222222"), _row("333333222222"), 0.25, 0.5),
        drawn("two visits", cases.visits_with_share),
        edge("no lesions at all", _row("0000"), _row("0000"), 0.25, 0.1),
        edge("images of different shapes", _row("011"), _row("0110"), 0.25, 0.1,
             raises=ValueError),
    ],
    judge=holds(judges.fates_problem, structure=False),
    same=judges.same_fates,
    mistakes=fate_mistakes.MATCH_LESIONS,
    hints=[
        "First the groups, then their names. Start a group with one lesion before, add all after "
        "that are linked to it, then all before that are linked to these, until nothing is added.",
        "The number of lesions on both sides names the fate: 1 and 0, 0 and 1, 1 and 1, 1 and "
        "several, several and 1, several and several.",
        "`np.flatnonzero(links[i - 1]) + 1` are the lesions after that belong to lesion i before.",
    ],
    alternatives=[
        lambda before, after, tolerance, share: [
            (fate, list(one), list(other))
            for fate, one, other in lesion_fates.match_lesions(before, after, tolerance, share)
        ][::-1],
    ],
)  # fmt: skip

keep_numbers = Exercise(
    reference=tracking.keep_numbers,
    points=3,
    cases=[
        given("three lesions that changed their numbers", _row("01102200330"),
              _row("03301100220"), 4, 0.1),
        given("a split with a crumb first", _row("011111110022"), _row("022003330011"), 5, 0.1),
        given("a merger", _row("0110022200"), _row("0777777700"), 3, 0.1),
        given("new ones, beside a number that is in use", _row("0110220000000"),
              _row("0330110220404"), 9, 0.1),
        drawn("two visits", cases.visits_with_number),
        edge("a next number that is in use", _row("0110330"), _row("0220110"), 3, 0.1,
             raises=ValueError),
    ],
    judge=equal(),
    mistakes=tracking_mistakes.KEEP_NUMBERS,
    hints=[
        "Make a list `names` with one place for each number after; at the end `names[after]` "
        "renames all voxels at once.",
        "Take the largest overlap among linked lesions: it gives its number away. Then set its "
        "whole row and its whole column to 0, and look for the largest again.",
        "`np.unravel_index(overlaps.argmax(), overlaps.shape)` tells row and column. What has no "
        "name at the end gets next_number, next_number + 1, ... in the order of the numbers after.",
    ],
    alternatives=[
        lambda before, after, number, share: tracking.keep_numbers(
            np.asarray(before)[..., None], np.asarray(after)[..., None], number, share
        )[..., 0],
    ],
)  # fmt: skip

carry_back = Exercise(
    reference=tracking.carry_back,
    points=2,
    lent=[invert, warp],
    cases=[
        given("a lesion moved by 4 mm", np.pad(np.full((3, 4), 7), ((3, 3), (4, 4))),
              translation([2.0, -4.0]), 2.0),
        given("a mask, turned by 30 degrees and moved",
              np.pad(np.tri(5, 8, dtype=bool), 12), rotations.rotation(30, [9.3, 20.2])
              + np.array([[0, 0, 3.7], [0, 0, -2.1], [0, 0, 0]]), (1.0, 1.5)),
        drawn("lesions of a turned head", cases.lesions_with_motion),
        edge("probabilities", np.full((4, 4), 0.5), translation([1.0, 1.0]), 1.0,
             raises=ValueError),
    ],
    judge=equal(),
    mistakes=tracking_mistakes.CARRY_BACK,
    hints=[
        "The matrix moves the scan onto the common grid. Which way do you have to go?",
        "`invert(matrix)`, then `warp(labels, ..., spacing, method)` of topic 05. Which of the two "
        "methods of topic 04 suits numbers?",
    ],
    alternatives=[cases.carried_by_scipy],
)  # fmt: skip
