"""Exercises of topic 03, from MR to CT, in the order of its notebook. Slides 19 to 24."""

import numpy as np

from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.judges import close, equal
from course_lib.exercises.material import (
    agreement_mistakes,
    air_mistakes,
    ct_map_mistakes,
    mr_signal_mistakes,
)
from course_lib.exercises.material import mr_to_ct_mapping_cases as cases
from course_lib.imaging import agreement, air_segmentation, mr_mapping

# Wide enough for an answer in float32, in HU, 1/s and percent.
_CLOSE = close(rtol=1e-4, atol=1e-2)


normalized_joint_histogram = Exercise(
    reference=air_segmentation.normalized_joint_histogram,
    points=2,
    cases=[
        given(
            "six voxels, two of them beyond a range", np.array([0.0, 1.0, 1.0, 3.0, 9.0, 2.0]),
            np.array([7.0, 6.0, 5.0, 1.0, 3.0, -2.0]), 4, (0, 4), (0, 8),
        ),
        drawn("two echoes of a head", cases.echoes_in_bins),
        edge(
            "images of different shapes", np.arange(6.0).reshape(2, 3),
            np.arange(6.0).reshape(3, 2), 2, (0, 8), (0, 4), raises=ValueError,
        ),
    ],
    judge=close(rtol=1e-6, atol=1e-12),
    mistakes=air_mistakes.JOINT_HISTOGRAM,
    hints=[
        "What do all bins of your result add up to? It has to be 1, and no voxel may be missing.",
        "`np.histogram2d(x, y, bins, [x_range, y_range])` counts pairs of two rows of numbers; "
        "`image.ravel()` makes a row. It returns the counts and two lists of edges.",
        "It leaves out what lies beyond a range: `np.clip(first, *first_range)` brings it in.",
    ],
    alternatives=[
        lambda first, second, bins, first_range, second_range: (
            air_segmentation.normalized_joint_histogram(
                second, first, bins, second_range, first_range
            ).T
        ),
    ],
)  # fmt: skip

air_mask = Exercise(
    reference=air_segmentation.air_mask,
    points=1,
    cases=[
        given(
            "air, bone, tissue, noise, and a voxel on each threshold",
            np.array([5.0, 40.0, 90.0, 12.0, 20.0, 7.0, 26.0]),
            np.array([4.0, 6.0, 85.0, 33.0, 3.0, 30.0, 2.0]), 20, 30,
        ),
        drawn("two echoes of a head", cases.echoes_with_thresholds),
        edge(
            "images of different shapes", np.arange(3.0), np.arange(3.0)[:, None], 2, 2,
            raises=ValueError,
        ),
        edge(
            "an echo with NaN", np.array([1.0, np.nan]), np.array([1.0, 1.0]), 2, 2,
            raises=ValueError,
        ),
    ],
    judge=equal(),
    mistakes=air_mistakes.AIR_MASK,
    hints=[
        "Which corner of the joint histogram is air? On which side of each threshold is it?",
        "Two comparisons joined by `&`, each in its own brackets.",
        "Look for slips first: `first.shape != second.shape`, and `np.isnan(first).any()`.",
    ],
    alternatives=[
        lambda first, second, s, t: air_segmentation.air_mask(second, first, t, s),
    ],
)  # fmt: skip

r2star = Exercise(
    reference=mr_mapping.r2star,
    points=2,
    cases=[
        given(
            "air, bone, tissue, noise, and a negative value",
            np.array([0.0, 400.0, 900.0, 700.0, 20.0, -5.0]),
            np.array([0.0, 0.0, 870.0, 720.0, 10.0, 60.0]), (0.07, 2.46), 50.0,
        ),
        drawn("two echoes of a head", cases.two_echoes),
        edge(
            "echo times that fall", np.array([90.0, 80.0]), np.array([70.0, 20.0]), (2.46, 0.07),
            10.0, raises=ValueError,
        ),
        edge(
            "a floor of 0", np.array([90.0, 80.0]), np.array([70.0, 20.0]), (0.07, 2.46), 0.0,
            raises=ValueError,
        ),
    ],
    judge=_CLOSE,
    mistakes=mr_signal_mistakes.R2STAR,
    hints=[
        "By hand: 900 and 870 with 0.07 and 2.46 ms give ln(900 / 870) / 0.00239 s = 14.2 1/s.",
        "First raise both echoes: `np.maximum(first, floor)`. Then two logarithms, their "
        "difference, and the time between the echoes in seconds.",
        "Two slips to refuse: TE2 not after TE1, and a floor that is not above 0.",
    ],
    alternatives=[
        lambda first, second, echo_ms, floor: mr_mapping.r2star(
            np.maximum(np.asarray(first, float), floor), second, echo_ms, floor
        ),
        lambda first, second, echo_ms, floor: mr_mapping.r2star(
            np.asarray(first, np.float32), np.asarray(second, np.float32), echo_ms, floor
        ),
    ],
)  # fmt: skip

fit_curve = Exercise(
    reference=mr_mapping.fit_curve,
    points=2,
    cases=[
        given(
            "four voxels and a line", np.array([100.0, 200.0, 300.0, 400.0]),
            np.array([250.0, 500.0, 450.0, 900.0]), 1,
        ),
        drawn("bone of a head", cases.bone_with_ct),
        edge(
            "one R2* only", np.full(4, 200.0), np.array([300.0, 400.0, 500.0, 600.0]), 1,
            raises=ValueError,
        ),
    ],
    judge=close(rtol=1e-3, atol=1e-9),
    mistakes=mr_signal_mistakes.FIT_CURVE,
    hints=[
        "Fit a line through (100, 250) and (300, 650) by hand: HU = 50 + 2 R2*. Your result for "
        "these two points should be [50, 2].",
        "`np.polyfit(x, y, degree)` does the least squares. In which order does it give the "
        "coefficients?",
        "Before that, `np.unique(r2star).size` has to be larger than the degree.",
    ],
    alternatives=[
        lambda r2star, hu, degree: mr_mapping.fit_curve(r2star[::-1], hu[::-1], degree),
    ],
)  # fmt: skip

threshold_map = Exercise(
    reference=mr_mapping.threshold_map,
    points=2,
    cases=[
        given(
            "tissue, bone, the threshold itself, and noisy air",
            np.array([20.0, 400.0, 150.0, 900.0, -80.0]),
            np.array([False, False, False, True, True]), 150, 1000, 40,
        ),
        drawn("a slice of a head", cases.rates_with_threshold),
        edge(
            "R2* with NaN", np.array([20.0, np.nan]), np.array([False, False]), 150, 1000, 40,
            raises=ValueError,
        ),
    ],
    judge=_CLOSE,
    mistakes=ct_map_mistakes.THRESHOLD_MAP,
    hints=[
        "How many different values does your map hold? There should be three, one of them -1000.",
        "`np.where(r2star >= threshold, bone_hu, soft_hu)` makes two of them.",
        "The last step is air: another `np.where`, or `hu[air] = -1000` on your own new array.",
    ],
    alternatives=[
        lambda r2star, air, threshold, bone_hu, soft_hu: mr_mapping.continuous_map(
            r2star, air, [bone_hu], (threshold, threshold + 1), soft_hu
        ),
    ],
)  # fmt: skip

continuous_map = Exercise(
    reference=mr_mapping.continuous_map,
    points=3,
    cases=[
        given(
            "tissue, bone, beyond both ends, and air",
            np.array([20.0, 150.0, 400.0, 600.0, 5000.0, 900.0, -80.0]),
            np.array([False, False, False, False, False, True, True]), np.array([50.0, 2.0]),
            (150, 600), 40.0,
        ),
        drawn("a slice of a head", cases.rates_with_curve),
        edge(
            "an inverted range", np.array([20.0, 400.0]), np.array([False, False]),
            np.array([50.0, 2.0]), (600, 150), 40.0, raises=ValueError,
        ),
    ],
    judge=_CLOSE,
    mistakes=ct_map_mistakes.CONTINUOUS_MAP,
    hints=[
        "Three kinds of voxels again. Only in bone does the value follow the curve.",
        "`np.clip(r2star, *r2star_range)`, then "
        "`np.polynomial.polynomial.polyval(clipped, coefficients)` gives the HU of bone.",
        "Then as in `threshold_map`: soft_hu where R2* is below the lower end, and air last.",
    ],
    alternatives=[
        lambda r2star, air, coefficients, r2star_range, soft_hu: mr_mapping.continuous_map(
            np.minimum(r2star, r2star_range[1]), air, coefficients, r2star_range, soft_hu
        ),
    ],
)  # fmt: skip

percent_difference = Exercise(
    reference=agreement.percent_difference,
    points=2,
    cases=[
        given(
            "bone, tissue, air, and a value at the floor", np.array([0.145, 0.10, 0.0, 0.02]),
            np.array([0.116, 0.11, 0.03, 0.04]), 0.02,
        ),
        given("a floor of 0", np.array([4.0, 0.0, 5.0]), np.array([3.0, 1.0, 5.0]), 0.0),
        drawn("attenuation maps of a head", cases.two_attenuation_maps),
        edge("maps of different shapes", np.ones(3), np.ones((3, 1)), 0.1, raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=agreement_mistakes.PERCENT_DIFFERENCE,
    hints=[
        "By hand: 0.116 in place of 0.145 1/cm is 20 % too low, so -20.",
        "100 * (predicted - reference) / reference, then decide about the voxels without "
        "reference.",
        "`np.where(reference > floor, percent, np.nan)` writes NaN where percent mean nothing.",
    ],
    alternatives=[
        lambda reference, predicted, floor: agreement.percent_difference(
            np.multiply(reference, 3.0), np.multiply(predicted, 3.0), 3 * floor
        ),
    ],
)  # fmt: skip

limits_of_agreement = Exercise(
    reference=agreement.limits_of_agreement,
    call=cases.limits_as_tuple,
    points=2,
    cases=[
        given(
            "four patients, three of them with a scan of use", np.array([10.0, 12.0, 9.0, 11.0]),
            np.array([9.6, 11.9, 30.0, 10.3]), np.array([True, True, False, True]),
        ),
        drawn("the PET of a slice, inside the head", cases.two_measurements),
        edge(
            "one patient", np.array([10.0, 12.0]), np.array([9.0, 12.5]), np.array([True, False]),
            raises=ValueError,
        ),
    ],
    judge=close(rtol=1e-5, atol=1e-6),
    mistakes=agreement_mistakes.LIMITS_OF_AGREEMENT,
    hints=[
        "Make the differences first, predicted - reference, and only those inside the mask.",
        "`difference.std(ddof=1)` is the sample's deviation.",
        "Return three numbers in this order: mean, mean - 1.96 deviations, mean + 1.96 deviations.",
    ],
    alternatives=[
        lambda reference, predicted, mask: np.array(
            agreement.limits_of_agreement(reference[mask], predicted[mask])
        ),
    ],
)  # fmt: skip

errors_per_tissue = Exercise(
    reference=agreement.errors_per_class,
    call=cases.errors_as_tuples,
    points=3,
    cases=[
        given(
            "five voxels of two tissues", np.array([0.0, 10.0, 1200.0, 1300.0, 900.0]),
            np.array([30.0, 0.0, 700.0, 400.0, 950.0]), np.array([2, 2, 4, 4, 4]),
        ),
        drawn("a slice of a head, in HU", cases.ct_and_map),
        given(
            "two CTs in int16", np.array([[1200, 40], [30, -1000]], np.int16),
            np.array([[400, 60], [-350, -990]], np.int16), np.array([[4, 2], [2, 0]]),
        ),
        edge(
            "images of different shapes", np.zeros(2), np.ones((2, 1)),
            np.array([[1, 2], [1, 2]]), raises=ValueError,
        ),
    ],
    judge=close(rtol=1e-4, atol=1e-2, dtype="any"),
    mistakes=agreement_mistakes.ERRORS_PER_TISSUE,
    hints=[
        "`np.unique(labels)` lists the tissues that occur. `difference[labels == label]` are the "
        "errors in one of them.",
        "Build a dict: `result[label] = (voxels, mean, mean_absolute, root_mean_square)`.",
        "Make the difference in floats: `predicted.astype(float) - reference`.",
    ],
    alternatives=[
        lambda reference, predicted, labels: {
            np.int64(label): np.array(errors)
            for label, errors in agreement.errors_per_class(
                np.asarray(reference, float), np.asarray(predicted, float), labels
            ).items()
        },
    ],
)  # fmt: skip
