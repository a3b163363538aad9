"""Exercises of topic 02, intensity normalization, in the order of its notebook. Slides 11 to 18."""

import numpy as np

from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.judges import close, holds
from course_lib.exercises.material import model_scaling_mistakes, normalization_mistakes
from course_lib.exercises.material import normalization_cases as cases
from course_lib.exercises.material import normalization_judges as judges
from course_lib.imaging import augmentation, model_scaling, normalization, windowing

# Wide enough for an answer in float32, narrow enough for n - 1 instead of n in a whole slice.
_CLOSE = close(rtol=1e-5, atol=1e-6)


min_max = Exercise(
    reference=normalization.min_max,
    points=1,
    cases=[
        given("five numbers", np.array([20.0, 45.0, 70.0, 95.0, 120.0])),
        drawn("an MR slice", cases.scan_alone),
        edge("negative numbers", np.array([[-3.0, -1.0], [-7.0, -2.0]])),
        edge("a 16-bit image", np.array([[-30000, 0], [15000, 30000]], np.int16)),
        edge("a constant image", np.full((4, 4), 7.0), raises=ValueError),
        edge("an image with NaN", np.array([[1.0, np.nan], [3.0, 4.0]]), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=normalization_mistakes.MIN_MAX,
    hints=[
        "What should the smallest and the largest value of your result be? Print them.",
        "Two steps: move the smallest value to 0, then divide so that the largest becomes 1.",
        "After `shifted = image - image.min()`, the largest value of `shifted` is max - min.",
    ],
    alternatives=[
        lambda image: normalization.stretch(image, float(np.min(image)), float(np.max(image))),
    ],
    sealed=cases.SCALERS,
)

stretch = Exercise(
    reference=normalization.stretch,
    points=2,
    cases=[
        given(
            "HU into 10 to 250", np.array([-900.0, -150.0, 50.0, 250.0, 1200.0]), -150, 250, 10, 250
        ),
        given("to -1 and 1", np.array([0.0, 2.0, 3.0, 4.0, 9.0]), 2.0, 4.0, -1.0, 1.0),
        drawn(
            "an MR slice",
            lambda rng: (*cases.scan_alone(rng), 150.0, rng.uniform(300, 400), 0.0, 1.0),
        ),
        edge("an inverted interval", np.arange(5.0), 250, -150, 0, 1, raises=ValueError),
        edge("an interval without width", np.arange(5.0), 3, 3, 0, 1, raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=normalization_mistakes.STRETCH,
    hints=[
        "Where do low and high end up in your result? They have to meet new_low and new_high.",
        "First to 0..1 with (image - low) / (high - low), then times the width of the new range, "
        "then plus its start.",
        "`np.clip(result, new_low, new_high)` clamps. Do it last.",
    ],
    alternatives=[
        lambda image, low, high, new_low, new_high: (
            normalization.stretch(image, low, high) * (new_high - new_low) + new_low
        ),
    ],
)

z_score = Exercise(
    reference=normalization.z_score,
    points=1,
    cases=[
        given("four numbers", np.array([2.0, 4.0, 4.0, 6.0])),
        drawn("an MR slice", cases.scan_alone),
        edge("a constant image", np.full((4, 4), 7.0), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=normalization_mistakes.Z_SCORE,
    hints=[
        "What are the mean and the standard deviation of your result? They should be 0 and 1.",
        "Subtract the mean, then divide by the standard deviation: `np.mean`, `np.std`.",
        "`np.std` divides by n unless you ask for something else with ddof.",
    ],
    alternatives=[
        lambda image: normalization.z_score(np.asarray(image, np.float32)),
        lambda image: normalization.z_score(image, np.ones(np.shape(image), bool)),
    ],
    sealed=cases.SCALERS,
)

z_score_in_mask = Exercise(
    reference=normalization.z_score,
    points=2,
    cases=[
        drawn("an MR slice and its brain mask", cases.scan),
        given(
            "four numbers, two of them inside",
            np.array([0.0, 1.0, 3.0, 9.0]),
            np.array([False, True, True, False]),
        ),
        edge(
            "an empty mask", np.arange(6.0).reshape(2, 3), np.zeros((2, 3), bool), raises=ValueError
        ),
    ],
    judge=_CLOSE,
    mistakes=normalization_mistakes.Z_SCORE_IN_MASK,
    hints=[
        "Which values should decide on the mean? What is the mean of your result inside the mask?",
        "`image[mask]` is a row of all values where the mask is True.",
        "Take mean and standard deviation from `image[mask]`, and apply them to image.",
    ],
    alternatives=[lambda image, mask: normalization.z_score(2.0 * image + 3, mask)],
)

relative_to_region = Exercise(
    reference=normalization.relative_to_region,
    points=1,
    cases=[
        drawn("an MR slice, white matter as reference", cases.scan_with_reference),
        given(
            "four numbers, two of them in the region",
            np.array([2.0, 4.0, 9.0, 1.0]),
            np.array([True, True, False, False]),
        ),
        edge("an empty region", np.ones((2, 2)), np.zeros((2, 2), bool), raises=ValueError),
        edge("a region of zeros", np.eye(2), ~np.eye(2, dtype=bool), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=normalization_mistakes.RELATIVE_TO_REGION,
    hints=[
        "What is the mean of your result inside the region? It should be 1.",
        "`image[region].mean()` is the only number that you need.",
        "Raise the ValueError first: for an empty region, and for a mean that is not positive.",
    ],
    alternatives=[
        lambda image, region: normalization.relative_to_region(3.0 * image, region),
    ],
)


ct_window = Exercise(
    reference=windowing.ct_window,
    points=2,
    cases=[
        cases.windowed_head(-150, 250),
        cases.windowed_head(-1000, 0),
        given("decimals", np.array([-160.0, -150.0, 0.0, 99.9, 250.0, 400.0]), -150, 250),
        drawn("a CT of a head in another window", cases.head_in_some_window),
        edge("an inverted window", np.arange(5), 250, -150, raises=ValueError),
        edge("an image with NaN", np.array([0.0, np.nan]), -150, 250, raises=ValueError),
    ],
    judge=holds(judges.grey_problem),
    same=judges.same_grey,
    mistakes=normalization_mistakes.CT_WINDOW,
    hints=[
        "Do it in this order: to float, scale, clamp, round, convert.",
        "This is your `stretch` with new_low = 0 and new_high = 255, rounded.",
        "`np.rint(grey).astype(np.uint8)` is right only when grey lies within 0..255.",
    ],
    alternatives=[
        lambda hu, low, high: np.floor(normalization.stretch(hu, low, high, 0, 255) + 0.5).astype(
            np.uint8
        ),
        lambda hu, low, high: np.rint(
            normalization.stretch(np.asarray(hu, float), low, high, 0, 255)
        ).astype(np.uint8),
    ],
)

standardize = Exercise(
    reference=model_scaling.standardize,
    points=1,
    cases=[
        given("CT values", np.array([-1000.0, 0.0, 600.0, 3000.0]), -1000, 2000),
        drawn("a CT of a head", lambda rng: (cases.head(), float(rng.uniform(-1100, -900)), 2000)),
        edge("b = 0", np.arange(4.0), 10, 0, raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=model_scaling_mistakes.STANDARDIZE,
    hints=[
        "With a = -1000 and b = 2000: what should -1000 HU become, and what 1000 HU?",
        "F(x) = (x - a) / b, for the whole array at once.",
    ],
    alternatives=[lambda x, a, b: model_scaling.restore(x, -a / b if b else a, 1 / b if b else b)],
)

restore = Exercise(
    reference=model_scaling.restore,
    points=1,
    cases=[
        given("three predictions", np.array([0.0, 0.5, 0.78]), -1000, 2000),
        given("a negative width", np.array([0.0, 0.25, 1.0]), 3071, -4095),
        drawn("a CT of a head", lambda rng: (cases.predicted_head(rng)[0], -1000.0, 2000.0)),
        edge("b = 0", np.arange(4.0), 10, 0, raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=model_scaling_mistakes.RESTORE,
    hints=[
        "Send one number forth and back by hand: 600 HU becomes 0.8. How do you get 600 again?",
        "Solve y = (x - a) / b for x.",
    ],
    alternatives=[
        lambda x, a, b: model_scaling.standardize(x, -a / b if b else a, 1 / b if b else b)
    ],
)

l1_loss = Exercise(
    reference=model_scaling.l1_loss,
    points=1,
    cases=[
        given("three voxels", np.array([500.0, -50.0, 40.0]), np.array([600.0, 50.0, 20.0])),
        drawn("a CT and its prediction", cases.true_and_predicted),
        edge("a row and a column", np.arange(3.0), np.arange(3.0)[:, None], raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=model_scaling_mistakes.L1_LOSS,
    hints=[
        "By hand: 500 against 600, -50 against 50, 40 against 20. The loss is 220.",
        "`np.abs` for the sign, `.sum()` for one number.",
    ],
    alternatives=[lambda true, predicted: np.abs(np.stack([true, -predicted]).sum(axis=0)).sum()],
)

stretch_piecewise = Exercise(
    reference=model_scaling.stretch_piecewise,
    points=2,
    cases=[
        given(
            "the values of slide 16",
            np.array([-1200.0, -1000.0, -50.0, 50.0, 500.0, 600.0, 2500.0]),
            cases.KNOTS,
            cases.VALUES,
        ),
        drawn("a CT of a head", cases.head_on_some_scale),
        given("two knots", np.array([0.0, 1.0, 4.0]), [0, 4], [10, 20]),
        edge("knots that fall", np.arange(4.0), [0, 5, 3], [0, 1, 2], raises=ValueError),
        edge("values that stay", np.arange(4.0), [0, 3, 5], [0, 1, 1], raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=model_scaling_mistakes.STRETCH_PIECEWISE,
    hints=[
        "Draw it: knots along x, values along y, joined by straight lines. What does 0 HU become?",
        "`np.interp(x, knots, values)` looks up points on such a line.",
        "`np.diff(knots)` holds the steps between knots; all of them have to be positive.",
    ],
    alternatives=[
        lambda image, knots, values: model_scaling.stretch_piecewise(
            np.asarray(image, float), np.asarray(knots, float), np.asarray(values, float)
        ),
    ],
)

restore_piecewise = Exercise(
    reference=model_scaling.restore_piecewise,
    points=2,
    cases=[
        given(
            "seven predictions",
            np.array([-0.1, 0.0, 0.1, 0.35, 0.8, 0.95, 1.2]),
            cases.KNOTS,
            cases.VALUES,
        ),
        drawn("a predicted CT of a head", cases.predicted_head),
        edge("values that stay", np.arange(4.0), [0, 3, 5], [0, 1, 1], raises=ValueError),
    ],
    judge=close(rtol=1e-5, atol=1e-3),  # in HU
    mistakes=model_scaling_mistakes.RESTORE_PIECEWISE,
    hints=[
        "Turn your drawing by 90 degrees: now the values lie along x. What HU belongs to 0.5?",
        "A map and its inverse differ only in which list is looked up in.",
    ],
    alternatives=[lambda y, knots, values: model_scaling.stretch_piecewise(y, values, knots)],
)

random_gain_offset = Exercise(
    reference=augmentation.random_gain_offset,
    call=judges.augment_often,
    points=2,
    cases=[
        drawn("an MR slice", cases.normalized_scan),
        given("large offsets", np.linspace(0, 1, 12).reshape(3, 4), 7, (0.5, 2.0), (5.0, 6.0)),
        given("whole numbers", np.arange(12, dtype=np.int16), 7, (0.5, 2.0), (-1.0, 1.0)),
        edge("an inverted gain", np.arange(4.0), 7, (1.1, 0.9), (-1.0, 1.0), raises=ValueError),
    ],
    judge=holds(judges.augmentation_problem),
    same=judges.same_augmentation,
    mistakes=model_scaling_mistakes.RANDOM_GAIN_OFFSET,
    hints=[
        "How many random numbers does one image need? Two: one gain and one offset.",
        "`rng.uniform(0.9, 1.1)` draws a number; `rng.uniform(*gain)` takes both ends of a tuple.",
        "No `np.random` and no `default_rng` inside: whoever calls decides on the seed.",
    ],
    alternatives=[
        lambda image, rng, gain, offset: rng.uniform(*offset) + rng.uniform(*gain) * image
    ],
)
