"""Figures of textures told apart, and of the features of one voxel."""

from collections.abc import Callable
from functools import cache, lru_cache

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import ndimage

from course_lib.data import phantom, textures
from course_lib.display.figures import ORANGE, SKY, VERMILION, YELLOW
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, image_axes
from course_lib.imaging import (
    edges,
    features,
    filters,
    mr_mapping,
    normalization,
    texture,
    texture_histograms,
)

# Name: how an image becomes numbers, and how many different numbers there are.
CODINGS: dict[str, tuple[Callable[[NDArray], NDArray], int]] = {
    "grey values": (lambda image: np.clip(np.rint(image), 0, 255).astype(np.uint8), 256),
    "LBP, 3 x 3": (texture.lbp_image, 256),
    "LBP, radius 2, 8 points": (lambda image: texture.circular_lbp(image, 2, 8), 256),
    "LBP, radius 4, 8 points": (lambda image: texture.circular_lbp(image, 4, 8), 256),
    "LBP, 3 x 3, turned alike": (
        lambda image: texture_histograms.rotation_invariant_uniform(texture.lbp_image(image)),
        10,
    ),
}


def _noisy(image: NDArray) -> NDArray:
    """Add noise of 10 grey values."""
    return image + np.random.default_rng(5).normal(0, 10, image.shape)


CHANGES: dict[str, Callable[[NDArray], NDArray]] = {
    "none": lambda image: image,
    "half the contrast, 40 brighter": lambda image: 0.5 * image + 40,
    "shadow from left to right": lambda image: image * np.linspace(1, 0.4, image.shape[1]),
    "overexposed: times 2.5, cut off at 255": lambda image: np.clip(2.5 * image, 0, 255),
    "turned by a quarter": lambda image: np.rot90(image[: image.shape[1]]),
    "noise of 10 grey values": _noisy,
    "blurred by a Gaussian of 1 pixel": lambda image: ndimage.gaussian_filter(image, 1),
}
_HALF = 256
_PAINTS = dict(zip(textures.NAMES, (VERMILION, YELLOW, SKY), strict=True))


def draw_textures(coding: str, change: str, size: int) -> Picture:
    """Draw in which tiles of three photographs the texture is recognised.

    The left half of each photograph is learned as it is, the right half changed and cut into tiles.

    Parameters
    ----------
    coding : str
        A key of `CODINGS`.
    change : str
        A key of `CHANGES`.
    size : int
        Side of the tiles in pixels.

    Examples
    --------
    >>> draw_textures("LBP, 3 x 3", "none", 64).caption
    '96 of 96 tiles recognised (100 %); by chance it would be 33 %.'
    """
    found = classify(coding, change, size)
    right = sum(int(np.sum(found[name] == k)) for k, name in enumerate(textures.NAMES))
    count = sum(each.size for each in found.values())
    figure = fixed_figure(9.0, 3.75)
    for name in textures.NAMES:
        _draw_tiles(figure, name, CHANGES[change](_right_half(name)), found[name])
    _draw_key(figure)
    caption = (
        f"{right} of {count} tiles recognised ({100 * right / count:.0f} %); by chance it would be "
        "33 %."
    )
    wrong = [
        f"{name}: {np.mean(found[name] == k) * 100:.0f} % right"
        for k, name in enumerate(textures.NAMES)
    ]
    alt = (
        f"Right halves of three photographs, change: {change}, cut into tiles of {size} pixels. "
        f"Each tile is framed in the colour of the texture whose "
        f"histogram ({coding}) is nearest. {caption} {'; '.join(wrong)}."
    )
    return render(figure, alt, caption)


@lru_cache(maxsize=64)
def classify(coding: str, change: str, size: int) -> dict[str, NDArray[np.intp]]:
    """Find the nearest learned texture for every tile of the right halves.

    Parameters
    ----------
    coding : str
        A key of `CODINGS`.
    change : str
        A key of `CHANGES`.
    size : int
        Side of the tiles in pixels.

    Returns
    -------
    dict
        From the name of the true texture to an array of numbers, one for each tile, which are
        indices of `textures.NAMES`.

    Examples
    --------
    >>> classify("LBP, 3 x 3", "none", 128)["grass"].tolist()
    [[1, 1], [1, 1], [1, 1], [1, 1]]
    """
    code, count = CODINGS[coding]
    known = _learned(coding)
    found = {}
    for name in textures.NAMES:
        codes = code(CHANGES[change](_right_half(name)))
        rows, columns = (length // size for length in codes.shape)
        tiles = codes[: rows * size, : columns * size].reshape(rows, size, columns, size)
        histograms = [
            [texture_histograms.code_histogram(tiles[i, :, j], count) for j in range(columns)]
            for i in range(rows)
        ]
        found[name] = np.array(
            [[texture_histograms.nearest_histogram(h, known) for h in row] for row in histograms]
        )
    return found


def _right_half(name: str) -> NDArray[np.float64]:
    """Return the half of a photograph that is not learned."""
    return textures.photograph(name)[:, _HALF:].astype(float)


@cache
def _learned(coding: str) -> NDArray[np.float64]:
    """Return one histogram for each texture, of the left halves."""
    code, count = CODINGS[coding]
    halves = [textures.photograph(name)[:, :_HALF].astype(float) for name in textures.NAMES]
    return np.array([texture_histograms.code_histogram(code(half), count) for half in halves])


def _draw_tiles(figure: Figure, name: str, image: NDArray, found: NDArray[np.intp]) -> None:
    """Draw one photograph with a frame on each tile, and names on the large ones that are wrong."""
    place, size = textures.NAMES.index(name), image.shape[1] // found.shape[1]
    share = 100 * np.mean(found == place)
    box = (0.005 + 0.333 * place, 0.1, 0.325, 0.81)
    framed = np.repeat(image[:_HALF, :_HALF, None], 3, axis=2).clip(0, 255).astype(np.uint8)
    shown = found[: _HALF // size, : _HALF // size]
    inside = np.pad(np.zeros((size - 6, size - 6), bool), 2, constant_values=True)
    frame = np.tile(np.pad(inside, 1), shown.shape)  # a dark line remains between the tiles
    paints = np.array([[round(255 * part) for part in to_rgb(p)] for p in _PAINTS.values()])
    framed[frame] = np.kron(paints[shown], np.ones((size, size, 1), int))[frame]
    axes = image_axes(figure, box, framed, (0, 255), f"{name}: {share:.0f} % right")
    for i, j in np.argwhere(shown != place) if size > 32 else ():
        said = f"taken for\n{textures.NAMES[shown[i, j]]}"
        axes.text(
            (j + 0.5) * size, (i + 0.5) * size, said, fontsize=8, ha="center", va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip


def _draw_key(figure: Figure) -> None:
    """Say which colour is which texture."""
    for i, (name, paint) in enumerate(_PAINTS.items()):
        left = 0.2 + 0.2 * i
        figure.text(left, 0.04, "\u25a0", color=paint, fontsize=14, va="center")
        figure.text(left + 0.022, 0.04, f"taken for {name}", fontsize=9, va="center")


# Title, unit and shown limits of the features of slide 62.
FEATURES = {
    "normalised": ("", (0, 1)),
    "blurred": ("", (0, 1)),
    "gradient magnitude": ("1/mm", (0, 0.1)),
    "position x": ("pixels", (-48, 48)),
    "position y": ("pixels", (-63, 63)),
    "R2*": ("1/s", (0, 600)),
    "LBP": ("", (0, 255)),
}
PLACES = {"sinuses": -48.0, "brain": 20.0}


@cache
def slice_features(place: str) -> dict[str, NDArray]:
    """Return the seven features of slide 62 in one slice of the head.

    Parameters
    ----------
    place : str
        A key of `PLACES`.

    Returns
    -------
    dict of (Y, X) arrays
        With the names of `FEATURES`. Positions are counted in pixels from the middle.

    Examples
    --------
    >>> list(slice_features("brain")) == list(FEATURES)
    True
    """
    head = phantom.head()
    plane = head.plane("axial", PLACES[place])
    normalised = normalization.min_max(plane.t1)
    rows, columns = np.indices(plane.t1.shape)
    middle = [(length - 1) // 2 for length in plane.t1.shape]
    rate = mr_mapping.r2star(plane.ute1, plane.ute2, head.settings.echo_ms, 250.0)
    return {
        "normalised": normalised,
        "blurred": filters.gaussian_blur(normalised, 4.0, plane.spacing_mm),
        "gradient magnitude": edges.gradient_magnitude(normalised, plane.spacing_mm),
        "position x": columns - middle[1],
        "position y": rows - middle[0],
        "R2*": np.clip(rate, 0, 1500),
        "LBP": texture.lbp_image(plane.t1),
    }


def draw_row(place: str, row: int, column: int) -> Picture:
    """Draw seven features of a slice, and the numbers of one pixel as a row of the table.

    Parameters
    ----------
    place : str
        A key of `PLACES`.
    row, column : int
        Of the pixel.

    Examples
    --------
    >>> draw_row("brain", 60, 40).caption[:38]
    'Pixel (60, 40) is row 5860 of a table '
    """
    images = slice_features(place)
    shape = images["LBP"].shape
    table = features.stack_features(list(images.values()))
    number = row * shape[1] + column
    values = [f"{value:.3g}" for value in table[number]]
    figure = fixed_figure(9.4, 4.7)
    axes = image_axes(figure, (0.0, 0.0, 1.0, 0.96), _mosaic(place), (0, 1))
    for k, (name, (unit, limits)) in enumerate(FEATURES.items()):
        top, left = _corner(k)
        axes.plot(left + column, top + row, "+", color=ORANGE, markersize=9, markeredgewidth=2)
        title = f"{name}{', ' if unit else ''}{unit}: {values[k]}"
        axes.text(left + 48, top - 4, title, fontsize=9.5, ha="center")
        axes.text(left + 107, top + 20, f"{limits[1]:g}", fontsize=7.5, va="center")
        axes.text(left + 107, top + 107, f"{limits[0]:g}", fontsize=7.5, va="center")
    figure.text(0.79, 0.40, "The row of this pixel", fontsize=10)
    figure.text(0.79, 0.22, "[" + ",\n ".join(values) + "]", fontsize=10, va="center")
    vector = ", ".join(values)
    caption = (
        f"Pixel ({row}, {column}) is row {number} of a table of {table.shape[0]} rows and "
        f"{table.shape[1]} columns: [{vector}]."
    )
    named = "; ".join(f"{name} {value}" for name, value in zip(images, values, strict=True))
    alt = (
        f"Seven features of an axial slice ({place}) as images, with a cross at row {row}, column "
        f"{column}: {named}. {caption}"
    )
    return render(figure, alt, caption)


def _corner(k: int) -> tuple[int, int]:
    """Return the first row and column of the k-th feature in the mosaic."""
    return 14 + 144 * (k // 4), 12 + 146 * (k % 4)


@cache
def _mosaic(place: str) -> NDArray[np.float64]:
    """Return all features in one image, black at 0 and white at 1, each with its own grey bar.

    Seven axes would take four times as long.
    """
    shown = np.ones((2 * 144, 4 * 146))
    for k, (name, image) in enumerate(slice_features(place).items()):
        top, left = _corner(k)
        low, high = FEATURES[name][1]
        rows, columns = image.shape
        shown[top : top + rows, left : left + columns] = np.clip((image - low) / (high - low), 0, 1)
        bar = np.linspace(1, 0, 88)[:, None]
        shown[top + 20 : top + 108, left + columns + 3 : left + columns + 7] = bar
    return shown
