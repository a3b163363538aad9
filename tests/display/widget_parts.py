"""What the tests of widgets share. A new topic's widgets are found and tried by test_every_widget.

Its own test file holds its truths only, and calls `check_drawn` for figures outside of widgets.
"""

import base64
import io
import re
from html import unescape

import ipywidgets
import numpy as np
from PIL import Image

from course_lib.display.picture import Picture

INPUTS = (
    ipywidgets.BoundedFloatText,
    ipywidgets.BoundedIntText,
    ipywidgets.Checkbox,
    ipywidgets.Dropdown,
)


def parts_of(box):
    """List a widget and all widgets inside it, from top to bottom."""
    inner = [part for child in getattr(box, "children", ()) for part in parts_of(child)]
    return [box, *inner]


def controls_of(box):
    """Return the inputs of a panel by their labels; a slider is one with the field beside it."""
    inputs = [part for part in parts_of(box) if isinstance(part, INPUTS)]
    found = {part.description.strip(): part for part in inputs}
    assert len(found) == len(inputs), "a label for each input"
    assert "" not in found
    return found


def move(control):
    """Move an input a little: a step on or back, to the next option, on or off."""
    if isinstance(control.value, bool):
        control.value = not control.value
    elif isinstance(control, ipywidgets.Dropdown):
        control.index = (control.index + 1) % len(control.options)
    else:
        control.value += control.step if control.value < control.max else -control.step


def html_of(box):
    """Return the HTML of the picture in a panel."""
    shown = [part.value for part in parts_of(box) if "<img" in str(getattr(part, "value", ""))]
    assert len(shown) == 1, "a panel shows one picture"
    return shown[0]


def picture_of(box):
    """Read the picture that a panel shows back from its HTML."""
    html = html_of(box)
    alt, png = re.search(r'<img alt="([^"]*)".* src="data:image/png;base64,([^"]*)"', html).groups()
    caption = re.search(r"<figcaption>(.*)</figcaption>", html)
    said = unescape(caption.group(1)) if caption else ""
    return Picture(base64.b64decode(png), unescape(alt), said)


def pixels_of(picture, mode="RGB"):
    """Decode a picture."""
    return np.asarray(Image.open(io.BytesIO(picture.png)).convert(mode))


def check_drawn(picture, width=1000):
    """Assert that a picture is sharp, not empty, and told in words."""
    pixels = pixels_of(picture, "L")
    assert pixels.shape[1] >= width
    assert 0.005 < (pixels < 128).mean() < 0.9
    assert pixels.std() > 20
    assert len(picture.alt) > 60
    assert picture.alt[-1] in ".?"
