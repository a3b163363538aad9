"""Widgets of notebook 00: the data flow of an imaging department, and what bone does to PET."""

import ipywidgets
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from course_lib.display.figures import BLUE, ORANGE, SKY, VERMILION
from course_lib.display.panel import Choice, Number, panel
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, plot_axes
from course_lib.imaging import basics
from course_lib.plan import STATIONS, Station, topics_at

Shown = ipywidgets.Widget | Picture

# ------------------------------------------------------------------------------------- data flow

_WIDTH, _HEIGHT = 9.0, 3.7
_BOX = (1.45, 0.8)  # inches
# Centre of each box, in inches from the lower left corner.
_PLACES = {
    "patient": (0.85, 2.9),
    "scanner": (3.15, 2.9),
    "storage": (5.45, 2.9),
    "physician": (8.05, 2.9),
    "preprocessing": (3.75, 0.75),
    "analysis": (7.15, 0.75),
}
# From, to, what is handed on, and where that is written.
_FLOW = (
    ("patient", "scanner", "is scanned", (1.98, 2.96)),
    ("scanner", "storage", "DICOM", (4.28, 2.96)),
    ("storage", "physician", "images and\nresults", (6.73, 2.96)),
    ("storage", "preprocessing", "images", (4.2, 1.8)),
    ("preprocessing", "analysis", "arrays on one\ngrid and scale", (5.43, 0.82)),
    ("analysis", "storage", "results, as\nDICOM again", (7.1, 1.75)),
)
_FLOW_IN_WORDS = (
    "Data flow of an imaging department. A patient is scanned; the scanner sends DICOM images to "
    "the data storage. From there images go to preprocessing, then as arrays on one grid and "
    "scale to image analysis, whose results return to the data storage as DICOM. The physician "
    "reads images and results from the data storage, and decides about the patient."
)


def department() -> Picture:
    """Show the data flow of an imaging department.

    Examples
    --------
    >>> department().caption
    'Our own drawing after slides 2, 3 and 91.'
    """
    return _draw_flow(None)


def stations() -> Shown:
    """Show the data flow, and for one station its data, format, unit and topics."""
    names = {station.name: station.key for station in STATIONS}
    return panel(_draw_station, {"station": Choice("Station", names, STATIONS[0].key)})


def _draw_station(station: str) -> Picture:
    """Draw the data flow with one station marked."""
    return _draw_flow(next(place for place in STATIONS if place.key == station))


def _draw_flow(chosen: Station | None) -> Picture:
    """Draw all stations and arrows."""
    figure = fixed_figure(_WIDTH, _HEIGHT)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, _WIDTH), ylim=(0, _HEIGHT))
    axes.set_axis_off()
    for start, end, label, place in _FLOW:
        _draw_arrow(axes, start, end)
        axes.text(*place, label, ha="center", va="bottom", fontsize=8.5)
    _draw_way_back(axes)
    names = {"patient": "Patient", **{station.key: station.name for station in STATIONS}}
    for key, name in names.items():
        _draw_box(axes, key, name, chosen is not None and key == chosen.key)
    if chosen is None:
        return render(figure, _FLOW_IN_WORDS, "Our own drawing after slides 2, 3 and 91.")
    said = _describe(chosen)
    return render(figure, f"{_FLOW_IN_WORDS} Marked: {said}", said)


def _describe(station: Station) -> str:
    """Say what is at a station, and which topics need it."""
    topics = "; ".join(f"{topic.number} {topic.title}" for topic in topics_at(station.key))
    return (
        f"{station.name}. What is there: {station.data} Format and unit: {station.form} "
        f"Topics: {topics}."
    )


def _draw_box(axes: Axes, key: str, name: str, chosen: bool) -> None:
    """Draw one station; the chosen one is dark, with a thick edge, and says so."""
    x, y = _PLACES[key]
    width, height = _BOX
    box = FancyBboxPatch(
        (x - width / 2, y - height / 2),
        width,
        height,
        boxstyle="round,pad=0,rounding_size=0.12",
        facecolor=BLUE if chosen else "white",
        edgecolor=BLUE if chosen or key != "patient" else "0.35",
        linewidth=2.5 if chosen else 1.2,
        linestyle="--" if key == "patient" else "-",
    )
    axes.add_patch(box)
    text = f"{name}\n(chosen)" if chosen else name
    axes.text(
        x, y, text, ha="center", va="center", fontsize=11, color="white" if chosen else "black"
    )


def _draw_arrow(axes: Axes, start: str, end: str) -> None:
    """Draw an arrow between the edges of two boxes."""
    (x0, y0), (x1, y1) = _PLACES[start], _PLACES[end]
    width, height = _BOX
    if abs(y1 - y0) < 0.1:
        side = np.sign(x1 - x0) * width / 2
        ends = (x0 + side, y0), (x1 - side, y1)
    else:  # between the rows, from the outer or inner third of the lower edge
        side, up = np.sign(x1 - x0) * width / 4, np.sign(y1 - y0) * height / 2
        ends = (x0 + side, y0 + up), (x1 - side / 2, y1 - up)
    axes.add_patch(_arrow(*ends))


def _draw_way_back(axes: Axes) -> None:
    """Draw the arrow from the physician over everything back to the patient."""
    (x0, y0), (x1, y1) = _PLACES["physician"], _PLACES["patient"]
    top, up = y0 + _BOX[1] / 2, 0.3
    axes.plot([x0, x0, x1, x1], [top, top + up, top + up, top + 0.15], color="0.35", linewidth=1.2)
    axes.add_patch(_arrow((x1, top + 0.2), (x1, y1 + _BOX[1] / 2)))
    axes.text((x0 + x1) / 2, top + up - 0.04, "decision", ha="center", va="top", fontsize=8.5)


def _arrow(start: tuple[float, float], end: tuple[float, float]) -> FancyArrowPatch:
    """Make a plain arrow."""
    return FancyArrowPatch(
        start, end, arrowstyle="-|>", mutation_scale=12, color="0.35", linewidth=1.2,
        shrinkA=0, shrinkB=2,
    )  # fmt: skip


# ------------------------------------------------------------------------------- bone in the way

# Linear attenuation coefficients at 500 keV in 1/cm, close to the 511 keV of PET: mass attenuation
# times density, Hubbell and Seltzer, NIST Standard Reference Database 126, doi:10.18434/T4D01F.
WATER_PER_CM = 0.0969
BONE_PER_CM = 0.0902 * 1.92
_BRAIN_MM = 150
_SKULLS_MM = np.linspace(0, 15, 61)


def bone_in_the_way() -> Shown:
    """Show how much PET signal is lost when bone in the attenuation map is taken for tissue."""
    return panel(_draw_bone, {"skull": Number("Skull in mm", 7, 0, 15, 1)})


def lost_percent(skull_mm: float) -> float:
    """Return by how many percent PET comes out too low when the skull is taken for water.

    The two photons of one decay cross the head on one line, so both walls of the skull and the
    brain between them count.

    Parameters
    ----------
    skull_mm : float
        Thickness of each wall, in mm.

    Examples
    --------
    >>> round(lost_percent(7), 1)
    10.1
    """
    path = [skull_mm, _BRAIN_MM, skull_mm]
    true = basics.transmission([BONE_PER_CM, WATER_PER_CM, BONE_PER_CM], path)
    taken = basics.transmission([WATER_PER_CM] * 3, path)
    return 100 * (1 - true / taken)  # the correction divides by what is thought to have passed


def _draw_bone(skull: float) -> Picture:
    """Draw a head with the line of the photons, and the loss over the thickness."""
    lost = lost_percent(skull)
    figure = fixed_figure(9.0, 3.2)
    head = figure.add_axes((0.01, 0.02, 0.36, 0.96))
    radius = _BRAIN_MM / 2
    head.set(xlim=(-135, 135), ylim=(-110, 110), aspect="equal")
    head.set_axis_off()
    angle = np.linspace(0, 2 * np.pi, 200)
    for size, colour in ((radius + skull, ORANGE), (radius, SKY)):
        head.fill(size * np.cos(angle), size * np.sin(angle), color=colour)
    head.plot([-132, 132], [0, 0], color="black", linewidth=1.5)
    head.plot(0, 0, "o", color="black")
    head.text(0, 8, "decay", ha="center", fontsize=9)
    head.text(0, -40, "brain, like water", ha="center", fontsize=9)
    head.text(0, radius + skull + 4, f"skull, {skull:g} mm", ha="center", fontsize=9)
    head.text(-132, 4, "photon", fontsize=9)
    head.text(132, 4, "photon", ha="right", fontsize=9)

    axes = plot_axes(
        figure,
        (0.50, 0.17, 0.48, 0.72),
        title="Error of PET in the centre when the skull is taken for water",
        x_label="skull on each side in mm",
        y_label="too low by, in %",
        x_limits=(0, 15),
        y_limits=(0, 25),
        x_ticks=(0, 5, 10, 15),
        y_ticks=(0, 5, 10, 15, 20, 25),
    )
    axes.plot(_SKULLS_MM, [lost_percent(thickness) for thickness in _SKULLS_MM], color=BLUE)
    axes.plot([skull, skull], [0, lost], ":", color=VERMILION)
    axes.plot(skull, lost, "o", color=VERMILION, clip_on=False)
    place, side = ((-8, 6), "right") if skull >= 3 else ((10, 16), "left")
    axes.annotate(f"{lost:.1f} %", (skull, lost), place, textcoords="offset points", ha=side)
    alt = (
        f"A round head with a brain of {_BRAIN_MM} mm and a skull of {skull:g} mm on each side; "
        "two photons leave the centre in opposite directions and cross the skull. Beside it a "
        "curve of the error over the thickness of the skull, which rises from 0 to "
        f"{lost_percent(15):.0f} % at 15 mm; at {skull:g} mm it is {lost:.1f} %."
    )
    caption = (
        f"With {skull:g} mm of bone on each side that the attenuation map takes for water, the "
        f"corrected PET in the centre is {lost:.1f} % too low. Coefficients at 500 keV: water "
        f"{WATER_PER_CM:.3f}, cortical bone {BONE_PER_CM:.3f} per cm."
    )
    return render(figure, alt, caption)
