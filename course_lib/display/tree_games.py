"""The games of slides 54 to 58: tell things apart by questions, and see the impurity fall.

What the slides show is lost. Their questions are kept; the things, and what they answer, are ours.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from course_lib.display.figures import BLUE
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, plot_axes
from course_lib.display.tree_figures import Node, plant, tree_axes
from course_lib.imaging.impurity import gini

Place = tuple[str, ...]
STOP = "stop here"
# The places of questions: the answers that lead there. At most three questions in a row.
PLACES: dict[str, Place] = {
    "first": (),
    "yes": ("yes",),
    "no": ("no",),
    "yes_yes": ("yes", "yes"),
    "yes_no": ("yes", "no"),
    "no_yes": ("no", "yes"),
    "no_no": ("no", "no"),
}


@dataclass(frozen=True)
class Game:
    """Things, and which questions they answer with yes.

    Parameters
    ----------
    things : mapping
        From the name of a thing to the questions that it answers with yes.
    questions : sequence of str
        All that may be asked.
    wanted : str
        The thing that is to be told from all others; empty if each is a class of its own.
    """

    things: Mapping[str, Sequence[str]]
    questions: Sequence[str]
    wanted: str = ""

    def impurity(self, group: Sequence[str]) -> float:
        """Return the Gini impurity of a group of things.

        Examples
        --------
        >>> BALLS.impurity(["golf ball", "lemon", "banana", "rugby ball"])
        0.375
        """
        names = list(self.things)
        return gini(
            [thing == self.wanted if self.wanted else names.index(thing) for thing in group]
        )

    def as_text(self) -> str:
        """Write the table: one row for each thing, one column for each question.

        Examples
        --------
        >>> print(Game({"lion": ["HAS_FUR"], "shark": []}, ["HAS_FUR"]).as_text())
               HAS_FUR
        lion       yes
        shark       no
        """
        wide = max(map(len, self.things))
        rows = [" " * wide + "".join(f"{q:>{len(q) + 2}}" for q in self.questions)]
        for thing, answers in self.things.items():
            said = ("yes" if q in answers else "no" for q in self.questions)
            cells = zip(said, self.questions, strict=True)
            rows.append(f"{thing:{wide}s}" + "".join(f"{s:>{len(q) + 2}}" for s, q in cells))
        return "\n".join(rows)


BALLS = Game(
    {
        "golf ball": ["is_round", "is_convex"],
        "tennis ball": ["is_round", "is_yellow", "is_convex"],
        "basketball": ["is_round", "diameter>10cm", "is_convex"],
        "lemon": ["is_yellow", "is_convex"],
        "banana": ["is_yellow", "diameter>10cm"],
        "rugby ball": ["diameter>10cm", "is_convex"],
    },
    ["is_round", "is_yellow", "diameter>10cm", "is_convex"],
    "golf ball",
)
_ANIMALS = {
    "lion": ["HAS_FUR", "EATS_MEAT", "HAS_MANE", "ATTACKS_HUMANS", "HAS_TEETH"],
    "beaver": ["HAS_FUR", "BUILDS_DAM", "HAS_TEETH", "LIVES_IN_WATER"],
    "shark": ["EATS_MEAT", "ATTACKS_HUMANS", "HAS_TEETH", "LIVES_IN_WATER"],
    "eagle": ["EATS_MEAT"],
}
GROUP_A = Game(
    _ANIMALS,
    ["HAS_FUR", "EATS_MEAT", "HAS_MANE", "BUILDS_DAM", "ATTACKS_HUMANS", "HAS_TEETH",
     "LIVES_IN_WATER"],
)  # fmt: skip
GROUP_B = Game(_ANIMALS, ["LIVES_IN_WATER", "HAS_TEETH"])


@dataclass
class Grown:
    """What became of a game: the impurity after each question, and what has to be said."""

    impurities: list[float]
    leaves: list[list[str]] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)


def grow(game: Game, asked: Mapping[str, str]) -> tuple[Node, Grown]:
    """Divide the things of a game by questions.

    Parameters
    ----------
    game : Game
        Things and questions.
    asked : mapping
        From a place, a key of `PLACES`, to a question or `STOP`.

    Returns
    -------
    Node
        The tree, to be drawn.
    Grown
        Impurity before any question and after each, and the things in each leaf.

    Examples
    --------
    >>> tree, grown = grow(GROUP_A, {"first": "HAS_FUR"})
    >>> grown.leaves, [round(value, 2) for value in grown.impurities]
    ([['lion', 'beaver'], ['shark', 'eagle']], [0.75, 0.5])
    """
    groups: dict[Place, list[str]] = {(): list(game.things)}
    leaves, grown = {(): groups[()]}, Grown([])
    grown.impurities.append(_impurity(game, leaves.values()))
    questions: dict[Place, str] = {}
    wrong: dict[Place, str] = {}
    for name, place in PLACES.items():
        question = asked.get(name, STOP)
        if question == STOP:
            continue
        if place not in groups:
            grown.waiting.append(question)
            continue
        yes = [thing for thing in groups[place] if question in game.things[thing]]
        no = [thing for thing in groups[place] if thing not in yes]
        if not yes or not no:
            wrong[place] = question
            grown.empty.append(f"{question} ({'all' if yes else 'none'} say yes)")
            continue
        questions[place] = question
        del leaves[place]
        for answer, side in (("yes", yes), ("no", no)):
            groups[*place, answer] = leaves[*place, answer] = side
        grown.impurities.append(_impurity(game, leaves.values()))
    grown.leaves = list(leaves.values())
    return _node(game, (), groups, questions, wrong), grown


def draw_game(game: Game, **asked: str) -> Picture:
    """Draw the tree that some questions make, and how the impurity falls with each.

    Parameters
    ----------
    game : Game
        Things and questions.
    **asked : str
        For places of `PLACES`, a question or `STOP`.

    Examples
    --------
    >>> draw_game(GROUP_A, first="HAS_FUR", yes="HAS_MANE", no="LIVES_IN_WATER").caption
    '3 questions; impurity 0.75 at the start, 0.00 now. All are alone: done.'
    """
    tree, grown = grow(game, asked)
    figure = fixed_figure(9.4, 4.4)
    plant(tree_axes(figure, (0.01, 0.0, 0.69, 1.0)), tree, max(tree.levels, 2), fontsize=9)
    top = 1.2 * grown.impurities[0]
    axes = plot_axes(
        figure, (0.77, 0.17, 0.22, 0.7), title="All leaves together", x_label="questions",
        y_label="Gini impurity", x_limits=(-0.4, 8), y_limits=(0, top),
        x_ticks=range(8), y_ticks=(0, 0.1, 0.2, 0.3) if game.wanted else (0, 0.25, 0.5, 0.75),
    )  # fmt: skip
    axes.plot(grown.impurities, "o-", color=BLUE, clip_on=False)
    for number, value in enumerate(grown.impurities):
        if number and value == grown.impurities[number - 1]:
            continue
        axes.text(number + 0.15, value + 0.03 * top, f"{value:.2f}", fontsize=8)
    caption = _caption(game, grown)
    leaves = "; ".join(" and ".join(leaf) for leaf in grown.leaves)
    steps = ", ".join(f"{value:.2f}" for value in grown.impurities)
    alt = (
        f"A decision tree of {_count(len(grown.impurities) - 1)} about {len(game.things)} things. "
        f"Its leaves, from the first question asked on: {leaves}. Beside it the Gini impurity, "
        f"from the start on: {steps}. {caption}"
    )
    return render(figure, alt, caption)


def _impurity(game: Game, leaves: Collection[list[str]]) -> float:
    """Weigh the impurity of each leaf by its share of the things."""
    return sum(len(leaf) * game.impurity(leaf) for leaf in leaves) / len(game.things)


def _node(
    game: Game,
    place: Place,
    groups: Mapping[Place, list[str]],
    questions: Mapping[Place, str],
    wrong: Mapping[Place, str],
) -> Node:
    """Make the box of a place."""
    group = groups[place]
    said = f"{len(group)} things, Gini {game.impurity(group):.2f}"
    if place in questions:
        yes, no = (
            _node(game, (*place, answer), groups, questions, wrong) for answer in ("yes", "no")
        )
        return Node(f"{questions[place]}?\n{said}", yes, no)
    text = "\n".join(group) + (f"\nGini {game.impurity(group):.2f}" if len(group) > 1 else "")
    if place in wrong:
        return Node(f"{text}\n{wrong[place]}?\none side empty", mark="wrong")
    return Node(text)


def _caption(game: Game, grown: Grown) -> str:
    """Say how far the game has come."""
    said = (
        f"{_count(len(grown.impurities) - 1)}; impurity {grown.impurities[0]:.2f} at the start, "
        f"{grown.impurities[-1]:.2f} now. "
    )
    mixed = [" and ".join(leaf) for leaf in grown.leaves if game.impurity(leaf) > 0]
    if mixed:
        said += f"Still together: {'; '.join(mixed)}."
    else:
        said += f"The {game.wanted} is found." if game.wanted else "All are alone: done."
    if grown.empty:
        said += f" Not asked, because leaves cannot be empty: {', '.join(grown.empty)}."
    if grown.waiting:
        said += f" Nobody gets as far as: {', '.join(grown.waiting)}."
    return said


def _count(number: int) -> str:
    """Write a number of questions."""
    return "1 question" if number == 1 else f"{number} questions"
