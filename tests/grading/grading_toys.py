"""Small exercises that need no topic, and cells that solve them."""

import tempfile
import time
from pathlib import Path

import numpy as np

from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.exercise import Exercise, mistake
from course_lib.exercises.judges import close, equal, letter
from course_lib.grading.box.sandbox import Limits
from course_lib.grading.session import Rules

SEED = 123_456_789_012
QUICK = Rules(cell_seconds=5.0, limits=Limits(memory_mb=512, processes=32, cpu_seconds=60))


def z_score(image):
    """Subtract the mean and divide by the deviation."""
    if image.std() == 0:
        raise ValueError("A constant image has no deviation.")
    return (image - image.mean()) / image.std()


class Mean:
    """A model that learns a mean."""

    def fit(self, x):
        self.mean_ = x.mean()
        return self

    def predict(self, new):
        return new - self.mean_


Z_SCORE = Exercise(
    reference=z_score,
    cases=[
        given("five numbers", np.array([1.0, 2, 3, 4, 10])),
        drawn("a noisy slice", lambda rng: (rng.normal(100, 20, (24, 16)),)),
        edge("a constant image", np.full((9, 9), 3.0), raises=ValueError),
    ],
    judge=close(),
    mistakes=[mistake(lambda x: x - x.mean(), "You forgot the deviation.")],
    points=2,
    seconds=2.0,
    sealed=("scipy.stats.zscore", "sklearn.preprocessing.StandardScaler"),
    name="z_score",
    topic="toys",
)
MODEL = Exercise(
    reference=Mean,
    call=lambda Model, x, new: Model().fit(x).predict(new),
    cases=[given("three numbers", np.arange(3.0), np.arange(2.0))],
    judge=equal(),
    name="Model",
    topic="toys",
)
NOISE = Exercise(
    reference=lambda image, rng: image + rng.normal(size=image.shape),
    call=lambda answer, image, seed: [
        answer(image, rng) for rng in [np.random.default_rng(seed)] * 2
    ],
    cases=[given("zeros", np.zeros(3), 5)],
    judge=close(),
    name="noise",
    topic="toys",
)
QUIZ = Exercise(
    reference="B",
    call=lambda answer: answer.strip().upper() if isinstance(answer, str) else answer,
    cases=[given("your letter")],
    judge=letter("ABC"),
    name="quiz_sum",
    topic="toys",
)
SOLVED = {
    "z_score": """\
import numpy as np
def z_score(image):
    if np.std(image) == 0:
        raise ValueError
    return (image - np.mean(image)) / np.std(image)
""",
    "Model": """\
class Model:
    def fit(self, x):
        self.mean = x.mean()
        return self
    def predict(self, new):
        return new - self.mean
""",
    "noise": "def noise(image, rng):\n    return image + rng.normal(size=image.shape)\n",
    "quiz_sum": 'quiz_sum = "b"',
}


def scratch_folders():
    """Return the folders in which students' code may write, of all graders on this machine."""
    return set(Path(tempfile.gettempdir()).glob("course-grade-*"))


def left_since(before, seconds=60.0):
    """Return new scratch folders that stay; those of tests that run beside this one go soon."""
    new = scratch_folders() - before
    until = time.monotonic() + seconds
    while any(folder.exists() for folder in new) and time.monotonic() < until:
        time.sleep(0.1)
    return {folder for folder in new if folder.exists()}
