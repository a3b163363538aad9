"""Figures of networks that learn: their curves, and what they learn from few patients."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_lib.display import digit_networks
from course_lib.display.figures import BLACK, BLUE, SKY, VERMILION
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, plot_axes
from course_lib.display.voxel_samples import MOST, Samples, samples_of
from course_lib.imaging.networks import new_network
from course_lib.imaging.training import train

MOST_EPOCHS = 60
_UNSEEN = range(17, 25)  # patients that no network learns from
_UNSEEN_EACH = 100
_STEPS, _BATCH, _RATE, _PATIENCE = 1500, 50, 0.1, 20
_LIMITS_HU = (-1200, 1600)
_COSTS = (0.01, 0.03, 0.1, 0.3, 1, 3)  # on the axis


def draw_training(name: str, rate: float, epochs: int) -> Picture:
    """Draw how the cost of a network falls while it learns to read digits.

    Parameters
    ----------
    name : str
        A key of `digit_networks.SIZES`.
    rate : float
        Length of a step for a slope of 1.
    epochs : int
        How long it has learned; 0 to `MOST_EPOCHS`, a multiple of `digit_networks.STEP`.

    Examples
    --------
    >>> draw_training("64-16-10", 0.05, 0).caption[:25]
    'After 0 epochs: cost per '
    """
    state = digit_networks.after(name, rate, epochs)
    truth, found = digit_networks.pictures(True)[1], digit_networks.read(state.network)
    right = 100 * np.array([np.mean(found[truth == digit] == digit) for digit in range(10)])
    share, worst = 100 * np.mean(found == truth), int(right.argmin())
    figure = fixed_figure(9.2, 3.9)
    _draw_costs(figure, state)
    axes = plot_axes(
        figure, (0.64, 0.14, 0.34, 0.77), title="Unseen pictures, digit by digit",
        x_label="digit", y_label="read right, in %", y_limits=(0, 100), x_ticks=range(10),
        y_ticks=(0, 50, 100),
    )  # fmt: skip
    axes.bar(range(10), right, color=SKY, edgecolor=BLACK)
    costs = state.training_costs[-1], state.unseen_costs[-1]
    caption = (
        f"After {epochs} epochs: cost per picture {costs[0]:.2f} in training, {costs[1]:.2f} on "
        f"unseen pictures, of which {share:.1f} % are read right. Worst: digit {worst} with "
        f"{right[worst]:.0f} %."
    )
    alt = (
        f"Left, the cost per picture of a network {name}, rate {rate:g}, against the epochs: it "
        f"begins at {state.training_costs[0]:.2f}; the curve of unseen pictures lies "
        f"{'above' if costs[1] > costs[0] else 'not above'} that of training. Right, a bar for "
        f"each digit: {', '.join(f'{share:.0f}' for share in right)} % for 0 to 9. {caption}"
    )
    return render(figure, alt, caption)


def _draw_costs(figure: Figure, state: digit_networks.State) -> None:
    """Draw both curves from the untrained network on; equal steps up are equal factors."""
    epochs = np.arange(state.training_costs.size)
    axes = plot_axes(
        figure, (0.07, 0.14, 0.48, 0.77), title="Cost per picture", x_label="epoch",
        y_label="sum of squares (logarithmic)", x_limits=(-1, MOST_EPOCHS + 1),
        y_limits=(np.log10(0.01), np.log10(6)), x_ticks=range(0, MOST_EPOCHS + 1, 10),
        y_ticks=np.log10(_COSTS),
    )  # fmt: skip
    axes.set_yticklabels([f"{each:g}" for each in _COSTS])
    for costs, line, mark, paint, name in (
        (state.unseen_costs, "--", "s", VERMILION, "unseen"),
        (state.training_costs, "-", "o", BLUE, "training"),
    ):
        axes.plot(epochs, np.log10(costs), line, color=paint, linewidth=2, label=name)
        axes.plot(epochs[-1:], np.log10(costs[-1:]), mark, color=paint, markersize=6)
    axes.legend(loc="upper right", fontsize=9, framealpha=1)


@dataclass(frozen=True, eq=False)
class Patients:
    """What a network has learned from some patients: errors per epoch, and predictions, in HU."""

    training_hu: NDArray[np.float64]
    unseen_hu: NDArray[np.float64]
    end: int
    predicted: NDArray[np.float64]
    truth: NDArray[np.float64]


@lru_cache(maxsize=64)
def learn(patients: int, each: int, hidden: int, early: bool) -> Patients:
    """Train a network from MR features to CT, on some voxels of each patient.

    Every training has about 1500 steps, however many voxels there are.

    Parameters
    ----------
    patients : int
        How many to learn from, at most 16; eight others are for testing.
    each : int
        Voxels of each patient; 0 for 2,400 in all.
    hidden : int
        Neurons of the hidden layer.
    early : bool
        Whether to stop when the unseen error has not fallen for 20 epochs, and go back to its
        lowest.

    Examples
    --------
    >>> learn(1, 150, 2, False).truth.shape
    (800,)
    """
    known = samples_of(range(1, patients + 1), each or MOST // patients)
    unseen = samples_of(_UNSEEN, _UNSEEN_EACH)
    centre, width = known.table.mean(axis=0), known.table.std(axis=0)

    def scaled(samples: Samples) -> tuple[NDArray, NDArray]:
        return (samples.table - centre) / width, samples.hu[:, None] / 1000

    rng = np.random.default_rng(2)
    start = new_network([known.table.shape[1], hidden, 1], rng, "linear")
    trained = train(
        start, *scaled(known), rng=rng, epochs=round(_STEPS * _BATCH / len(known.hu)),
        batch=_BATCH, rate=_RATE, validation=scaled(unseen),
        patience=_PATIENCE if early else None,
    )  # fmt: skip
    training, held_out = (
        1000 * np.sqrt(costs) for costs in (trained.training_costs, trained.validation_costs)
    )
    end = int(held_out.argmin()) if early else held_out.size - 1
    predicted = 1000 * trained.network.predict(scaled(unseen)[0])[:, 0]
    return Patients(training, held_out, end, predicted, unseen.hu)


def draw_patients(patients: int, each: int, hidden: int, early: bool) -> Picture:
    """Draw the errors of a network on its training patients and on others.

    Parameters
    ----------
    patients, each, hidden, early
        As in `learn`.

    Examples
    --------
    >>> draw_patients(1, 150, 2, False).caption[:27]
    'Learned from 1 patient, 150'
    """
    found = learn(patients, each, hidden, early)
    errors = found.training_hu[found.end], found.unseen_hu[found.end]
    figure = fixed_figure(9.2, 4.1)
    count = found.unseen_hu.size
    axes = plot_axes(
        figure, (0.075, 0.13, 0.47, 0.79), title="Root mean square error", y_label="HU",
        x_label="epoch", y_limits=(0, 450), x_limits=(0, count), y_ticks=range(0, 500, 100),
    )  # fmt: skip
    axes.plot(found.unseen_hu, "--", color=VERMILION, linewidth=2, label="eight unseen patients")
    axes.plot(found.training_hu, "-", color=BLUE, linewidth=2,
              label="training" + (" patient" if patients == 1 else " patients"))  # fmt: skip
    axes.axvline(found.end, color="0.4", linewidth=1)
    axes.legend(loc="upper right", fontsize=9, framealpha=1)
    _draw_predicted(figure, found)
    who = "1 patient" if patients == 1 else f"{patients} patients"
    voxels = each * patients or MOST // patients * patients
    absolute = np.abs(found.predicted - found.truth).mean()
    caption = (
        f"Learned from {who}, {voxels} voxels, for {found.end + 1} epochs: error "
        f"{errors[0]:.0f} HU in training, {errors[1]:.0f} HU on unseen patients (mean absolute "
        f"error {absolute:.0f} HU). Lowest unseen: {found.unseen_hu.min():.0f} HU in epoch "
        f"{found.unseen_hu.argmin() + 1}."
    )
    alt = (
        f"Left, the error of a network with {hidden} hidden neurons against the epochs, for its "
        "training patients and for eight others. Right, predicted against true CT of 800 voxels "
        f"of the others. {caption}"
    )
    return render(figure, alt, caption)


def _draw_predicted(figure: Figure, found: Patients) -> None:
    """Draw the predicted HU of the unseen voxels against their CT."""
    axes = plot_axes(
        figure, (0.65, 0.13, 0.34, 0.79), title="Unseen voxels", x_label="CT in HU",
        y_label="predicted, in HU", x_limits=_LIMITS_HU, y_limits=_LIMITS_HU,
        x_ticks=(-1000, 0, 1000), y_ticks=(-1000, 0, 1000),
    )  # fmt: skip
    axes.plot(_LIMITS_HU, _LIMITS_HU, color="0.5", linewidth=1)
    axes.plot(found.truth, found.predicted, "o", color=BLUE, markersize=2.5, alpha=0.6)
