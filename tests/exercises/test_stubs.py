"""Unwritten answers are told from written ones, however short."""

import pytest

from course_lib.exercises.stubs import is_unwritten


def only_dots(image): ...


def with_docstring(image, *rest, sigma=1.0, **more):
    """Do something."""
    ...


def with_pass(image):
    """Do something."""
    pass


def returns_dots(image):
    """Do something."""
    return ...


class Dots: ...


class StubMethods:
    """A class to be written."""

    def fit(self, x):
        """Learn."""
        ...

    def predict(self, x):
        """Predict."""
        ...


@pytest.mark.parametrize(
    "answer",
    [..., None, only_dots, with_docstring, with_pass, returns_dots, Dots, StubMethods],
)
def test_an_unwritten_answer_is_one(answer):
    assert is_unwritten(answer)


def returns_argument(image):
    return image


def returns_number(image):
    return 0


def returns_text(image):
    """Do something."""
    return "Do something else."


def raises(image):
    raise NotImplementedError


def is_generator(image):
    yield


def assigns(image):
    result = None  # noqa: F841 - as a student may write it


def make_closure():
    value = 3
    return lambda image: value


class HalfWritten:
    def fit(self, x):
        self.x = x

    def predict(self, x): ...


class WithAttribute:
    size = 3


class WithStatic:
    @staticmethod
    def predict(x): ...


@pytest.mark.parametrize(
    "answer",
    [
        returns_argument,
        returns_number,
        returns_text,
        raises,
        is_generator,
        assigns,
        make_closure(),
        HalfWritten,
        WithAttribute,
        WithStatic,
        abs,
        0,
        "",
        "B",
    ],
)
def test_a_written_answer_is_not_called_unwritten(answer):
    assert not is_unwritten(answer)


def test_an_object_is_not_asked_for_its_code():
    class Trap:
        @property
        def __code__(self):
            raise RuntimeError

        @property
        def __class__(self):
            raise RuntimeError

    assert not is_unwritten(Trap())
