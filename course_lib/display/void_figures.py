"""Figures of signal voids: what they are, who votes on a pixel, and where the votes go wrong."""

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.patches import Patch
from numpy.typing import NDArray

from course_lib.data import phantom
from course_lib.display import shape_scene as scene
from course_lib.display.figures import BLACK, GREEN, SKY, VERMILION, YELLOW
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure
from course_lib.display.search_figures import head_axes, person_of
from course_lib.imaging import void_classification as voids
from course_lib.imaging.label_fusion import majority_vote

SOURCES = ("found by the search", "of the rigid start", "placed by a person")
KIND_NAMES = {
    phantom.OUTER_HOLE: "outer hole",
    phantom.INNER_HOLE: "inner hole",
    phantom.SINUS_VOID: "sinus",
}
_KIND_COLOURS = {
    phantom.OUTER_HOLE: YELLOW,
    phantom.INNER_HOLE: VERMILION,
    phantom.SINUS_VOID: SKY,
}
_LABEL_NAMES = {scene.ARTEFACT: "artefact", scene.ANATOMY: "anatomy"}
_LABEL_COLOURS = {scene.ARTEFACT: VERMILION, scene.ANATOMY: SKY}
_MOST_NEIGHBORS = 5


class PixelVotes(NamedTuple):
    """Who votes on a pixel.

    Attributes
    ----------
    neighbors : (K, 5) array
        Labels of the neighbours at each landmark, nearest first.
    landmarks : (K,) array
        What each landmark says.
    pixel : int
        What the pixel becomes.
    nearest_mm : (K,) array
        Distance of the nearest known offset at each landmark.
    """

    neighbors: NDArray
    landmarks: NDArray
    pixel: int
    nearest_mm: NDArray[np.float64]


def draw_kinds(people: tuple[phantom.SagittalSubject, ...]) -> Picture:
    """Draw the voids of some people: outer holes, inner holes, and sinuses.

    Parameters
    ----------
    people : tuple of SagittalSubject
        From left to right.

    Examples
    --------
    >>> draw_kinds(scene.known_people()[:2]).caption[:44]
    'Patient 1: outer hole 56 pixels, sinus 711 p'
    """
    figure = fixed_figure(9.2, 3.4)
    width, said = 1 / len(people), []
    for place, person in enumerate(people):
        axes = head_axes(
            figure, (place * width, 0.1, width - 0.01, 0.8), person, f"Patient {place + 1}"
        )
        _overlay(axes, person, person.voids, _KIND_COLOURS)
        counts = {name: np.count_nonzero(person.voids == kind) for kind, name in KIND_NAMES.items()}
        there = ", ".join(f"{name} {count} pixels" for name, count in counts.items() if count)
        said.append(f"Patient {place + 1}: {there}.")
    patches = [Patch(color=_KIND_COLOURS[kind], label=name) for kind, name in KIND_NAMES.items()]
    figure.legend(handles=patches, loc="lower center", ncols=3, fontsize=8, frameon=False)
    caption = " ".join(said)
    alt = (
        "Slices through the middle of heads in MR, 0 to 1000 a.u. Coloured are the places without "
        "signal: holes at the teeth, the cavity of the nose, the sphenoid sinus and the throat. "
        f"{caption}"
    )
    return render(figure, alt, caption)


def landmarks_of(name: str, source: str) -> NDArray[np.float64]:
    """Return the landmarks of a new patient in mm.

    Parameters
    ----------
    name : str
        As in `search_figures.person_of`.
    source : str
        One of `SOURCES`.

    Examples
    --------
    >>> landmarks_of("new patient 1", "placed by a person").shape
    (16, 2)
    """
    person = person_of(name)
    if source == SOURCES[2]:
        return scene.landmarks_mm(person)
    return scene.search(person).history[-1 if source == SOURCES[0] else 0]


def votes_on(place_mm: tuple[float, float], landmarks_mm: NDArray[np.float64]) -> PixelVotes:
    """Let the known voids vote on one pixel.

    Parameters
    ----------
    place_mm : tuple of float
        (Y, X) in mm.
    landmarks_mm : (K, 2) array
        Of this patient.

    Examples
    --------
    >>> votes = votes_on((150.0, 60.0), landmarks_of("new patient 1", "placed by a person"))
    >>> votes.neighbors.shape, votes.pixel
    ((16, 5), 2)
    """
    known = scene.known_voids()
    offsets = voids.offsets_to_landmarks([place_mm], landmarks_mm)
    neighbors = np.concatenate(
        [
            voids.nearest_labels(known.offsets[:, k], known.labels, offsets[:, k], _MOST_NEIGHBORS)
            for k in range(len(landmarks_mm))
        ]
    )
    far = np.linalg.norm(known.offsets - offsets, axis=2).min(axis=0)
    pixel = int(voids.landmark_majority(neighbors[None])[0])
    return PixelVotes(neighbors, majority_vote(list(neighbors.T)), pixel, far)


def draw_votes(name: str, source: str, down_mm: int, back_mm: int) -> Picture:
    """Draw the neighbours of one pixel at each landmark, and the two majorities.

    Parameters
    ----------
    name, source : str
        As in `landmarks_of`.
    down_mm, back_mm : int
        The pixel: from the top of the image and from its left side.

    Examples
    --------
    >>> draw_votes("new patient 1", "placed by a person", 150, 60).caption[:44]
    'Votes: 0 landmarks for artefact, 16 for anat'
    """
    person, landmarks = person_of(name), landmarks_of(name, source)
    votes = votes_on((float(down_mm), float(back_mm)), landmarks)
    figure = fixed_figure(9.2, 4.6)
    axes = head_axes(
        figure, (0.0, 0.02, 0.46, 0.88), person, "MR (0 to 1000 a.u.), pixel and landmarks"
    )
    axes.plot(*landmarks.T[::-1], "o", color=GREEN, markersize=4)
    rays = np.full((3 * len(landmarks), 2), np.nan)
    rays[::3], rays[1::3] = landmarks, (down_mm, back_mm)
    axes.plot(rays[:, 1], rays[:, 0], "-", color=GREEN, linewidth=0.5)
    axes.plot([back_mm], [down_mm], "s", color=YELLOW, markersize=7, markeredgecolor=BLACK)
    table = np.column_stack([votes.neighbors, np.zeros(len(landmarks), int), votes.landmarks])
    _draw_table(figure.add_axes((0.68, 0.06, 0.3, 0.84)), table)
    count = int(np.count_nonzero(votes.landmarks == scene.ARTEFACT))
    said = (
        f"Votes: {count} landmarks for artefact, {len(landmarks) - count} for anatomy. So the "
        f"pixel is {_LABEL_NAMES[votes.pixel]}; in truth it is {_truth(person, down_mm, back_mm)}. "
        f"The nearest known offset is {np.median(votes.nearest_mm):.0f} mm away (median)."
    )
    alt = (
        f"The head of {name} with one pixel, {down_mm} mm from the top and {back_mm} mm from the "
        "left, joined to 16 landmarks; and a table with the labels of its five neighbours at each "
        f"landmark and what each landmark says. {said}"
    )
    return render(figure, alt, said)


def draw_void_map(name: str, source: str, neighbors: int) -> Picture:
    """Draw what the pixels of all voids of a patient are taken for, and where that is wrong.

    Parameters
    ----------
    name, source : str
        As in `landmarks_of`.
    neighbors : int
        How many vote at each landmark.

    Examples
    --------
    >>> draw_void_map("new patient 5", "of the rigid start", 5).caption
    'Wrong: 62 of 854 pixels. 0 of 82 artefact pixels missed, 62 of 772 pixels of anatomy lost.'
    """
    person = person_of(name)
    pixels, labels = scene.void_pixels(person)
    found = classified(person, landmarks_of(name, source), neighbors)
    figure = fixed_figure(9.2, 3.6)
    titles = ("The truth", "Found", "Wrong in yellow")
    for place, title in enumerate(titles):
        axes = head_axes(figure, (place / 3, 0.08, 0.325, 0.82), person, title)
        shown = np.zeros(person.voids.shape, int)
        rows, columns = np.rint(pixels / person.spacing_mm).astype(int).T
        shown[rows, columns] = labels if place == 0 else found
        colours = dict(_LABEL_COLOURS)
        if place == 2:
            shown[rows, columns] = np.where(found == labels, found, 3)
            colours[3] = YELLOW
        _overlay(axes, person, shown, colours)
    patches = [Patch(color=_LABEL_COLOURS[k], label=text) for k, text in _LABEL_NAMES.items()]
    figure.legend(handles=patches, loc="lower center", ncols=2, fontsize=8, frameon=False)
    is_artefact = labels == scene.ARTEFACT
    missed = int(np.count_nonzero(is_artefact & (found != labels)))
    lost = int(np.count_nonzero(~is_artefact & (found != labels)))
    said = (
        f"Wrong: {missed + lost} of {labels.size} pixels. {missed} of {is_artefact.sum()} artefact "
        f"pixels missed, {lost} of {(~is_artefact).sum()} pixels of anatomy lost."
    )
    alt = (
        f"The head of {name} in MR, 0 to 1000 a.u., three times, with the pixels of its voids in "
        f"two colours: what they are, what they are taken for with landmarks {source} and "
        f"{neighbors} neighbours, and where that is wrong. {said}"
    )
    return render(figure, alt, said)


def classified(
    person: phantom.SagittalSubject, landmarks_mm: NDArray[np.float64], neighbors: int = 5
) -> NDArray:
    """Classify the pixels of `shape_scene.void_pixels` of a person.

    Parameters
    ----------
    person : SagittalSubject
        Whose voids.
    landmarks_mm : (K, 2) array
        From anywhere.
    neighbors : int
        How many vote at each landmark.

    Examples
    --------
    >>> person = scene.new_people()[2]
    >>> found = classified(person, scene.landmarks_mm(person))
    >>> float(np.mean(found == scene.void_pixels(person)[1]))
    1.0
    """
    known = scene.known_voids()
    offsets = voids.offsets_to_landmarks(scene.void_pixels(person)[0], landmarks_mm)
    return voids.classify_pixels(offsets, known.offsets, known.labels, neighbors)


def _truth(person: phantom.SagittalSubject, down_mm: float, back_mm: float) -> str:
    """Say what a pixel is."""
    row, column = (round(mm / person.spacing_mm) for mm in (down_mm, back_mm))
    rows, columns = person.voids.shape
    if row >= rows or column >= columns:
        return "outside of the image"
    return KIND_NAMES.get(int(person.voids[row, column]), "no void")


def _overlay(
    axes: Axes, person: phantom.SagittalSubject, kinds: NDArray, colours: dict[int, str]
) -> None:
    """Colour the pixels of some kinds."""
    shown = np.zeros((*kinds.shape, 4))
    for kind, colour in colours.items():
        shown[kinds == kind] = (*to_rgb(colour), 1.0)
    axes.imshow(shown, extent=axes.images[0].get_extent(), interpolation="nearest")


def _draw_table(axes: Axes, table: NDArray) -> None:
    """Draw labels as a table: five neighbours, a gap, and what the landmark says."""
    colours = ListedColormap(["white", VERMILION, SKY])
    axes.imshow(table, cmap=colours, vmin=0, vmax=2, aspect="auto", interpolation="nearest")
    axes.hlines(np.arange(table.shape[0] + 1) - 0.5, -0.5, 6.5, color="white", linewidth=1)
    rows, columns = np.nonzero(table == scene.ARTEFACT)
    axes.plot(columns, rows, "x", color=BLACK, markersize=5)
    axes.set_yticks(range(len(scene.NAMES)), scene.NAMES, fontsize=7)
    axes.set_xticks((0, 1, 2, 3, 4, 6), ("1", "2", "3", "4", "5", "all"), fontsize=8)
    axes.set_title("Neighbours: x artefact, else anatomy", fontsize=10, y=1.01)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
