"""Processes for students' code: one that is forked for all tests."""

import pytest
from grading_toys import QUICK

from course_lib.grading.session import Session
from course_lib.grading.starting import Fresh, Zygote

PROCESSES = {"zygote", "fresh", "session", "graded"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark tests that start students' processes as slow: `make check` leaves them out."""
    for item in items:
        if PROCESSES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def zygote():
    """Fork students' processes; end them all at last."""
    starter = Zygote()
    yield starter
    starter.close()


@pytest.fixture
def fresh():
    """Start students' processes anew."""
    starter = Fresh()
    yield starter
    starter.close()


@pytest.fixture
def session(zygote):
    """Make sessions of some cells, and end them."""
    made = []

    def make(*cells, rules=QUICK, starter=zygote, **options):
        for one in made:
            one.close()  # a zygote has one child at a time
        made.append(Session(starter, cells, rules, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()
