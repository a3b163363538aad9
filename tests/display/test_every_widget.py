"""Every widget of every topic: found by itself, drawn, moved, and read without a front end."""

import importlib
import inspect
import pkgutil
import re
from functools import cache

import ipywidgets
import pytest
from widget_parts import check_drawn, controls_of, html_of, move, picture_of

from course_lib.display import panel, widgets
from course_lib.display.picture import Picture

pytestmark = pytest.mark.slow  # draws every picture

NUMBERS = (ipywidgets.BoundedIntText, ipywidgets.BoundedFloatText)


def widgets_of(module):
    """List what a notebook can call: public functions without arguments."""
    return [
        function
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
        and not inspect.signature(function).parameters
    ]


MODULES = [
    importlib.import_module(f"{widgets.__name__}.{found.name}")
    for found in pkgutil.iter_modules(widgets.__path__)
]
WIDGETS = [widget for module in MODULES for widget in widgets_of(module)]
every_widget = pytest.mark.parametrize(
    "widget", WIDGETS, ids=[f"{w.__module__.rsplit('.', 1)[-1]}-{w.__name__}" for w in WIDGETS]
)


@pytest.fixture
def somebody(monkeypatch):
    """Put somebody in front of the notebook."""
    monkeypatch.delenv("COURSE_STILL", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)


@cache
def panel_of(widget):
    """Make a widget once for all tests, which leave it as it was."""
    return widget()


def check_picture(box):
    """Assert that a panel shows a picture with content, text, caption and numbers."""
    picture = picture_of(box)
    check_drawn(picture)
    assert len(picture.alt) > 80
    assert picture.caption
    assert len(re.findall(r"\d", picture.alt)) >= 3


def check_ends(box, label, field):
    """Assert that a slider's steps reach both of its ends, and that these can be drawn."""
    steps = (field.max - field.min) / field.step
    assert steps == pytest.approx(round(steps), abs=1e-6), label
    for end in (field.min, field.max):
        field.value = end
        assert field.value == end, label
        check_picture(box)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rsplit(".", 1)[-1])
def test_every_topic_has_widgets(module):
    assert widgets_of(module)


@every_widget
def test_a_still_picture_stands_in_where_nobody_can_move_a_slider(widget, somebody, monkeypatch):
    moving = panel_of(widget)
    monkeypatch.setenv("COURSE_STILL", "1")
    still = widget()
    assert isinstance(still, Picture)
    check_drawn(still)
    assert still.html() == (moving.html() if isinstance(moving, Picture) else html_of(moving))


@every_widget
def test_every_control_has_a_label_changes_the_picture_reaches_its_ends_and_comes_back(
    widget, somebody, monkeypatch
):
    box = panel_of(widget)
    if isinstance(box, Picture):
        return  # a drawing without controls
    start, controls = html_of(box), controls_of(box)
    check_picture(box)
    assert controls
    for label, control in controls.items():
        before = control.value
        move(control)
        assert html_of(box) != start, label
        check_picture(box)
        if isinstance(control, NUMBERS):
            check_ends(box, label, control)
        last = control is list(controls.values())[-1]
        with monkeypatch.context() as patched:
            if not last:  # the start is drawn once, after all that was drawn in between
                patched.setattr(panel, "_drawn", lambda draw, values: ("", ""))
            control.value = before
    assert html_of(box) == start
