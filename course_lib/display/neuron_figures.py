"""Figures of one neuron that looks at two echoes, and of two neurons that make a bump."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_lib.display.figures import BLACK, BLUE, GREEN, ORANGE, PURPLE, VERMILION
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, plot_axes
from course_lib.display.voxel_samples import GROUPS, echoes
from course_lib.imaging import neurons

_MARKS = {"soft tissue": (BLUE, "o"), "bone": (VERMILION, "s"), "air": (BLACK, "^")}
_END = 2.0  # of both axes
_GRID = np.linspace(0, _END, 81)
_FULL = 20.0  # weights of the neuron behind the two


def draw_neuron(
    wanted: str, first_weight: float, second_weight: float, bias: float, added: bool
) -> Picture:
    """Draw what a neuron says to every pair of echoes, with voxels of three kinds.

    Parameters
    ----------
    wanted : str
        A key of `GROUPS`: what it should answer with 1.
    first_weight, second_weight : float
        Of the two echoes.
    bias : float
        Of the neuron.
    added : bool
        Whether the bias is added, as in most libraries, and not subtracted.

    Examples
    --------
    >>> draw_neuron("soft tissue", 6, 0, 4, False).caption[:33]
    'Activation above 0.5: soft tissue'
    """
    weights, sign = np.array([first_weight, second_weight]), -1 if added else 1
    said = {
        name: 100 * np.mean(neurons.layer(pairs, weights[None], [sign * bias])[:, 0] > 0.5)
        for name, pairs in echoes().items()
    }
    others = np.mean([100 - share for name, share in said.items() if name != wanted])
    right = (said[wanted] + others) / 2
    figure = fixed_figure(9.2, 4.3)
    axes = _plane(figure, weights, sign * bias)
    _draw_voxels(axes)
    formula = (
        f"a = f({first_weight:g} * first echo {'-' if second_weight < 0 else '+'} "
        f"{abs(second_weight):g} * second echo {'+' if added else '-'} "
        f"{f'({bias:g})' if bias < 0 else f'{bias:g}'})"
    )
    _draw_shares(figure, said, wanted, formula)
    shares = ", ".join(f"{name} {share:.0f} %" for name, share in said.items())
    caption = (
        f"Activation above 0.5: {shares}. If {wanted} alone should answer with 1: "
        f"{right:.0f} % right, both sides alike; 50 % is guessing."
    )
    alt = (
        "A plane of two echoes, from 0 to 2 times the signal of soft tissue, in greys that show "
        "the activation of a neuron; a line where it is 0.5. On it 250 voxels each of soft tissue "
        "(about 1 and 1), bone (about 0.45 and 0.25) and air (about 0.1 and 0.1). "
        f"The neuron is {formula}. {caption}"
    )
    return render(figure, alt, caption)


def _plane(figure: Figure, weights: NDArray, bias: float) -> Axes:
    """Draw the activation for all pairs of echoes, and the line where it is 0.5."""
    axes = plot_axes(
        figure, (0.065, 0.125, 0.41, 0.8), title="Activation, and voxels of a head",
        x_label="first echo, 1 = soft tissue", y_label="second echo, 1 = soft tissue",
        x_limits=(0, _END), y_limits=(0, _END), x_ticks=(0, 0.5, 1, 1.5, 2),
        y_ticks=(0, 0.5, 1, 1.5, 2),
    )  # fmt: skip
    pairs = np.stack(np.meshgrid(_GRID, _GRID), axis=-1).reshape(-1, 2)
    sums = neurons.layer(pairs, weights[None], [bias], "linear").reshape(81, 81)
    shown = neurons.sigmoid(sums)
    extent = (0, _END, 0, _END)
    axes.imshow(shown, cmap="gray", vmin=-1, vmax=1, extent=extent, origin="lower", aspect="auto")
    if sums.min() < 0 < sums.max():
        axes.contour(_GRID, _GRID, sums, [0], colors=[PURPLE], linewidths=2.5)
    bar = figure.add_axes((0.49, 0.2, 0.013, 0.6))
    bar.imshow(
        np.linspace(0, 1, 64)[:, None], cmap="gray", vmin=-1, vmax=1, extent=(0, 1, 0, 1),
        aspect="auto", origin="lower",
    )  # fmt: skip
    bar.set_xticks([])
    bar.set_yticks([0, 0.5, 1])
    bar.yaxis.tick_right()
    bar.yaxis.set_label_position("right")
    bar.set_ylabel("activation", fontsize=9)
    bar.tick_params(labelsize=8)
    return axes


def _draw_voxels(axes: Axes) -> None:
    """Draw the voxels of each kind with a colour and a shape of its own."""
    for name, (paint, mark) in _MARKS.items():
        pairs = echoes()[name]
        inside = (pairs < _END).all(axis=1)
        axes.plot(*pairs[inside].T, mark, color=paint, markersize=3.2, alpha=0.75, label=name)
    axes.legend(loc="upper left", fontsize=8, markerscale=2, framealpha=1)


def _draw_shares(figure: Figure, said: dict[str, float], wanted: str, formula: str) -> None:
    """Draw which part of each kind the neuron answers with more than 0.5."""
    axes = plot_axes(
        figure, (0.685, 0.32, 0.29, 0.605), title="Answered with more than 0.5",
        x_label="% of the voxels", x_limits=(0, 125), x_ticks=(0, 50, 100),
        y_ticks=range(3), y_limits=(2.6, -0.6),
    )  # fmt: skip
    names = list(GROUPS)
    axes.barh(
        range(3), [said[name] for name in names], color=[_MARKS[name][0] for name in names],
        height=0.6,
    )  # fmt: skip
    axes.set_yticklabels([f"{n}\n(wanted)" if n == wanted else n for n in names], fontsize=9)
    for place, name in enumerate(names):
        axes.text(said[name] + 2, place, f"{said[name]:.0f} %", va="center", fontsize=9)
    figure.text(0.575, 0.1, formula, fontsize=9)
    figure.text(0.575, 0.035, "purple line: activation 0.5", fontsize=9)


def draw_bump(steepness: int, first_percent: int, second_percent: int) -> Picture:
    """Draw two neurons with one threshold each, and a third that answers in between.

    Parameters
    ----------
    steepness : int
        Weight of the echo in both neurons.
    first_percent, second_percent : int
        First echo at which each neuron is at 0.5, in percent of soft tissue.

    Examples
    --------
    >>> draw_bump(30, 25, 70).caption[:24]
    'Bone answered with more '
    """
    thresholds = np.array([first_percent, second_percent]) / 100
    weights, biases = np.full((2, 1), float(steepness)), steepness * thresholds
    last = np.array([[_FULL, -_FULL]]), np.array([_FULL / 2])

    def both(echo: NDArray) -> tuple[NDArray, NDArray]:
        hidden = neurons.layer(echo[:, None], weights, biases)
        return hidden, neurons.layer(hidden, *last)[:, 0]

    said = {name: 100 * np.mean(both(pairs[:, 0])[1] > 0.5) for name, pairs in echoes().items()}
    x = np.linspace(0, _END, 201)
    figure = fixed_figure(9.2, 4.3)
    _draw_curves(figure, x, *both(x), thresholds)
    right = (said["bone"] + 100 - (said["air"] + said["soft tissue"]) / 2) / 2
    caption = (
        f"Bone answered with more than 0.5: {said['bone']:.0f} %; air: {said['air']:.0f} %, soft "
        f"tissue: {said['soft tissue']:.0f} %. {right:.0f} % right, both sides alike."
    )
    alt = (
        "Above, histograms of the first echo of air (near 0.1), bone (near 0.45) and soft tissue "
        f"(near 1). Below, two sigmoid curves that rise at {thresholds[0]:g} and {thresholds[1]:g} "
        f"with the weight {steepness}, and the output of a third neuron, which is high between "
        f"them: its weights are 20 and -20, its bias 10. {caption}"
    )
    return render(figure, alt, caption)


def _draw_curves(
    figure: Figure, x: NDArray, hidden: NDArray, output: NDArray, thresholds: NDArray
) -> None:
    """Draw the voxels above, and the activations of the three neurons below."""
    ticks = (0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2)
    above = plot_axes(
        figure, (0.075, 0.63, 0.74, 0.3), title="Voxels of a head", y_label="voxels",
        x_limits=(0, _END), x_ticks=(), y_ticks=(0, 50),
    )  # fmt: skip
    styles = {"soft tissue": "-", "bone": "--", "air": ":"}
    for name, (paint, _) in _MARKS.items():
        counts, edges = np.histogram(echoes()[name][:, 0], 40, (0, _END))
        above.stairs(counts, edges, color=paint, linewidth=2, linestyle=styles[name])
    for name, height, line in (
        ("air", 0.86, "\u00b7\u00b7\u00b7"), ("bone", 0.78, "- -"), ("soft tissue", 0.7, "\u2014"),
    ):  # fmt: skip
        figure.text(0.83, height, f"{line}  {name}", color=_MARKS[name][0], fontsize=10)
    below = plot_axes(
        figure, (0.075, 0.125, 0.74, 0.42), title="Activations", y_label="activation",
        x_label="first echo, 1 = soft tissue", x_limits=(0, _END), y_limits=(-0.05, 1.05),
        x_ticks=ticks, y_ticks=(0, 0.5, 1),
    )  # fmt: skip
    below.plot(x, hidden[:, 0], color=ORANGE, linewidth=2, linestyle="--")
    below.plot(x, hidden[:, 1], color=GREEN, linewidth=2, linestyle="-.")
    below.plot(x, output, color=BLACK, linewidth=3)
    figure.text(0.83, 0.46, "- -  first neuron", color="#8A5A00", fontsize=10)
    figure.text(0.83, 0.38, "- \u00b7  second neuron", color=GREEN, fontsize=10)
    figure.text(0.83, 0.30, "\u2014  third neuron,\n     behind both", color=BLACK, fontsize=10,
                va="center")  # fmt: skip
    for threshold in thresholds:
        above.axvline(threshold, color="0.4", linewidth=1)
