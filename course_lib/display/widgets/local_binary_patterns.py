"""Widgets of topic 08: kernels, a search, one code, other light, textures, one row of features."""

import ipywidgets

from course_lib.display.filter_figures import KERNELS, METHODS, draw_kernel, draw_search
from course_lib.display.lbp_figures import IMAGES, SIDE, draw_code, draw_light
from course_lib.display.panel import Choice, Number, Switch, panel
from course_lib.display.picture import Picture
from course_lib.display.texture_figures import CHANGES, CODINGS, PLACES, draw_row, draw_textures

Shown = ipywidgets.Widget | Picture


def kernels() -> Shown:
    """Show what a kernel makes of an MR slice, by correlation and by convolution."""
    return panel(
        draw_kernel,
        {
            "kernel": Choice("Kernel", list(KERNELS), "slope to the right"),
            "turned": Switch("Turn the kernel (convolution)"),
        },
    )


def search() -> Shown:
    """Show where a template is found in a CT that was turned, rescaled and made noisy."""
    return panel(
        draw_search,
        {
            "method": Choice("Score", METHODS, METHODS[1]),
            "angle_deg": Number("Turn the head, in degrees", 0, -60, 60, 5),
            "gain": Number("Gain of the image", 1.0, 0.1, 3.0, 0.1),
            "noise": Number("Noise in HU", 0, 0, 1000, 50),
        },
    )


def one_code() -> Shown:
    """Show one pixel, its 3 x 3, the bits, and the number."""
    return panel(
        draw_code,
        {
            "image": Choice("Image", IMAGES, "gravel"),
            "row": Number("Row of the pixel", 20, 1, SIDE - 2),
            "column": Number("Column of the pixel", 20, 1, SIDE - 2),
        },
    )


def other_light() -> Shown:
    """Show what brightness, contrast, noise and 8 bits do to the codes."""
    return panel(
        _draw_light,
        {
            "image": Choice("Image", IMAGES, "brick"),
            "contrast_percent": Number("Contrast in %", 100, 10, 400, 10),
            "offset": Number("Brightness, plus", 0, -150, 150, 10),
            "noise": Number("Noise, in grey values", 0, 0, 20, 1),
            "eight_bits": Switch("Store in 8 bits: round, and cut off at 0 and 255"),
        },
    )


def told_apart() -> Shown:
    """Show in which tiles three textures are recognised by their histograms."""
    return panel(
        draw_textures,
        {
            "coding": Choice("Histogram of", list(CODINGS), "LBP, 3 x 3"),
            "change": Choice("Change of the new images", list(CHANGES), "none"),
            "size": Choice("Tiles", {f"{n} x {n} pixels": n for n in (32, 64, 128)}, 64),
        },
    )


def one_row() -> Shown:
    """Show the features of one pixel as a row of the table."""
    return panel(
        draw_row,
        {
            "place": Choice("Slice", list(PLACES), "sinuses"),
            "row": Number("Row of the pixel", 48, 0, 126),
            "column": Number("Column of the pixel", 42, 0, 96),
        },
    )


def _draw_light(
    image: str, contrast_percent: int, offset: int, noise: int, eight_bits: bool
) -> Picture:
    """Draw other light; whole numbers of per cent stay exact on a slider."""
    return draw_light(image, contrast_percent / 100, offset, noise, eight_bits)
