"""Panels: a picture and the controls that redraw it, by mouse, keyboard or screen reader."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets

from course_lib.display.picture import Picture
from course_lib.display.still import still

_WIDE = {"description_width": "11em"}


@dataclass(frozen=True)
class Number:
    """A number to choose on a slider or to type beside it.

    Parameters
    ----------
    label : str
        What it is, with its unit.
    value, low, high, step : float
        Start, limits and step; whole numbers give whole numbers.
    """

    label: str
    value: float
    low: float
    high: float
    step: float = 1


@dataclass(frozen=True)
class Choice:
    """One of several; a mapping shows its keys and gives its values."""

    label: str
    options: Sequence[Any] | Mapping[str, Any]
    value: Any


@dataclass(frozen=True)
class Switch:
    """Yes or no."""

    label: str
    value: bool = False


Control = Number | Choice | Switch


def panel(
    draw: Callable[..., Picture], controls: Mapping[str, Control]
) -> widgets.Widget | Picture:
    """Show a picture that follows its controls.

    Parameters
    ----------
    draw : callable
        Called with one keyword argument per control; returns the picture to show.
    controls : mapping
        From the argument's name to its control.

    Returns
    -------
    ipywidgets.Widget or Picture
        The panel; the picture at the start values where nobody can move a slider.
    """
    start = draw(**{name: control.value for name, control in controls.items()})
    if still():
        return start
    picture = widgets.HTML(start.html())
    inputs, rows = {}, []
    for name, control in controls.items():
        inputs[name], row = _build(control)
        rows.append(row)

    def redraw(change: Any) -> None:
        picture.value = draw(**{name: box.value for name, box in inputs.items()}).html()

    for box in inputs.values():
        box.observe(redraw, names="value")
    return widgets.VBox([*rows, picture])


def _build(control: Control) -> tuple[widgets.Widget, widgets.Widget]:
    """Make the input that holds the value, and the row that shows it."""
    if isinstance(control, Switch):
        box = widgets.Checkbox(control.value, description=control.label, indent=False)
        return box, box
    if isinstance(control, Choice):
        box = widgets.Dropdown(
            options=control.options, value=control.value, description=control.label, style=_WIDE
        )
        return box, box
    return _build_number(control)


def _build_number(control: Number) -> tuple[widgets.Widget, widgets.Widget]:
    """Make a labelled number field with a slider of the same value beside it."""
    whole = all(
        isinstance(v, int) for v in (control.value, control.low, control.high, control.step)
    )
    text = widgets.BoundedIntText if whole else widgets.BoundedFloatText
    slide = widgets.IntSlider if whole else widgets.FloatSlider
    limits = {"min": control.low, "max": control.high, "step": control.step, "value": control.value}
    # The label belongs to the field: a slider of ipywidgets has no name for a screen reader.
    field = text(**limits, description=control.label, style=_WIDE, layout={"width": "19em"})
    slider = slide(**limits, readout=False, layout={"width": "22em"})
    widgets.link((field, "value"), (slider, "value"))
    return field, widgets.HBox([field, slider])
