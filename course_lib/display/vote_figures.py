"""Figures of votes on labels: what each atlas says, who wins, and where nobody does."""

import matplotlib as mpl
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_lib.data.phantom import TISSUES
from course_lib.display.atlas_scene import BONE, one_slice, similarities
from course_lib.display.figures import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    YELLOW,
)
from course_lib.display.fusion_figures import DECAY, SIZE, coloured
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure
from course_lib.display.storage_plots import Bar, draw_images
from course_lib.imaging.label_fusion import majority_vote, vote_share, weighted_vote
from course_lib.imaging.metrics import dice
from course_lib.imaging.ranking import rank_weights, ranks

UNDECIDED = 255

# Name: the label for ties (None for the lowest of the tied labels), and whether ranks weigh.
RULES: dict[str, tuple[int | None, bool]] = {
    "one vote each, a tie is undecided": (UNDECIDED, False),
    "one vote each, a tie goes to the lowest label": (None, False),
    "votes weighted by local rank": (None, True),
}
_CIVIDIS = mpl.colormaps["cividis"](np.arange(256), bytes=True)[:, :3]
_COLOURS = (
    BLACK, "#6b6b6b", ORANGE, YELLOW, "#ffffff", SKY, BLUE, "#b5b5b5", GREEN
)  # fmt: skip


def draw_labels(images: dict[str, NDArray], alt: str, caption: str = "") -> Picture:
    """Draw segmentations side by side, with the names of the colours.

    Parameters
    ----------
    images : dict of str to (Y, X) integer array
        Titles, and labels of `phantom.TISSUES` or `UNDECIDED`, all of one height.
    alt, caption : str
        Texts of the picture.

    Examples
    --------
    >>> shown = one_slice()
    >>> draw_labels({"Truth": shown.labels}, alt="The tissues of a head.")
    Picture: The tissues of a head.
    """
    figure = fixed_figure(9.6, 3.2)
    painted = {title: _painted(labels) for title, labels in images.items()}
    draw_images(figure, (0.0, 0.15, 1.0, 0.76), painted, [])
    _draw_key(figure)
    return render(figure, alt, caption)


def draw_votes(place: str, count: int, rule: str) -> Picture:
    """Draw the truth, the result of a vote, and the share of votes of its winner.

    Parameters
    ----------
    place : str
        A key of `atlas_scene.SLICES`.
    count : int
        How many of the six atlases vote.
    rule : str
        A key of `RULES`.

    Examples
    --------
    >>> draw_votes("axial, through the eyes", 6, "votes weighted by local rank").caption[:31]
    'Right: 82.2 % of the head. Dice'
    """
    tie, by_rank = RULES[rule]
    shown = one_slice(place)
    labels = list(shown.atlas_labels[:count])
    if by_rank:
        weights = rank_weights(ranks(list(similarities(place, SIZE)[:count])), DECAY)
        fused = weighted_vote(labels, list(weights), tie)
    else:
        fused = majority_vote(labels, tie)
    share = vote_share(labels)
    figure = fixed_figure(9.6, 3.2)
    images = {
        "Truth": _painted(shown.labels), f"Vote of {count}": _painted(fused),
        "Share of the most frequent label": coloured(share, (0, 1), _CIVIDIS),
    }  # fmt: skip
    draw_images(figure, (0.0, 0.15, 1.0, 0.76), images, [Bar(_CIVIDIS, (0, 1), "share of votes")])
    _draw_key(figure)
    right = 100 * (fused == shown.labels)[shown.body].mean()
    bone = dice(shown.bone, np.isin(fused, BONE))
    caption = (
        f"Right: {right:.1f} % of the head. Dice of bone {bone:.3f}. Undecided: "
        f"{np.count_nonzero(fused == UNDECIDED)} voxels. No absolute majority (half of the votes "
        f"or fewer): {np.count_nonzero(share <= 0.5)} voxels."
    )
    alt = (
        f"A slice, {place}: the true tissues, the tissues after a vote of {count} atlases "
        f"({rule}), and the share of the "
        "votes for the most frequent label, which is 1 inside large structures and low at thin "
        f"ones: bone, fluid and folds of the brain. {caption}"
    )
    return render(figure, alt, caption)


def _painted(labels: NDArray) -> NDArray[np.uint8]:
    """Return a segmentation as red, green and blue."""
    table = np.zeros((256, 3), np.uint8)
    for label, colour in enumerate(_COLOURS):
        table[label] = np.rint(255 * np.array(to_rgb(colour)))
    table[UNDECIDED] = np.rint(255 * np.array(to_rgb(PURPLE)))
    return table[labels]


def _draw_key(figure: Figure) -> None:
    """Name the colours below the images, in two rows."""
    names = [*(tissue.name for tissue in TISSUES), "undecided"]
    for i, (name, colour) in enumerate(zip(names, (*_COLOURS, PURPLE), strict=True)):
        left, height = 0.005 + 0.15 * (i % 5), 0.085 - 0.06 * (i // 5)
        box = {"facecolor": colour, "edgecolor": "0.4", "linewidth": 0.6, "pad": 2}
        figure.text(left, height, "   ", fontsize=5, va="center", bbox=box)
        figure.text(left + 0.017, height, name, fontsize=8, va="center")
