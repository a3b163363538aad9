"""Figures of a search for landmarks in a new image, step by step."""

import numpy as np
from matplotlib.axes import Axes

from course_lib.data import phantom
from course_lib.display import shape_scene as scene
from course_lib.display.figures import BLACK, BLUE, GREEN, ORANGE, SKY, VERMILION, YELLOW
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, image_axes, plot_axes
from course_lib.display.shape_figures import draw_lines
from course_lib.imaging.shape_search import fit_to_points

LAST_STEP = 22
PATIENTS = tuple(f"new patient {number}" for number in range(1, scene.PEOPLE + 1))
CUT_OFF = "the patient whose chin is cut off"


def person_of(name: str) -> phantom.SagittalSubject:
    """Return a patient by the name that the widgets offer.

    Parameters
    ----------
    name : str
        One of `PATIENTS`, or `CUT_OFF`.

    Raises
    ------
    ValueError
        If there is no such patient.

    Examples
    --------
    >>> person_of("new patient 1").t1.shape
    (121, 127)
    """
    if name == CUT_OFF:
        return scene.cut_off_patient()
    if name not in PATIENTS:
        raise ValueError(f"The patient is {name!r}; {PATIENTS[0]!r} to {PATIENTS[-1]!r} are there.")
    return scene.new_people()[PATIENTS.index(name)]


def draw_search(name: str, step: int, wanted: bool, truth: bool) -> Picture:
    """Draw the landmarks of a new patient after some steps of the search.

    Parameters
    ----------
    name : str
        As in `person_of`.
    step : int
        0 is the start; after its end the search stands still.
    wanted : bool
        Whether to draw where the image wants each landmark to go.
    truth : bool
        Whether to draw the true landmarks.

    Examples
    --------
    >>> draw_search("new patient 5", 3, False, False).caption[:52]
    'Step 3 of 5: landmarks lie 1.4 mm from the truth, on'
    """
    person = person_of(name)
    history = scene.search(person).history
    last = len(history) - 1
    now = min(step, last)
    points = history[now]
    errors = [scene.mean_error_mm(each, person) for each in history]
    shown = max(last, 6)
    figure = fixed_figure(9.2, 4.2)
    axes = head_axes(
        figure, (0.0, 0.02, 0.44, 0.88), person, f"MR (0 to 1000 a.u.), step {now} of {last}"
    )
    draw_lines(axes, points, SKY, 1.2)
    axes.plot(*points.T[::-1], "o", color=SKY, markersize=4, label="landmarks")
    if wanted:
        _draw_offsets(axes, points, scene.wanted_offsets(person)(points))
    if truth:
        rows, columns = scene.landmarks_mm(person).T
        axes.scatter(columns, rows, 50, facecolors="none", edgecolors=YELLOW, label="truth")
    axes.legend(fontsize=7, loc="upper right", framealpha=0.9)
    curve = plot_axes(
        figure, (0.52, 0.17, 0.25, 0.7), title="Distance from the truth", x_label="step",
        y_label="mean of 16 landmarks, in mm", x_limits=(-0.5, shown + 0.5),
        x_ticks=range(0, shown + 1, 2 if shown < 12 else 4),
        y_limits=(0, max(14.0, 1.1 * max(errors))), y_ticks=(0, 2, 4, 6, 8, 10, 12, 14),
    )  # fmt: skip
    curve.plot(errors, "o-", color=BLUE, markersize=4)
    curve.plot([now], [errors[now]], "s", color=VERMILION, markersize=8)
    deviations = weights_in_deviations(points)
    _draw_bars(figure.add_axes((0.85, 0.17, 0.13, 0.7)), deviations)
    at_limit = int(np.count_nonzero(np.abs(deviations) > 2.99))
    said = (
        f"Step {now} of {last}: landmarks lie {errors[now]:.1f} mm from the truth, on average; "
        f"{at_limit} of 3 modes at the limit."
    )
    listed = ", ".join(f"{weight:.1f}" for weight in deviations)
    alt = (
        f"The middle slice of the head of {name} with 16 landmarks, joined by lines; the mean "
        f"distance of the landmarks from the truth, {errors[0]:.1f} mm at the start and "
        f"{errors[-1]:.1f} mm at the end; and the weights of the three modes, {listed} standard "
        f"deviations. {said}"
    )
    return render(figure, alt, said)


def weights_in_deviations(points: np.ndarray) -> np.ndarray:
    """Return the weights of the modes of landmarks anywhere, in standard deviations.

    Examples
    --------
    >>> weights_in_deviations(scene.model().mean + 100).round(6) + 0.0
    array([0., 0., 0.])
    """
    model = scene.model()
    return fit_to_points(points, model, 99.0).weights / np.sqrt(model.variances)


def head_axes(figure, box, person: phantom.SagittalSubject, title: str) -> Axes:
    """Draw the MR slice of a person, with its artefact, on axes in mm.

    Parameters
    ----------
    figure, box
        As in `plots.image_axes`.
    person : SagittalSubject
        Whose slice.
    title : str
        Above the image.

    Examples
    --------
    >>> person = scene.new_people()[0]
    >>> head_axes(fixed_figure(3, 3), (0, 0, 1, 0.9), person, "MR").images[0].get_extent()[0]
    -1.0
    """
    axes = image_axes(figure, box, person.t1_artefact, (0, 1000), title)
    rows, columns = (count * person.spacing_mm for count in person.t1.shape)
    half = person.spacing_mm / 2
    axes.images[0].set_extent((-half, columns - half, rows - half, -half))
    axes.set_xlim(-half, columns - half)
    axes.set_ylim(rows - half, -half)
    return axes


def _draw_offsets(axes: Axes, points: np.ndarray, offsets: np.ndarray) -> None:
    """Draw where the image wants landmarks to go."""
    axes.quiver(
        points[:, 1], points[:, 0], offsets[:, 1], offsets[:, 0], angles="xy", scale_units="xy",
        scale=1, color=ORANGE, width=0.012, label="wanted by the image",
    )  # fmt: skip


def _draw_bars(axes: Axes, deviations: np.ndarray) -> None:
    """Draw the weights with their limits."""
    axes.set_title("Weights", fontsize=10, y=1.01)
    axes.axhspan(-3, 3, color="0.92")
    axes.axhline(0, color=BLACK, linewidth=0.8)
    axes.bar(range(3), deviations, 0.6, color=GREEN)
    axes.set_xticks(range(3), ("1", "2", "3"))
    axes.set_yticks((-3, 0, 3))
    axes.set_ylim(-3.6, 3.6)
    axes.set_xlabel("mode", fontsize=9)
    axes.set_ylabel("standard deviations", fontsize=9)
    axes.tick_params(labelsize=8)
