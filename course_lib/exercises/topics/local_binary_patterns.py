"""Exercises of topic 08: templates, features, local binary patterns. Slides 45 to 53, and 62."""

import numpy as np
from scipy import ndimage

from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.judges import close, equal
from course_lib.exercises.material import (
    code_histogram_mistakes,
    filter_mistakes,
    matching_mistakes,
    pattern_mistakes,
)
from course_lib.exercises.material import local_binary_patterns_cases as cases
from course_lib.imaging import (
    edges,
    features,
    filters,
    template_matching,
    texture,
    texture_histograms,
)

_CLOSE = close(rtol=1e-5, atol=1e-6)
_SCORES = close(rtol=1e-4, atol=1e-4)


correlate = Exercise(
    reference=filters.correlate,
    points=2,
    cases=[
        given("one bright pixel", cases.bright_pixel(), cases.RISING),
        given("a slope along the rows", np.arange(20.0).reshape(4, 5) ** 2, np.array([[-1, 0, 1]])),
        drawn("an MR slice, a kernel of 3 x 5", cases.brain_and_kernel),
        given("whole numbers", np.arange(30, dtype=np.int16).reshape(5, 6), np.full((3, 3), 1 / 9)),
        edge("a constant image", np.full((4, 4), 7.0), np.full((3, 3), 1 / 9)),
        edge("a kernel of 2 x 2", np.eye(4), np.ones((2, 2)), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=filter_mistakes.CORRELATE,
    hints=[
        "By hand, for one pixel: cut out the patch around it, multiply it with the kernel, sum.",
        "Pad the image by `kernel.shape[0] // 2` rows and `kernel.shape[1] // 2` columns on each "
        "side; then `padded[y : y + kernel.shape[0], x : x + kernel.shape[1]]` is the patch around "
        "pixel (y, x).",
        "Two loops over the pixels are enough. Without them: add up `weight * window` for each "
        "weight of the kernel, where window is the padded image, moved.",
    ],
    alternatives=[
        lambda image, kernel: filters.convolve(image, np.flip(kernel)),
        lambda image, kernel: (
            filters.correlate(image, kernel)
            if not all(n % 2 for n in kernel.shape)
            else ndimage.correlate(np.asarray(image, float), kernel, mode="nearest")
        ),
    ],
)

convolve = Exercise(
    reference=filters.convolve,
    points=1,
    cases=[
        given("one bright pixel", cases.bright_pixel(), cases.RISING),
        drawn("an MR slice, a kernel of 3 x 5", cases.brain_and_kernel),
        edge("a kernel of 2 x 2", np.eye(4), np.ones((2, 2)), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=filter_mistakes.CONVOLVE,
    hints=[
        "The only difference between the two formulas is the sign of i and of j.",
        "Turning the kernel by 180 degrees changes both signs: `np.flip(kernel)`.",
    ],
    alternatives=[lambda image, kernel: filters.correlate(image, kernel[::-1, ::-1])],
)

gradient_magnitude = Exercise(
    reference=edges.gradient_magnitude,
    points=2,
    cases=[
        given("four pixels", np.array([[0.0, 3.0], [4.0, 7.0]]), (1.0, 1.0)),
        given("slices of 4.4 mm", np.arange(12.0).reshape(3, 4) ** 2, (4.4, 0.5)),
        drawn("an MR slice", cases.brain_and_spacing),
        given("8 bits", np.array([[9, 7, 2], [8, 9, 1], [3, 5, 6]], np.uint8), (1.0, 2.0)),
        edge("a spacing of 0", np.eye(4), (1.0, 0.0), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=filter_mistakes.GRADIENT_MAGNITUDE,
    hints=[
        "`np.gradient(image, row_mm, column_mm)` returns the slopes along rows and columns.",
        "The length of (3, 4) is 5: `np.hypot(3, 4)`.",
    ],
    alternatives=[
        lambda image, spacing: np.sqrt(sum(slope**2 for slope in edges.gradient(image, spacing))),
    ],
)

match_template = Exercise(
    reference=template_matching.match_template,
    points=3,
    cases=[
        given("a cross and its negative", cases.inverted_copy(), cases.cross()),
        drawn("the inner ear in a CT", cases.ear_in_some_scan),
        edge("an image that is flat on the left", np.tile([5.0, 5, 5, 5, 8, 6, 9], (4, 1)),
             np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]])),
        edge("a constant template", np.eye(5), np.full((2, 2), 3.0), raises=ValueError),
    ],
    judge=_SCORES,
    mistakes=matching_mistakes.MATCH_TEMPLATE,
    hints=[
        "Write it for one window first: subtract the mean from the window and from the template, "
        "multiply, take the mean, divide by both standard deviations.",
        "There are `image.shape[0] - template.shape[0] + 1` rows of windows.",
        "`window.std() == 0` means flat: leave its score at 0.",
    ],
    alternatives=[
        lambda image, template: template_matching.match_template(3.0 * image - 20, 0.5 * template),
    ],
)  # fmt: skip

best_match = Exercise(
    reference=template_matching.best_match,
    points=1,
    cases=[
        given("a cross and its negative", cases.inverted_copy(), cases.cross()),
        drawn("the inner ear in a CT", cases.ear_in_some_scan),
        edge("a constant image", np.full((5, 5), 2.0), cases.cross(), raises=ValueError),
    ],
    judge=_SCORES,
    mistakes=matching_mistakes.BEST_MATCH,
    hints=[
        "`scores.argmax()` finds the largest score, but counts in one long row.",
        "`np.unravel_index(number, scores.shape)` returns row and column.",
    ],
    alternatives=[
        lambda image, template: list(template_matching.best_match(image + 1.0, template)),
    ],
)

lbp_bits = Exercise(
    reference=texture.lbp_bits,
    points=1,
    cases=[
        given("the patch of slide 49", cases.SLIDE_49),
        given("the patch of slide 52", cases.SLIDE_52),
        drawn("a patch with equal values", cases.patch),
        drawn("a patch of a photograph, 8 bits", cases.unsigned_patch),
        edge("a patch of 4 x 4", np.arange(16).reshape(4, 4), raises=ValueError),
    ],
    judge=equal(),
    mistakes=pattern_mistakes.LBP_BITS,
    hints=[
        "Write the 8 neighbours into one list, clockwise: top row from left to right, right, "
        "bottom row from right to left, left.",
        "`patch[0, 0]` is the first, `patch[0, 1]` the second, `patch[1, 2]` the fourth.",
        "Compare the whole list with `patch[1, 1]` at once, and turn True and False into 1 and 0.",
    ],
    alternatives=[
        lambda patch: np.unpackbits(np.array([texture.lbp_code(patch)], np.uint8)),
        lambda patch: texture.lbp_bits(patch).tolist(),
    ],
)

code_of_bits = Exercise(
    reference=texture.code_of_bits,
    points=1,
    cases=[
        given("the bits of slide 49", np.array([0, 0, 1, 1, 1, 0, 1, 1], np.uint8)),
        given("four bits", np.array([1, 1, 0, 1], np.uint8)),
        drawn("eight bits", cases.bits),
        edge("twelve bits", np.array([1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0], np.uint8)),
        edge("a 2 among the bits", np.array([0, 2, 1], np.uint8), raises=ValueError),
    ],
    judge=equal(),
    mistakes=pattern_mistakes.CODE_OF_BITS,
    hints=[
        "What are the worths of eight bits, the first counting most? 128, 64, and so on.",
        "One way: begin with 0; for each bit, double what you have and add the bit.",
    ],
    alternatives=[
        lambda bits: texture.code_of_bits(np.asarray(bits) * 1.0),
        lambda bits: np.int64(texture.code_of_bits(bits)),
    ],
)

lbp_image = Exercise(
    reference=texture.lbp_image,
    points=3,
    cases=[
        given("the patch of slide 49", cases.SLIDE_49),
        drawn("a photograph of a texture", cases.tile_alone),
        drawn("an MR slice with a flat background", cases.brain_with_ties),
        edge("a constant image", np.full((3, 4), 7)),
        edge("an image with NaN", np.array([[1.0, np.nan], [2.0, 3.0]]), raises=ValueError),
    ],
    judge=equal(),
    mistakes=pattern_mistakes.LBP_IMAGE,
    hints=[
        "Pad the image by one pixel. The neighbours at the top left of all pixels are then "
        "`padded[:-2, :-2]`, which has the shape of the image.",
        "The bits of one neighbour, for all pixels at once: `padded[:-2, 1:-1] >= image`.",
        "Eight times: codes = 2 * codes + bits, in the order of the lecture.",
    ],
    alternatives=[
        lambda image: texture.lbp_image(np.asarray(image, float)).astype(np.int64),
        lambda image: texture.lbp_image(3.0 * image + 7),
    ],
)

code_histogram = Exercise(
    reference=texture_histograms.code_histogram,
    points=2,
    cases=[
        given("four codes of five", np.array([[0, 1], [1, 3]]), 5, np.ones((2, 2), bool)),
        drawn("a texture in a disc", cases.codes_in_a_disc),
        edge("a code too large", np.array([[0, 4]]), 4, np.ones((1, 2), bool), raises=ValueError),
        edge("an empty region", np.array([[0, 1]]), 4, np.zeros((1, 2), bool), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=code_histogram_mistakes.CODE_HISTOGRAM,
    hints=[
        "What should your histogram add up to?",
        "`np.bincount(numbers, minlength=count)` counts how often 0, 1, 2, ... occur.",
        "`codes[mask]` is a row of the codes in the region; its `.size` is how many there are.",
    ],
    alternatives=[
        lambda codes, count, mask: texture_histograms.code_histogram(
            codes.astype(int), count, mask
        ).astype(np.float32),
    ],
)

chi_square = Exercise(
    reference=texture_histograms.chi_square,
    points=1,
    cases=[
        given("three bins, one empty in both", np.array([0.5, 0.0, 0.5]), np.array([1.0, 0, 0])),
        drawn("the codes of two textures", cases.two_histograms),
        edge("the same shares", np.array([1, 2, 1]), np.array([2, 4, 2])),
        edge("a histogram without counts", np.array([1, 2]), np.array([0, 0]), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=code_histogram_mistakes.CHI_SQUARE,
    hints=[
        "First divide each histogram by its sum, then use the formula.",
        "Where a + b is 0, the term is 0: keep only the bins with `a + b > 0`.",
    ],
    alternatives=[
        lambda first, second: texture_histograms.chi_square(second, first),
        lambda first, second: (
            1 - 2 * np.sum(np.divide(a * b, a + b, out=0 * a, where=a + b > 0))
            if (a := np.asarray(first) / max(np.sum(first), 1)).any()
            and (b := np.asarray(second) / max(np.sum(second), 1)).any()
            else texture_histograms.chi_square(first, second)
        ),
    ],
)

stack_features = Exercise(
    reference=features.stack_features,
    points=2,
    cases=[
        given(
            "two features of 2 x 3 pixels",
            [np.arange(6.0).reshape(2, 3), 10 * np.arange(6.0).reshape(2, 3)],
            np.array([[True, True, False], [True, True, True]]),
        ),
        drawn("three features of a brain", cases.features_in_a_brain),
        given(
            "two volumes",
            [np.arange(8.0).reshape(2, 2, 2), np.arange(8.0).reshape(2, 2, 2) ** 2],
            np.arange(8).reshape(2, 2, 2) % 3 > 0,
        ),
        edge("features of two shapes", [np.eye(3), np.ones((4, 3))], np.ones((3, 3), bool),
             raises=ValueError),
        edge("an empty mask", [np.eye(3)], np.zeros((3, 3), bool), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=code_histogram_mistakes.STACK_FEATURES,
    hints=[
        "`image[mask]` is one column of the table: the values of one feature at all voxels.",
        "`np.stack(columns, axis=1)` puts columns side by side.",
        "Compare `image.shape` with `mask.shape` for every image before you begin.",
    ],
    alternatives=[
        lambda images, mask: np.asarray(features.stack_features(images, mask), float),
        lambda images, mask: features.stack_features(images, mask).tolist(),
    ],
)  # fmt: skip
