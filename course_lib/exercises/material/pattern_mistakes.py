"""Known mistakes of topic 08, third part: local binary patterns."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import texture
from course_lib.imaging.texture import NEIGHBORS

_bits = partial(refusing_like, texture.lbp_bits)
_code = partial(refusing_like, texture.code_of_bits)
_image = partial(refusing_like, texture.lbp_image)

ANTICLOCKWISE = (NEIGHBORS[0], *NEIGHBORS[:0:-1])
ROW_BY_ROW = tuple(sorted(NEIGHBORS))
FROM_THE_RIGHT = (*NEIGHBORS[3:], *NEIGHBORS[:3])


def _around(patch, order=NEIGHBORS):
    """Return the neighbours in an order."""
    return np.array([patch[1 + down, 1 + right] for down, right in order])


def _compared(order):
    """Compare the neighbours in another order."""
    return lambda patch: (_around(patch, order) >= patch[1, 1]).astype(np.uint8)


def _with_the_middle(patch):
    """Compare all nine values."""
    return (np.ravel(patch) >= patch[1, 1]).astype(np.uint8)


def _subtracted(patch):
    """Subtract before comparing, in the number type of the patch."""
    return ((_around(patch) - patch[1, 1]) >= 0).astype(np.uint8)


LBP_BITS = [
    mistake(
        _bits(lambda patch: (_around(patch) > patch[1, 1]).astype(np.uint8)),
        "A neighbour that equals the middle gives 0 in your result. The lecture compares with >=: "
        "equal gives 1. (In its first patch the 10 at the lower left decides between 59 and 57.)",
    ),
    mistake(
        _bits(lambda patch: (_around(patch) <= patch[1, 1]).astype(np.uint8)),
        "You compare the other way round: 1 means that the neighbour is at least as bright as the "
        "middle, neighbour >= middle.",
    ),
    mistake(
        _bits(_compared(ANTICLOCKWISE)),
        "You go anticlockwise, down the left side first. Clockwise from the top left, the second "
        "bit is the pixel above the middle.",
    ),
    mistake(
        _bits(_compared(ROW_BY_ROW)),
        "You read row by row. The bits go round the middle: top row from left to right, then the "
        "right, then the bottom row from right to left, then the left.",
    ),
    mistake(
        _bits(_compared(FROM_THE_RIGHT)),
        "You begin at the right of the middle. The first bit is the pixel at the top left.",
    ),
    mistake(
        _bits(_with_the_middle),
        "You compare nine values. The middle is always equal to itself; only its 8 neighbours give "
        "a bit.",
    ),
    mistake(
        _bits(_subtracted),
        "You subtract and ask whether the result is at least 0. With uint8 it always is, because "
        "10 - 20 wraps around to 246. Compare the values themselves.",
    ),
    mistake(
        _bits(lambda patch: _around(patch) >= patch[1, 1]),
        "The order is right, but these are True and False. Bits are the numbers 1 and 0: "
        "`.astype(np.uint8)`.",
    ),
    mistake(
        lambda patch: (_around(patch) >= patch[1, 1]).astype(np.uint8),
        "A patch that is not 3 x 3 has no such middle. Raise a ValueError.",
    ),
]


def _wrapped(bits):
    """Build the number in 8 bits."""
    return int(texture.code_of_bits(bits) % 256)


CODE_OF_BITS = [
    mistake(
        _code(lambda bits: texture.code_of_bits(bits[::-1])),
        "You let the first bit count least. In the lecture it counts most: with 8 bits, the first "
        "one is worth 128.",
    ),
    mistake(
        _code(lambda bits: int(np.sum(bits))),
        "You count the ones. Each bit has a worth of its own: 128, 64, 32, ... from the first on.",
    ),
    mistake(
        _code(lambda bits: 2 * texture.code_of_bits(bits)),
        "Your number is twice too large: the last bit is worth 2^0 = 1, not 2.",
    ),
    mistake(
        _code(lambda bits: int("".join(str(int(bit)) for bit in bits))),
        "You read the bits as a decimal number. Each place is worth twice the next one, and not "
        "ten times: `int(text, 2)` reads text as binary.",
    ),
    mistake(
        _code(lambda bits: int(np.sum(np.asarray(bits, int) * np.arange(len(bits))[::-1]))),
        "You multiply by the exponent k. The worth of a bit is 2^k.",
    ),
    mistake(
        _code(_wrapped),
        "With more than 8 bits your number wraps around at 256, because the bits are uint8 and so "
        "is what you compute from them. Convert with `int(bit)` first.",
    ),
    mistake(
        lambda bits: int(sum(int(bit) * 2**k for k, bit in enumerate(reversed(list(bits))))),
        "A bit is 0 or 1. With a 2 in the row you returned a number that looks like a code; raise "
        "a ValueError.",
    ),
]


def _coded(image, order=NEIGHBORS, mode="edge", above=np.greater_equal, signs=1):
    """Code an image in some order, with some padding and some comparison."""
    image = np.asarray(image)
    height, width = image.shape
    padded = np.pad(image, 1, mode=mode)
    codes = np.zeros(image.shape, int)
    for down, right in order:
        top, left = 1 + signs * down, 1 + signs * right
        codes = 2 * codes + above(padded[top : top + height, left : left + width], image)
    return codes


def _rolled(image):
    """Move the image by rolling it, so that the last row comes before the first."""
    codes = np.zeros(np.shape(image), int)
    for down, right in NEIGHBORS:
        codes = 2 * codes + (np.roll(image, (-down, -right), (0, 1)) >= image)
    return codes


def _not_less_after_subtraction(neighbor, middle):
    """Ask whether the difference is at least 0, in the number type of the image."""
    return (neighbor - middle) >= 0


LBP_IMAGE = [
    mistake(
        _image(lambda image: _coded(image, above=np.greater)),
        "Equal neighbours give 0 in your codes. The lecture compares with >=, so a flat region has "
        "the code 255.",
    ),
    mistake(
        _image(lambda image: _coded(image, NEIGHBORS[::-1])),
        "Your first neighbour counts least. Go through the neighbours in the lecture's order, and "
        "double what you have before you add the next bit.",
    ),
    mistake(
        _image(lambda image: _coded(image, ANTICLOCKWISE)),
        "You go anticlockwise. From the top left, the next neighbour is the one above.",
    ),
    mistake(
        _image(lambda image: _coded(image, ROW_BY_ROW)),
        "You go through the neighbours row by row. The bits go round the middle, clockwise.",
    ),
    mistake(
        _image(lambda image: _coded(image, signs=-1)),
        "You moved the image the wrong way: your first bit is the neighbour at the lower right. "
        "The neighbour above a pixel is in the row before its own.",
    ),
    mistake(
        _image(lambda image: _coded(image, mode="constant")),
        "Beyond the border you take 0, so every border pixel sees dark neighbours. Continue the "
        "image with its border pixels: `np.pad(image, 1, mode='edge')`.",
    ),
    mistake(
        _image(_rolled),
        "`np.roll` brings the last row before the first one, so border pixels are compared with "
        "the other side of the image. Pad with the border pixels.",
    ),
    mistake(
        _image(lambda image: _coded(image)[1:-1, 1:-1]),
        "Your result is smaller than the image. Pad it by one pixel first, so that border pixels "
        "have 8 neighbours too.",
    ),
    mistake(
        _image(lambda image: _coded(image, above=_not_less_after_subtraction)),
        "You subtract before you compare. Unsigned numbers are never below 0, so every bit is 1. "
        "Compare the values themselves.",
    ),
    mistake(
        _coded,
        "NaN is neither brighter nor darker than anything: every comparison is False and the code "
        "looks like that of a bright spot. Raise a ValueError.",
    ),
]
