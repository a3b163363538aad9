"""A small exercise that needs no topic: z-normalisation of anything."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.exercise import Exercise, mistake
from course_lib.exercises.judges import close, letter


def z_score(image):
    """Subtract the mean and divide by the deviation."""
    image = np.asarray(image, dtype=float)
    if image.std() == 0:
        raise ValueError("A constant image has no deviation.")
    return (image - image.mean()) / image.std()


def sample_deviation(image):
    """Divide by the wrong deviation."""
    z = z_score(image)
    return z / np.std(z, ddof=1)


def range_scaled(image):
    """Scale by the range, also a constant image."""
    image = np.asarray(image, dtype=float)
    return (image - image.min()) / max(np.ptp(image), 1e-30)


def slice_with_noise(rng):
    """Draw an image."""
    return (rng.normal(100, 20, (24, 16)),)


TOY = Exercise(
    reference=z_score,
    cases=[
        given("five numbers", np.array([1.0, 2, 3, 4, 10])),
        drawn("a noisy slice", slice_with_noise),
        edge("a constant image", np.full((9, 9), 3.0), raises=ValueError),
    ],
    judge=close(),
    mistakes=[
        mistake(sample_deviation, "You divide by the sample deviation (`ddof=1`)."),
        mistake(range_scaled, "This scales by the range."),
    ],
    hints=["What is the mean of your result?", "And its deviation?", "Divide by it."],
    points=2,
    seconds=2.0,
).named("z_score", "toys")

QUIZ = Exercise(
    reference="B",
    call=lambda answer: answer.strip().upper() if isinstance(answer, str) else answer,
    cases=[given("your letter")],
    judge=letter("ABC"),
    mistakes=[mistake("A", "That is the product."), mistake("C", "That is the difference.")],
    why="3 + 4 = 7.",
).named("quiz_sum", "toys")


@pytest.fixture
def toy():
    """Return the exercise."""
    return TOY


@pytest.fixture
def quiz():
    """Return a graded quiz: the right letter is B."""
    return QUIZ


@pytest.fixture
def one_case():
    """Return a maker of exercises with a single case."""

    def make(reference, *arguments, **settings):
        settings = {"judge": close(), **settings}
        return Exercise(
            reference=reference, cases=[given("the case", *arguments)], **settings
        ).named("toy", "toys")

    return make


@pytest.fixture
def quick(toy):
    """Return the exercise with a short time limit."""
    return replace(toy, seconds=0.3)
