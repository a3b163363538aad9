"""Drawn decision trees: questions as boxes, yes to the left, leaves at the ends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course_lib.display.figures import BLACK, BLUE, ORANGE, VERMILION
from course_lib.display.picture import Picture, render
from course_lib.display.plots import Box, fixed_figure
from course_lib.imaging.trees import Nested, walk

_LEVEL_IN, _TITLE_IN = 0.8, 0.25  # inches of each level and of the title
_LEAF_IN, _NAMED_IN = 0.72, 1.5  # inches of each leaf, where columns have numbers or names
_PAGE_IN = 9.2


@dataclass(frozen=True)
class Node:
    """A box of a drawn tree.

    Parameters
    ----------
    text : str
        What stands in it.
    yes, no : Node, optional
        The boxes below; both or none.
    mark : str
        "" for nothing, "path" for the way of a sample, "wrong" for what is not allowed.
    """

    text: str
    yes: "Node | None" = None
    no: "Node | None" = None
    mark: str = ""

    @property
    def children(self) -> tuple["Node", ...]:
        """The boxes below, from left to right."""
        return tuple(child for child in (self.yes, self.no) if child is not None)

    @property
    def leaves(self) -> int:
        """How many boxes without a question there are at or below this one."""
        return sum(child.leaves for child in self.children) or 1

    @property
    def levels(self) -> int:
        """How many levels there are, this one included."""
        return 1 + max((child.levels for child in self.children), default=0)


def nodes_of(
    tree: Nested, sample: ArrayLike | None = None, names: Sequence[str] | None = None
) -> Node:
    """Write a tree of nested tuples as boxes, the way of a sample marked.

    Parameters
    ----------
    tree : number or tuple
        As in `imaging.trees.walk`.
    sample : (F,) array, optional
        Whose way is marked.
    names : sequence of str, optional
        Of the columns; x0, x1, ... by default.

    Examples
    --------
    >>> nodes_of((0, 0.5, 0.89, 0.0), [0.3]).yes
    Node(text='0.89', yes=None, no=None, mark='path')
    """
    mark = "" if sample is None else "path"
    if not isinstance(tree, tuple):
        return Node(_number(tree), mark=mark)
    column, threshold, yes, no = tree
    goes_left = sample is not None and sample[column] < threshold
    left = nodes_of(yes, sample if goes_left else None, names)
    right = nodes_of(no, None if goes_left else sample, names)
    return Node(_question(column, threshold, names), left, right, mark)


def in_words(tree: Nested, names: Sequence[str] | None = None) -> str:
    """Write a tree of nested tuples as a sentence.

    Parameters
    ----------
    tree, names
        As in `nodes_of`.

    Examples
    --------
    >>> in_words((0, 0.5, 0.89, (1, 0.5, 0.45, 0.0)))
    'x0 < 0.5? yes: 0.89; no: (x1 < 0.5? yes: 0.45; no: 0.00)'
    """
    if not isinstance(tree, tuple):
        return _number(tree)
    column, threshold, *branches = tree
    yes, no = (
        f"({in_words(branch, names)})" if isinstance(branch, tuple) else _number(branch)
        for branch in branches
    )
    return f"{_question(column, threshold, names)}? yes: {yes}; no: {no}"


def draw_trees(
    trees: Sequence[Nested],
    sample: ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> Picture:
    """Draw trees side by side, as on slide 65.

    Parameters
    ----------
    trees : sequence of nested tuples
        From left to right.
    sample : (F,) array, optional
        Whose way is marked in orange.
    names : sequence of str, optional
        Of the columns; x0, x1, ... by default.

    Examples
    --------
    >>> draw_trees([(0, 0.5, 0.56, (3, 0.5, 0.45, 0.0))])
    Picture: A decision tree. x0 < 0.5? yes: 0.56; no: (x3 < 0.5? yes: 0.45; no: 0.00).
    """
    roots = [nodes_of(tree, sample, names) for tree in trees]
    leaves, levels = sum(_width(root) for root in roots), max(root.levels for root in roots)
    title = _TITLE_IN if len(trees) > 1 else 0.0
    high = _LEVEL_IN * levels + title
    wide = min((_NAMED_IN if names else _LEAF_IN) * leaves + 0.1, _PAGE_IN)
    figure, left = fixed_figure(wide, high), 0.0
    for number, root in enumerate(roots, start=1):
        width = _width(root) / leaves
        plant(tree_axes(figure, (left, 0.0, width, 1 - title / high)), root, levels)
        if title:
            figure.text(
                left + width / 2, 0.99, f"Tree {number}", fontsize=11, ha="center", va="top"
            )
        left += width
    return render(figure, *_texts(trees, sample, names))


def _texts(
    trees: Sequence[Nested], sample: ArrayLike | None, names: Sequence[str] | None
) -> tuple[str, str]:
    """Return the alternative text and the caption of some trees."""
    said = [in_words(tree, names) for tree in trees]
    if len(said) == 1:
        alt = f"A decision tree. {said[0]}."
    else:
        numbered = (f"Tree {number}: {words}." for number, words in enumerate(said, start=1))
        alt = f"{len(trees)} decision trees. {' '.join(numbered)}"
    if sample is None:
        return alt, "Yes goes to the left."
    ends = ", ".join(_number(walk(tree, sample)) for tree in trees)
    caption = f"Yes goes to the left. Orange: the way of the sample, which ends in {ends}."
    return f"{alt} The way of a sample is marked; it ends in {ends}.", caption


def _width(root: Node) -> int:
    """Return the room of a tree in leaves."""
    return max(root.leaves, 3)


def _number(value: float) -> str:
    """Write what stands in a leaf: shares with two digits, HU without."""
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.0f}"


def _question(column: int, threshold: float, names: Sequence[str] | None) -> str:
    """Write a question."""
    return f"{f'x{column}' if names is None else names[column]} < {threshold:.3g}"


def tree_axes(figure: Figure, box: Box) -> Axes:
    """Make empty axes for a tree.

    Examples
    --------
    >>> tree_axes(fixed_figure(3, 3), (0, 0, 1, 1)).axison
    False
    """
    axes = figure.add_axes(box)
    axes.set_axis_off()
    return axes


def plant(axes: Axes, root: Node, levels: int, fontsize: float = 10) -> None:
    """Draw boxes and branches into axes.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        From `tree_axes`.
    root : Node
        The tree.
    levels : int
        How many levels there is room for.
    fontsize : float
        Of the boxes.

    Examples
    --------
    >>> axes = tree_axes(fixed_figure(3, 3), (0, 0, 1, 1))
    >>> plant(axes, Node("fur?", Node("lion"), Node("shark")), 2)
    >>> [text.get_text() for text in axes.texts]
    ['yes', 'no', 'fur?', 'lion', 'shark']
    """
    axes.set(xlim=(-0.6, _width(root) - 0.4), ylim=(levels - 0.5, -0.5))
    shift = (_width(root) - root.leaves) / 2
    placed = [(node, x + shift, y) for node, x, y in _places(root)]
    where = {id(node): (x, y) for node, x, y in placed}
    for node, x, y in placed:
        for child, word in zip(node.children, ("yes", "no"), strict=False):
            _draw_branch(axes, (x, y), where[id(child)], word, child.mark)
    for node, x, y in placed:
        _draw_box(axes, node, x, y, fontsize)


def _places(node: Node, left: float = 0.0, level: int = 0) -> Iterator[tuple[Node, float, int]]:
    """Go through the boxes with their places: leaves one apart, questions in between."""
    if not node.children:
        yield node, left, level
        return
    first, second = node.children
    below = [*_places(first, left, level + 1)], [*_places(second, left + first.leaves, level + 1)]
    yield node, (below[0][0][1] + below[1][0][1]) / 2, level
    yield from below[0]
    yield from below[1]


def _draw_branch(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], word: str, mark: str
) -> None:
    """Draw a line to a box below, and the answer beside it."""
    taken = mark == "path"
    axes.plot(
        *zip(start, end, strict=True), color=ORANGE if taken else "0.5",
        linewidth=3 if taken else 1.2, zorder=1,
    )  # fmt: skip
    x, y = (0.5 * a + 0.5 * b for a, b in zip(start, end, strict=True))
    axes.text(
        x, y, word, fontsize=9, ha="center", va="center", zorder=2,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )  # fmt: skip


def _draw_box(axes: Axes, node: Node, x: float, y: float, fontsize: float) -> None:
    """Draw a question in a blue frame, a leaf in a filled box, and what is marked thicker."""
    edge = {"path": ORANGE, "wrong": VERMILION}.get(node.mark, BLUE if node.children else BLACK)
    face = "white" if node.children else {"wrong": "#FBE3D6"}.get(node.mark, _LIGHT)
    axes.text(
        x, y, node.text, fontsize=fontsize, ha="center", va="center", zorder=3, linespacing=1.25,
        bbox={
            "facecolor": face, "edgecolor": edge, "linewidth": 2.2 if node.mark else 1.0,
            "boxstyle": "round,pad=0.3",
        },
    )  # fmt: skip


_LIGHT = "#DCEFFA"  # of SKY, so that black text is read on it
