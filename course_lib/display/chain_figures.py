"""Figures of topic 13: the chain step by step, and the chain with some of its parts left out."""

import re
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from course_lib.data import chain_study as study
from course_lib.data import phantom
from course_lib.display.chain_pieces import (
    AIR_HU,
    PARTS,
    SLICES,
    STEPS,
    Errors,
    Pieces,
    errors_of,
    pet_of,
    truth,
)
from course_lib.display.figures import BLACK, BLUE, ORANGE, VERMILION
from course_lib.display.map_figures import MAGMA
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, plot_axes
from course_lib.display.storage_plots import GRAYS, SIGNED, Bar, draw_images

PLACES = ("mouth", "brain", "sinuses")
NOTHING = "no correction"
_HU, _PERCENT = (-1000.0, 1500.0), (-15.0, 15.0)
_PET = {"mouth": (0.0, 6.0), "brain": (0.0, 16.0), "sinuses": (0.0, 16.0)}
_TICKS = [1, 3, 10, 30, 100]
_REGIONS = {"all tissue": (BLACK, "o"), "brain": (BLUE, "s"), "mouth": (VERMILION, "^")}
_CROP = np.s_[3:82, 4:61]  # the head without the air beside it


@cache
def height_of(place: str) -> int:
    """Return the number of the shown slice: of the mouth, the one with most of the outer hole.

    Examples
    --------
    >>> height_of("brain") > height_of("sinuses") > height_of("mouth")
    True
    """
    patient = study.patient()
    if place == "mouth":
        holes = (patient.voids == phantom.OUTER_HOLE)[SLICES]
        return int(holes.sum(axis=(1, 2)).argmax())
    heights_mm = (patient.origin[0] + patient.spacing[0] * np.arange(len(patient.t1)))[SLICES]
    return int(np.abs(heights_mm - {"brain": 20.0, "sinuses": -40.0}[place]).argmin())


def draw_step(pieces: Pieces, step: str, place: str) -> Picture:
    """Draw map, PET and the PET's error after a step, and the errors of all steps so far.

    Parameters
    ----------
    pieces : Pieces
        Of the chain.
    step : str
        `NOTHING`, or a key of `STEPS`.
    place : str
        One of `PLACES`.

    Examples
    --------
    >>> from course_lib.display.chain_pieces import pieces
    >>> draw_step(pieces(), "12 outer hole filled", "mouth").caption[:24]
    'After "12 outer hole fil'
    """
    names = [NOTHING, *STEPS]
    so_far = names[: names.index(step) + 1]
    table = [_measured(pieces, STEPS.get(name)).errors for name in so_far]
    figure = fixed_figure(9.6, 5.4)
    parts = STEPS.get(step)
    _draw_slices(figure, (0.0, 0.43, 1.0, 0.5), pieces, parts, place)
    axes = plot_axes(
        figure, (0.075, 0.085, 0.6, 0.265), y_label="PET error, %",
        x_label="step (number of its notebook)", x_limits=(-0.3, len(names) - 0.7),
        y_limits=(-0.05, 2.1), x_ticks=range(len(names)), y_ticks=np.log10(_TICKS),
    )  # fmt: skip
    axes.set_xticklabels([_number_of(name) for name in names])
    _draw_curve(axes, table)
    said = f'After "{step}": {_said(table[-1])}'
    if len(table) > 1:
        said += f" In all tissue it was {table[-2].body:.2f} % one step before."
    shown = _told(place, parts)
    alt = f"{shown} Below, curves of the PET error after each step so far. {said}"
    return render(figure, alt, said)


def draw_without(pieces: Pieces, place: str, **parts: bool) -> Picture:
    """Draw the chain with some of its parts left out, and what that costs.

    Parameters
    ----------
    pieces : Pieces
        Of the chain.
    place : str
        One of `PLACES`.
    **parts : bool
        For each key of `PARTS`, whether it is there.

    Examples
    --------
    >>> from course_lib.display.chain_pieces import pieces
    >>> draw_without(pieces(), "brain", **dict.fromkeys(PARTS, True)).caption[:22]
    'Nothing is left out: t'
    """
    chosen = frozenset(name for name, there in parts.items() if there)
    made, whole = (_measured(pieces, each).errors for each in (chosen, frozenset(PARTS)))
    figure = fixed_figure(9.6, 4.5)
    _draw_slices(figure, (0.0, 0.33, 1.0, 0.59), pieces, chosen, place)
    axes = plot_axes(
        figure, (0.3, 0.1, 0.45, 0.16), x_label="PET error, %", y_ticks=[0, 1], y_limits=(1.6, -0.6)
    )
    bars = {"whole chain": whole.body, "this chain": made.body}
    axes.barh(range(2), list(bars.values()), color=[BLACK, ORANGE])
    axes.set_yticklabels([f"{name}, all tissue: {error:.2f} %" for name, error in bars.items()])
    out = [PARTS[name] for name in PARTS if name not in chosen]
    left = f"Without {'; '.join(out)}" if out else "Nothing is left out"
    rise = made.body - whole.body
    said = (
        f"{left}: {_said(made)} In all tissue that is {rise:+.2f} points against the whole chain."
    )
    alt = (
        f"{_told(place, chosen)} Below, bars of the PET error of the whole chain and of this one. "
    )
    return render(figure, alt + said, said)


def _said(errors: Errors) -> str:
    """Say the errors of a map."""
    return (
        f"the PET is wrong by {errors.body:.2f} % in all tissue, {errors.brain:.2f} % in the brain "
        f"and {errors.mouth:.2f} % around the mouth; the map by {errors.map_hu:.0f} HU in the head."
    )


def _told(place: str, parts: frozenset[str] | None) -> str:
    """Say what the images show."""
    made = "no map at all" if parts is None else "the map in HU"
    return (
        f"An axial slice through the {place} in three images: {made}, the PET corrected with it, "
        "and the difference from the PET of the true CT in percent, blue too low and red too high."
    )


class _Measured(NamedTuple):
    """A map, its PET, and how wrong both are."""

    hu: NDArray | None
    pet: NDArray
    errors: Errors


@lru_cache(maxsize=256)
def _measured(pieces: Pieces, parts: frozenset[str] | None) -> _Measured:
    """Measure a chain with some of its parts, once; None stands for no correction."""
    hu = None if parts is None else pieces.hu(parts)
    pet = pet_of(hu)
    return _Measured(hu, pet, errors_of(hu, pet))


def _images(pieces: Pieces, parts: frozenset[str] | None, place: str) -> tuple[NDArray, ...]:
    """Return map, PET and percent difference of the PET in a slice."""
    height, made = height_of(place), _measured(pieces, parts)
    hu = np.full(truth().ct.shape[1:], AIR_HU) if made.hu is None else made.hu[height]
    pet, true = made.pet[height][_CROP], truth().pet[height][_CROP]
    percent = np.full(true.shape, np.nan)
    inside = truth().regions[0][height][_CROP]
    percent[inside] = 100 * (pet[inside] / true[inside] - 1)
    return hu[_CROP], pet, percent


def _draw_slices(figure, box, pieces: Pieces, parts: frozenset[str] | None, place: str) -> None:
    """Draw map, PET, error and colour bars side by side."""
    hu, pet, percent = _images(pieces, parts, place)
    images = {
        "map": _coloured(hu, _HU, GRAYS),
        "PET with this map": _coloured(pet, _PET[place], MAGMA),
        "its error": _coloured(percent, _PERCENT, SIGNED),
    }
    bars = [Bar(GRAYS, _HU, "HU"), Bar(MAGMA, _PET[place], "kBq/mL"), Bar(SIGNED, _PERCENT, "%")]
    draw_images(figure, box, images, bars)


def _number_of(step: str) -> str:
    """Return the numbers of the notebooks that a step comes from."""
    return " ".join(re.findall(r"\d\d", step)) or "none"


def _draw_curve(axes: Axes, table: list[Errors]) -> None:
    """Draw the errors so far on a logarithmic scale, with a mark of its own for each region."""
    rows = np.array([(e.body, e.brain, e.mouth) for e in table])
    for column, (region, (colour, mark)) in zip(rows.T, _REGIONS.items(), strict=True):
        axes.plot(np.log10(column), color=colour, marker=mark, markersize=5, label=region)
    axes.set_yticklabels(map(str, _TICKS))
    axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)


def _coloured(image: NDArray, limits: tuple[float, float], colours: NDArray) -> NDArray[np.uint8]:
    """Return an image in colours as red, green and blue; NaN is a light grey."""
    share = np.clip((np.nan_to_num(image) - limits[0]) / (limits[1] - limits[0]), 0, 1)
    picture = colours[np.rint(255 * share).astype(int)]
    picture[np.isnan(image)] = 205
    return picture
