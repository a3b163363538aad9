"""Panels: a picture and the controls that redraw it, by mouse, keyboard or screen reader."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import ipywidgets as widgets

from course_lib.display.accessible import accessible, row
from course_lib.display.picture import Picture
from course_lib.display.still import still

_LABEL = {"description_width": "14em"}


@dataclass(frozen=True)
class Number:
    """A number to choose on a slider or to type beside it.

    Parameters
    ----------
    label : str
        What it is, with its unit.
    value, low, high, step : float
        Start, limits and step; whole numbers give whole numbers. A typed value is moved to the
        next step.
    press : str
        Text of a button that goes one step up; empty for no button.

    Raises
    ------
    ValueError
        If there is no label, the step is not positive, or the start is not one of the steps
        within the limits.

    Examples
    --------
    >>> Number("Slope in HU", 1.5, 0.5, 4.0, 0.5).value
    1.5
    """

    label: str
    value: float
    low: float
    high: float
    step: float = 1
    press: str = ""

    def __post_init__(self) -> None:
        _need_label(self.label)
        if not self.step > 0:
            raise ValueError(f"{self.label!r} has the step {self.step}; it must be positive.")
        if not self.low <= self.value <= self.high:
            raise ValueError(
                f"{self.label!r} starts at {self.value}, outside of {self.low} to {self.high}."
            )
        steps = (self.value - self.low) / self.step
        if abs(steps - round(steps)) > 1e-6:  # the slider would move it, and the picture with it
            raise ValueError(
                f"{self.label!r} starts at {self.value}, which no step of {self.step} reaches "
                f"from {self.low}."
            )


@dataclass(frozen=True)
class Choice:
    """One of several; a mapping shows its keys and gives its values.

    Parameters
    ----------
    label : str
        What is chosen.
    options : sequence or mapping
        What there is to choose from.
    value : Any
        The start, one of the values.

    Raises
    ------
    ValueError
        If there is no label, or the start is not among the values.

    Examples
    --------
    >>> Choice("Window", {"soft tissue": (-150, 250), "lung": (-1000, 0)}, (-1000, 0)).value
    (-1000, 0)
    """

    label: str
    options: Sequence[Any] | Mapping[str, Any]
    value: Any

    def __post_init__(self) -> None:
        _need_label(self.label)
        values = self.options.values() if isinstance(self.options, Mapping) else self.options
        if self.value not in list(values):
            raise ValueError(
                f"{self.label!r} starts at {self.value!r}; it can be "
                f"{', '.join(map(repr, values)) or 'nothing'}."
            )


@dataclass(frozen=True)
class Switch:
    """Yes or no.

    Parameters
    ----------
    label : str
        What is switched on.
    value : bool
        The start.

    Raises
    ------
    ValueError
        If there is no label.

    Examples
    --------
    >>> Switch("Mark the points").value
    False
    """

    label: str
    value: bool = False

    def __post_init__(self) -> None:
        _need_label(self.label)


Control = Number | Choice | Switch


def panel(
    draw: Callable[..., Picture], controls: Mapping[str, Control]
) -> widgets.Widget | Picture:
    """Show a picture that follows its controls.

    Parameters
    ----------
    draw : callable
        Called with one keyword argument per control; returns the picture to show. Where it
        raises a ValueError, the panel shows the message in the place of the picture.
    controls : mapping
        From the argument's name to its control.

    Returns
    -------
    ipywidgets.Widget or Picture
        The panel; the picture at the start values where nobody can move a slider.

    Raises
    ------
    ValueError
        If there are no controls, or nothing can be drawn at the start values.

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.display.figures import Panel, image_row
    >>> def squares(size):
    ...     return image_row([Panel(np.eye(size), "Ones")], alt=f"A diagonal of {size} squares.")
    >>> box = panel(squares, {"size": Number("Size in pixels", 8, 2, 64)})
    >>> box.children[0].children[0].description
    'Size in pixels'
    """
    if not controls:
        raise ValueError("A panel needs at least one control; got none. Show the picture itself.")
    start = draw(**{name: control.value for name, control in controls.items()})
    if still():
        return start
    picture, message = widgets.HTML(start.html()), widgets.HTML(_status(""))
    inputs, rows = {}, []
    for name, control in controls.items():
        inputs[name], line = _build(control)
        rows.append(line)

    def redraw(change: object) -> None:
        values = {name: box.value for name, box in inputs.items()}
        picture.value, message.value = _drawn(draw, values)

    for box in inputs.values():
        box.observe(redraw, names="value")
    return accessible([*rows, message, picture])


def _drawn(draw: Callable[..., Picture], values: Mapping[str, Any]) -> tuple[str, str]:
    """Return picture and message as HTML; a picture that no longer fits is taken away."""
    try:
        return draw(**values).html(), _status("")
    except ValueError as error:
        return "", _status(f"<strong>No picture for these values.</strong> {escape(str(error))}")


def _status(content: str) -> str:
    """Write a message that a screen reader reads out when it appears."""
    return f'<div role="status">{content}</div>'


def _need_label(label: str) -> None:
    """Refuse a control that nobody could name."""
    if not label.strip():
        raise ValueError("A control needs a label; none was given.")


def _build(control: Control) -> tuple[widgets.Widget, widgets.Widget]:
    """Make the input that holds the value, and the row that shows it."""
    if isinstance(control, Switch):
        box = widgets.Checkbox(control.value, description=control.label, indent=False)
        box.layout.width = "auto"
        return box, box
    if isinstance(control, Choice):
        box = widgets.Dropdown(
            options=control.options, value=control.value, description=control.label, style=_LABEL
        )
        box.layout.width = "auto"
        return box, row([box])
    return _build_number(control)


def _build_number(control: Number) -> tuple[widgets.Widget, widgets.Widget]:
    """Make a labelled number field with a slider of the same value beside it."""
    whole = all(
        isinstance(v, int) for v in (control.value, control.low, control.high, control.step)
    )
    text = widgets.BoundedIntText if whole else widgets.BoundedFloatText
    slide = widgets.IntSlider if whole else widgets.FloatSlider
    limits = {"min": control.low, "max": control.high, "step": control.step, "value": control.value}
    field = text(
        **limits,
        description=control.label,
        style=_LABEL,
        layout={"width": "22em", "max_width": "100%"},
    )
    slider = slide(**limits, readout=False, layout={"width": "22em", "max_width": "100%"})
    widgets.link((field, "value"), (slider, "value"))
    pressed = [_step_button(control.press, field)] if control.press else []
    return field, row([field, slider, *pressed])


def _step_button(text: str, field: widgets.Widget) -> widgets.Button:
    """Make a button that goes one step up, as far as there are steps."""
    button = widgets.Button(description=text, layout={"width": "auto"})

    def press(pressed: widgets.Button) -> None:
        field.value = min(field.value + field.step, field.max)

    button.on_click(press)
    return button
