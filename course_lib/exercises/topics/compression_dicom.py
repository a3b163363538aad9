"""Exercises of topic 01: compression and DICOM. Slides 4 to 10.

Cases and mistakes stand in ``course_lib.exercises.material``.
"""

import numpy as np

from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.judges import close, equal, holds
from course_lib.exercises.material import compression_cases as draws
from course_lib.exercises.material import (
    compression_mistakes,
    outline_mistakes,
    rescaling_mistakes,
)
from course_lib.exercises.material.outline_judges import same_polygon
from course_lib.imaging import compression, polygons, quantization, rescaling
from course_lib.imaging.run_lengths import run_lengths as reference_runs

digits_needed = Exercise(
    reference=compression.digits_needed,
    points=1,
    cases=[
        given("4, 3, 5, 0", np.array([[4, 3], [5, 0]])),
        given("up to 1000", np.array([[12, 7], [1000, 999]])),
        drawn("an image up to a power of ten", draws.power_of_ten),
        drawn("a CT of a spine as it is stored", lambda rng: (draws.spine(rng) + 1024,)),
        edge("an image of zeros", np.zeros((2, 2), int)),
        edge("an image with a negative value", draws.LECTURE, raises=ValueError),
    ],
    judge=equal(),
    mistakes=compression_mistakes.DIGITS_NEEDED,
    hints=[
        "Which value of the image decides? Try it on an image that holds 7 and 1000.",
        "`str(1000)` is '1000'. How long is that?",
        "`image.max()` and `image.min()` are all that you need: one to count, one to refuse.",
    ],
    alternatives=[
        lambda image: (
            compression.digits_needed(image)
            if image.min() < 0
            else max(len(str(value)) for value in image.ravel().tolist())
        ),
    ],
)

integer_image = Exercise(
    reference=compression.integer_image,
    points=3,
    cases=[
        given("the lecture's 10, 5, 15, -10", draws.LECTURE),
        given("7, 12, 22", np.array([7, 12, 22])),
        given("0, 4, 10, 22", np.array([0, 4, 10, 22])),
        drawn("an image with a common divisor", draws.with_divisor),
        drawn("a CT of a spine in steps of 8 HU", draws.steps_of_eight),
        edge("16 bits from -30000 to 30000", np.array([[-30000, 30000]], np.int16)),
        edge("a constant image", np.full((2, 3), -7)),
        edge("an image of decimals", np.array([0.5, 1.5]), raises=ValueError),
    ],
    judge=equal(),
    mistakes=compression_mistakes.INTEGER_IMAGE,
    hints=[
        "Read your result back: is slope * stored + intercept the image? Is any smaller number "
        "possible?",
        "First the differences from the smallest value, in int64. Then their greatest common "
        "divisor: np.gcd.reduce(differences, axis=None).",
        "A constant image has the divisor 0: `slope = int(...) or 1`.",
    ],
    alternatives=[
        lambda image: tuple(map(np.asarray, compression.integer_image(image))),
        lambda image: list(compression.integer_image(image)),
    ],
)

pack_outline = Exercise(
    reference=polygons.pack,
    points=1,
    cases=[
        given("four corners", np.array([[0, 1], [6, 1], [6, 4], [0, 4]])),
        drawn("some points", draws.polygon),
        drawn("the outline of a part of a liver", draws.liver),
        edge("a single point", np.array([[3, 8]])),
        edge("points in space", np.array([[3, 8, 1], [4, 8, 1]]), raises=ValueError),
    ],
    judge=equal(),
    mistakes=outline_mistakes.PACK_OUTLINE,
    hints=[
        "Write down what you expect for the points (0, 1), (6, 1), (6, 4), (0, 4).",
        "points[:, 0] are all x, points[:, 1] all y.",
        "np.concatenate([...]) joins rows; points.T.ravel() does it in one go. Look at "
        "points.ndim and points.shape before.",
    ],
    alternatives=[
        lambda points: np.concatenate(list(polygons.unpack(polygons.pack(points)).T)),
        lambda points: polygons.pack(points).tolist(),
    ],
)

drop_collinear = Exercise(
    reference=polygons.drop_collinear,
    points=3,
    cases=[
        given("nine points of a rectangle", draws.NINE_POINTS),
        given("a start in the middle of a side", np.roll(draws.NINE_POINTS, -1, axis=0)),
        given("a slanted side", np.array([[0, 0], [1, 1], [2, 2], [2, 0]])),
        drawn("a region with dents", draws.staircase),
        drawn("the outline of a part of a liver", draws.liver),
        edge("three points on a line", np.array([[0, 0], [1, 1], [3, 3]]), raises=ValueError),
    ],
    judge=holds(same_polygon),
    same=equal(),
    mistakes=outline_mistakes.DROP_COLLINEAR,
    hints=[
        "Which neighbours has the first point? The outline is closed.",
        "np.roll(points, 1, axis=0) holds the point before each point. Subtract to get the step "
        "that arrives and the step that leaves.",
        "Two steps have one direction when ax * ly - ay * lx is 0. Keep the points where it is "
        "not.",
    ],
    alternatives=[
        lambda points: polygons.drop_collinear(points[::-1]),
        lambda points: polygons.drop_collinear(np.roll(points, 3, axis=0)),
    ],
)

run_lengths = Exercise(
    reference=reference_runs,
    points=2,
    cases=[
        given("air, tissue, bone", np.array([-1024, -1024, -1024, 10, 300, 300])),
        given("air on both sides", np.array([0, 0, 5, 5, 5, 0])),
        drawn("a row of a head", draws.row_of_a_head),
        drawn("small numbers", lambda rng: (rng.integers(0, 3, 40),)),
        edge("a single pixel", np.array([7])),
        edge("one run", np.zeros(12, int)),
        edge("no two alike", np.arange(5)),
        edge("a row with NaN", np.array([1.0, np.nan, np.nan, 2.0]), raises=ValueError),
    ],
    judge=equal(),
    mistakes=compression_mistakes.RUN_LENGTHS,
    hints=[
        "Add up your lengths. They must give the number of pixels.",
        "A run starts at pixel 0 and wherever row[1:] differs from row[:-1], one place later: "
        "np.flatnonzero(row[1:] != row[:-1]) + 1.",
        "With all starts in one array, np.diff(starts, append=len(row)) gives the lengths. Before "
        "all that, refuse NaN: np.isnan(row).any().",
    ],
    alternatives=[
        lambda row: tuple(part.tolist() for part in reference_runs(row)),
        lambda row: list(reference_runs(row)),
    ],
)

stored_to_hu = Exercise(
    reference=rescaling.rescale,
    points=1,
    cases=[
        given(
            "the lecture's row, 16 bits unsigned",
            np.array([0, 0, 0, 1034, 1324, 0, 0], np.uint16), 1, -1024,
        ),
        given("slope 2, 16 bits signed", np.array([0, 512, 30000], np.int16), 2, -1024),
        drawn("a CT of a spine with another slope", draws.stored_spine),
        edge("padding below the CT range", np.array([-2000, 4000], np.int16), 1.0, 0.0),
        edge("a slope of 0", np.array([0, 1034], np.uint16), 0.0, -1024.0, raises=ValueError),
    ],
    judge=close(rtol=1e-5),
    mistakes=rescaling_mistakes.STORED_TO_HU,
    hints=[
        "What does a stored 0 read? And a stored 1034?",
        "In which type does numpy compute? Print (stored * slope).dtype.",
        "stored.astype(float) first, then times the slope, then plus the intercept.",
    ],
    alternatives=[
        lambda stored, slope, intercept: rescaling.rescale(stored, slope, intercept, np.float64),
        lambda stored, slope, intercept: rescaling.rescale(stored, slope, 0) + intercept,
    ],
)  # fmt: skip

hu_to_stored = Exercise(
    reference=rescaling.store,
    points=3,
    cases=[
        given(
            "four values, slope 0.5, in 32 bits",
            np.array([-1000.0, 0.0, 10.9, 300.2]), 0.5, -1024, "int32",
        ),
        given("the lecture's values", np.array([-1024.0, 10.0, 300.0]), 1, -1024, "uint16"),
        drawn("a CT of a spine after interpolation", draws.resampled_spine),
        given("both ends of a type", np.array([-1.0, 254.0]), 1, -1, "uint8"),
        edge(
            "a CT with padding of -2000", draws.padded(), 1, -1024, "uint16", raises=ValueError
        ),
        edge("metal of 70,000 HU", np.array([40.0, 7e4]), 1, -1024, "uint16", raises=ValueError),
        edge("a NaN", np.array([40.0, np.nan]), 1, -1024, "uint16", raises=ValueError),
        edge("a slope of 0", np.array([-1000.0, 40.0]), 0, -1024, "uint16", raises=ValueError),
    ],
    judge=equal(dtype="exact"),
    mistakes=rescaling_mistakes.HU_TO_STORED,
    hints=[
        "Solve HU = slope * stored + intercept for stored. Then round: np.rint.",
        "limits = np.iinfo(dtype) knows limits.min and limits.max. Compare before you convert.",
        "Refuse in this order: slope 0, then values that are not finite, then values beyond the "
        "limits. Convert last.",
    ],
    alternatives=[
        lambda hu, slope, intercept, dtype: rescaling.store(
            np.floor((hu - intercept) / slope + 0.5) if slope else hu, slope and 1, 0, dtype
        ),
    ],
)  # fmt: skip

smallest_slope = Exercise(
    reference=quantization.smallest_slope,
    points=2,
    cases=[
        given("0 to 52,427 in int16", 0, 52427, "int16"),
        given("-1024 to 3071 HU in uint8", -1024, 3071, "uint8"),
        drawn("a range and a type", draws.a_range),
        given("-1 to 1 in int8", -1.0, 1.0, "int8"),
        edge("an inverted range", 3071, -1024, "uint16", raises=ValueError),
        edge("a range of one value", 5, 5, "uint16", raises=ValueError),
    ],
    judge=close(rtol=1e-7, atol=1e-9),
    mistakes=rescaling_mistakes.SMALLEST_SLOPE,
    hints=[
        "How many steps lie between the smallest and the largest number of the type?",
        "limits = np.iinfo(dtype). The slope is (high - low) / (limits.max - limits.min).",
        "Solve low = slope * limits.min + intercept for the intercept.",
    ],
    alternatives=[
        lambda low, high, dtype: (
            np.polyfit([np.iinfo(dtype).min, np.iinfo(dtype).max], [low, high], 1)
            if low < high
            else quantization.smallest_slope(low, high, dtype)
        ),
    ],
)

largest_error = Exercise(
    reference=quantization.largest_error,
    points=1,
    cases=[
        given("slope 1.6", 1.6),
        given("slope 1", 1),
        drawn("some slope", lambda rng: (float(rng.uniform(0.01, 20)),)),
        edge("a negative slope", -3.0),
        edge("a slope of 0", 0, raises=ValueError),
    ],
    judge=close(),
    mistakes=rescaling_mistakes.LARGEST_ERROR,
    hints=[
        "Between which two readable values does a value lie, and to which of them is it rounded?",
        "The worst place is the middle between two neighbours.",
    ],
    alternatives=[lambda slope: np.float64(quantization.largest_error(slope))],
)

slope_per_slice = Exercise(
    reference=quantization.slope_per_slice,
    points=2,
    cases=[
        given(
            "three slices of four pixels in uint8",
            np.array([[[5.1, 510.0], [9.0, 5.1]], [[0.51, 2.55], [1.0, 2.0]], [[0.0, 0.0]] * 2]),
            "uint8",
        ),
        drawn("slices of a made-up PET", draws.small_pet),
        given("two slices in int16", np.array([[[1.0, 4.0]], [[2.0, 3.0]]]), "int16"),
        edge("negative activity", np.full((2, 2, 2), -1.0), "int16", raises=ValueError),
    ],
    judge=close(),
    mistakes=rescaling_mistakes.SLOPE_PER_SLICE,
    hints=[
        "The axes are (Z, Y, X). Over which axes do you take the largest value to get one number "
        "per slice?",
        "The largest value of a slice is stored as np.iinfo(dtype).max.",
        "slopes[slopes == 0] = 1.0 spares the empty slices.",
    ],
    alternatives=[
        lambda volume, dtype: [
            float(slope) for slope in quantization.slope_per_slice(volume, dtype)
        ],
    ],
)
