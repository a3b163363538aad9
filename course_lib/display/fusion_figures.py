"""Figures of synthetic CT: local similarity, fusion by rank, and what a bad atlas does to it."""

from collections.abc import Callable

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_lib.display.atlas_scene import ATLASES, SPACING_MM, Scene, one_slice, similarities
from course_lib.display.figures import BLUE, VERMILION
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, plot_axes
from course_lib.display.storage_plots import GRAYS, SIGNED, Bar, draw_images, gray
from course_lib.imaging.atlases import average, best_atlas, fuse_by_rank
from course_lib.imaging.local_similarity import local_ncc
from course_lib.imaging.metrics import mean_absolute_error
from course_lib.imaging.ranking import rank_weights
from course_lib.imaging.similarity import ncc

_MAGMA = mpl.colormaps["magma"](np.arange(256), bytes=True)[:, :3]
_HU, _ERROR = (-1000.0, 1500.0), 1000.0
_AIR = -1000  # HU
_MISREAD = 1024  # HU; what a forgotten rescale intercept leaves out
SIZE, DECAY = 5, 0.5

Spoil = Callable[[NDArray, NDArray, int], tuple[NDArray, NDArray]]


def _moved(image: NDArray, rows: int, fill: int) -> NDArray:
    """Move an image down; what leaves it is gone, what comes in is air."""
    moved = np.full_like(image, fill)
    moved[rows:] = image[: len(image) - rows]
    return moved


# Name: how MR and CT of a bad atlas come about, from the pair and a shift in voxels.
FAULTS: dict[str, Spoil] = {
    "registration failed: MR and CT are shifted": lambda mr, ct, by: (
        _moved(mr, by, 0), _moved(ct, by, _AIR),
    ),
    "the pair does not fit: only the CT is shifted": lambda mr, ct, by: (
        mr, _moved(ct, by, _AIR),
    ),
    "CT read without its intercept: 1024 HU too high": lambda mr, ct, by: (mr, ct + _MISREAD),
}  # fmt: skip


def draw_similarity(place: str, atlas: int, size: int) -> Picture:
    """Draw target and atlas, their local correlation, and where the atlas's CT is wrong.

    Parameters
    ----------
    place : str
        A key of `atlas_scene.SLICES`.
    atlas : int
        Number of the atlas, from 1.
    size : int
        Voxels along each side of a patch, odd.

    Examples
    --------
    >>> draw_similarity("axial, through the eyes", 1, 5).caption[:53]
    'Mean CT error in the head: 116 HU where the local NCC'
    """
    shown, n = one_slice(place), atlas - 1
    alike = similarities(place, size)[n]
    error = np.abs(shown.atlas_ct[n].astype(float) - shown.ct)
    groups = {
        "the local NCC is above 0.8": alike > 0.8,
        "it lies between 0.4 and 0.8": (alike > 0.4) & (alike <= 0.8),
        "it is lower": alike <= 0.4,
    }  # fmt: skip
    said = ", ".join(
        f"{error[shown.body & where].mean():.0f} HU where {name}"
        for name, where in groups.items()
        if (shown.body & where).any()
    )
    figure = fixed_figure(9.6, 2.5)
    images = {
        "MR of the patient": gray(shown.t1, _brightness(shown.t1)),
        f"MR of atlas {atlas}": gray(shown.atlas_t1[n], _brightness(shown.atlas_t1[n])),
        f"Local NCC, {size} x {size}": coloured(alike, (-1, 1), SIGNED),
        "CT error of this atlas": coloured(error, (0, _ERROR), _MAGMA),
    }
    bars = [Bar(SIGNED, (-1, 1), "local NCC"), Bar(_MAGMA, (0, _ERROR), "|error| in HU")]
    draw_images(figure, (0.0, 0.01, 1.0, 0.87), images, bars)
    whole = ncc(shown.t1, shown.atlas_t1[n])
    caption = f"Mean CT error in the head: {said}. NCC of the whole slice: {whole:.3f}."
    alt = (
        f"A slice, {place}: MR of the patient and of atlas {atlas}, the map of their local "
        f"correlation in patches of {size} x {size} voxels of {SPACING_MM:g} mm, from -1 in blue "
        "to 1 in red, and the absolute error of the atlas's CT. The correlation is low in air, "
        f"which holds noise only, and at borders that do not meet. {caption}"
    )
    return render(figure, alt, caption)


def draw_fusion(place: str, decay: float, size: int, count: int) -> Picture:
    """Draw a CT fused by rank, its error, and how much each rank counts.

    Parameters
    ----------
    place : str
        A key of `atlas_scene.SLICES`.
    decay : float
        Of the weights from rank to rank.
    size : int
        Voxels along each side of a patch, odd.
    count : int
        How many of the six atlases are used.

    Examples
    --------
    >>> draw_fusion("axial, through the eyes", 0.5, 5, 6).caption[:40]
    'Mean absolute error: head 137 HU, bone 2'
    """
    shown = one_slice(place)
    fused = fuse_by_rank(
        list(similarities(place, size)[:count]), list(shown.atlas_ct[:count]), decay
    )
    figure = fixed_figure(9.6, 2.7)
    draw_images(
        figure, (0.0, 0.01, 0.78, 0.87),
        {
            "True CT": gray(shown.ct, _HU), "Fused CT": gray(fused, _HU),
            "Fused - true": coloured(fused - shown.ct, (-_ERROR, _ERROR), SIGNED),
        },
        [Bar(GRAYS, _HU, "CT in HU"), Bar(SIGNED, (-_ERROR, _ERROR), "error in HU")],
    )  # fmt: skip
    share = rank_weights(np.arange(count), decay)
    share *= 100 / share.sum()
    axes = plot_axes(
        figure, (0.83, 0.19, 0.16, 0.66), title="Weight by rank, in %", x_label="rank (0: best)",
        x_limits=(-0.6, ATLASES - 0.4), y_limits=(0, 118), x_ticks=range(ATLASES),
        y_ticks=(0, 50, 100),
    )  # fmt: skip
    axes.bar(range(count), share, color=BLUE)
    for rank, part in enumerate(share):
        axes.text(rank, part + 2, f"{part:.0f}", ha="center", fontsize=8)
    caption = (
        f"Mean absolute error: {_errors(shown, fused)}. Plain average of these {count}: "
        f"{_errors(shown, average(list(shown.atlas_ct[:count])))}."
    )
    listed = ", ".join(f"{part:.0f}" for part in share)
    alt = (
        f"A slice, {place}: true CT, CT fused from {count} atlases with a decay of {decay:g} and "
        f"patches of {size} x {size} voxels, and the difference from -1000 HU in blue to 1000 HU "
        f"in red, which lies at the borders of bone and air. Weights by rank in %: {listed}. "
        f"{caption}"
    )
    return render(figure, alt, caption)


def draw_bad_atlases(place: str, fault: str, bad: int, shift_mm: float) -> Picture:
    """Draw what bad atlases do to the plain average and to fusion by rank.

    Parameters
    ----------
    place : str
        A key of `atlas_scene.SLICES`.
    fault : str
        A key of `FAULTS`.
    bad : int
        How many of the six atlases are bad.
    shift_mm : float
        How far they are shifted; rounded to whole voxels.

    Examples
    --------
    >>> draw_bad_atlases("axial, through the eyes", next(iter(FAULTS)), 1, 30).caption[:24]
    'NCC of the bad atlas: 0.'
    """
    shown = one_slice(place)
    images, cts, maps = _spoiled(place, fault, bad, round(shift_mm / SPACING_MM))
    clean = _methods(shown, list(shown.atlas_t1), list(shown.atlas_ct), similarities(place, SIZE))
    found = _methods(shown, images, cts, maps)
    figure = fixed_figure(9.6, 2.7)
    draw_images(
        figure, (0.0, 0.01, 0.6, 0.87),
        {
            f"{name} - true": coloured(found[name] - shown.ct, (-_ERROR, _ERROR), SIGNED)
            for name in ("average", "fusion")
        },
        [Bar(SIGNED, (-_ERROR, _ERROR), "error in HU")],
    )  # fmt: skip
    errors = [
        {name: mean_absolute_error(shown.ct, ct, shown.body) for name, ct in made.items()}
        for made in (clean, found)
    ]
    _draw_errors(figure, *errors)
    alike = [ncc(shown.t1, image) for image in images]
    told = (
        f"NCC of the bad atlas{'es' if bad > 1 else ''}: {_listed(alike[:bad])}; of the others: "
        if bad
        else "No atlas is bad. NCC of all: "
    ) + f"{_listed(alike[bad:]) or 'none is left'}."
    said = "; ".join(f"{name} {errors[0][name]:.0f} to {errors[1][name]:.0f}" for name in errors[0])
    caption = f"{told} Mean absolute error in the head in HU, without and with: {said}."
    alt = (
        f"A slice, {place}, of which {bad} of {ATLASES} atlases are bad ({fault}"
        f"{'' if 'intercept' in fault else f', by {shift_mm:g} mm'}): error of the plain average "
        "and of fusion by rank, from -1000 HU in blue to 1000 HU in red, and bars of the errors "
        f"of four methods. {caption}"
    )
    return render(figure, alt, caption)


def coloured(
    image: NDArray, limits: tuple[float, float], colours: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Return an image in the colours of a bar as red, green and blue.

    Parameters
    ----------
    image : (Y, X) array
        Any unit; values beyond the limits get the colours of the ends.
    limits : tuple of float
        Values of the first and of the last colour.
    colours : (256, 3) uint8 array
        As in `storage_plots.Bar`.

    Examples
    --------
    >>> coloured(np.array([[0.0, 5.0, 20.0]]), (0, 10), GRAYS)[0, :, 0].tolist()
    [0, 128, 255]
    """
    return colours[gray(image, limits)[..., 0]]


def _spoiled(
    place: str, fault: str, bad: int, by: int
) -> tuple[list[NDArray], list[NDArray], list[NDArray]]:
    """Return MR, CT and local similarity of the atlases, the first of them bad."""
    shown, spoil = one_slice(place), FAULTS[fault]
    pairs = list(zip(shown.atlas_t1, shown.atlas_ct, strict=True))
    pairs = [spoil(*pair, by) for pair in pairs[:bad]] + pairs[bad:]
    maps = [local_ncc(shown.t1, mr, SIZE) for mr, _ in pairs[:bad]]
    maps += list(similarities(place, SIZE)[bad:])
    return [mr for mr, _ in pairs], [ct for _, ct in pairs], maps


def _methods(shown: Scene, images: list, cts: list, maps: list | NDArray) -> dict[str, NDArray]:
    """Make a synthetic CT by four methods."""
    return {
        "best atlas": cts[best_atlas(shown.t1, images)].astype(float),
        "average": average(cts),
        "median": np.median(cts, axis=0),
        "fusion": fuse_by_rank(list(maps), cts, DECAY),
    }


def _draw_errors(figure: Figure, clean: dict[str, float], found: dict[str, float]) -> None:
    """Draw the error of each method without and with bad atlases."""
    longest = max(*clean.values(), *found.values())
    axes = plot_axes(
        figure, (0.7, 0.19, 0.28, 0.66), title="Mean absolute error in the head",
        x_label="HU (grey: without bad atlases)", x_limits=(0, 1.2 * longest),
        x_ticks=(0, round(longest / 2, -1), round(longest, -1)),
    )  # fmt: skip
    places = np.arange(len(clean))
    axes.barh(places - 0.2, list(clean.values()), 0.38, color="0.7")
    axes.barh(places + 0.2, list(found.values()), 0.38, color=VERMILION)
    axes.set_yticks(places, list(clean), fontsize=9)
    axes.invert_yaxis()
    for made, offset in ((clean, -0.2), (found, 0.2)):
        for place, error in enumerate(made.values()):
            axes.text(error, place + offset, f" {error:.0f}", va="center", fontsize=8)


def _brightness(image: NDArray) -> tuple[float, float]:
    """Return the values of black and white for an MR image."""
    return 0.0, float(np.percentile(image, 99.5))


def _errors(shown: Scene, found: NDArray) -> str:
    """Write the errors of a synthetic CT."""
    head, bone = (mean_absolute_error(shown.ct, found, mask) for mask in (shown.body, shown.bone))
    return f"head {head:.0f} HU, bone {bone:.0f} HU"


def _listed(values: list[float]) -> str:
    """Write correlations one after the other."""
    return ", ".join(f"{value:.2f}" for value in values)
