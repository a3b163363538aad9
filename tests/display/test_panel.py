import ipywidgets as widgets
import pytest
from ipywidgets.widgets.widget import _instances
from matplotlib.figure import Figure

from course_lib.display.panel import Choice, Number, Switch, panel
from course_lib.display.picture import Picture, render
from course_lib.display.still import still

PNG = render(Figure(figsize=(0.1, 0.1)), "x").png
CONTROLS = {
    "level": Number("Level (HU)", 40, -100, 300, 10),
    "slope": Number("Slope", 0.5, 0.0, 2.0, 0.1),
    "colours": Choice("Colour map", {"grey": "gray", "colour": "viridis"}, "viridis"),
    "inverted": Switch("Inverted"),
}


@pytest.fixture(autouse=True)
def somebody_is_there(monkeypatch):
    """Take away what makes widgets still."""
    monkeypatch.delenv("COURSE_STILL", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)


def draw(**values):
    """Draw a picture whose text tells the values."""
    if values.get("slope") == 0:
        raise ValueError("A slope of 0 <loses> every value.")
    return Picture(PNG, repr(values))


def find(box, kind):
    """Return the widgets of a kind inside a box, in order."""
    if isinstance(box, kind):
        return [box]
    return [found for child in getattr(box, "children", ()) for found in find(child, kind)]


def shown(box):
    """Return all HTML of a panel."""
    return "".join(html.value for html in find(box, widgets.HTML))


def alt(**values):
    """Return the alternative text that `draw` gives to values, as it stands in HTML."""
    start = {"level": 40, "slope": 0.5, "colours": "viridis", "inverted": False}
    return repr(start | values).replace("'", "&#x27;")


@pytest.fixture
def box():
    return panel(draw, CONTROLS)


def test_a_panel_starts_with_the_picture_of_the_start_values(box):
    assert alt() in shown(box)


@pytest.mark.parametrize(
    ("kind", "index", "value", "change"),
    [
        (widgets.IntSlider, 0, 50, {"level": 50}),
        (widgets.BoundedIntText, 0, 60, {"level": 60}),
        (widgets.FloatSlider, 0, 1.5, {"slope": 1.5}),
        (widgets.BoundedFloatText, 0, 0.7, {"slope": 0.7}),
        (widgets.Dropdown, 0, "gray", {"colours": "gray"}),
        (widgets.Checkbox, 0, True, {"inverted": True}),
    ],
)
def test_every_control_redraws_the_picture(box, kind, index, value, change):
    find(box, kind)[index].value = value
    assert alt(**change) in shown(box)
    assert alt() not in shown(box)


def test_field_and_slider_hold_one_value_and_one_change_draws_once():
    drawn = []

    def count(level):
        drawn.append(level)
        return draw(level=level)

    box = panel(count, {"level": CONTROLS["level"]})
    find(box, widgets.IntSlider)[0].value = 70
    assert find(box, widgets.BoundedIntText)[0].value == 70
    assert drawn == [40, 70]


def test_a_button_goes_one_step_up_until_there_is_none():
    box = panel(draw, {"level": Number("Epochs", 0, 0, 10, 5, press="Train 5 more")})
    button, field = find(box, widgets.Button)[0], find(box, widgets.BoundedIntText)[0]
    assert button.description == "Train 5 more"
    values = []
    for _ in range(3):
        button.click()
        values.append(field.value)
    assert values == [5, 10, 10]


def test_a_typed_value_beyond_the_limits_becomes_the_limit(box):
    find(box, widgets.BoundedIntText)[0].value = 9999
    assert alt(level=300) in shown(box)


def test_every_control_has_its_label_as_its_description(box):
    fields = find(box, (widgets.BoundedIntText, widgets.BoundedFloatText, widgets.Dropdown))
    assert [field.description for field in fields] == ["Level (HU)", "Slope", "Colour map"]
    assert find(box, widgets.Checkbox)[0].description == "Inverted"


def test_values_that_cannot_be_drawn_give_a_message_and_no_stale_picture(box):
    slope = find(box, widgets.FloatSlider)[0]
    slope.value = 0
    assert "A slope of 0 &lt;loses&gt; every value." in shown(box)
    assert "<img" not in shown(box)
    slope.value = 1
    assert alt(slope=1.0) in shown(box)
    assert "No picture" not in shown(box)


def test_a_mistake_in_the_drawing_itself_is_not_swallowed():
    def broken(level):
        if level > 40:
            raise KeyError(level)
        return draw(level=level)

    box = panel(broken, {"level": CONTROLS["level"]})
    with pytest.raises(KeyError):
        find(box, widgets.IntSlider)[0].value = 50


@pytest.mark.parametrize("variable", ["COURSE_STILL", "NBGRADER_EXECUTION"])
def test_where_nobody_moves_a_slider_the_picture_stands_alone(monkeypatch, variable):
    monkeypatch.setenv(variable, "1")
    before = set(_instances)
    result = panel(draw, CONTROLS)
    assert still()
    assert isinstance(result, Picture)
    assert set(_instances) == before, "a widget without a front end can stall a grader"


@pytest.mark.parametrize("value", [0.1, 0.3, 0.7, 1.1, 1.9])
def test_a_start_on_a_step_is_taken_though_a_tenth_is_no_exact_number(value):
    assert Number("Slope", value, 0.0, 2.0, 0.1).value == value


def test_a_panel_without_controls_is_refused():
    with pytest.raises(ValueError, match="at least one control"):
        panel(draw, {})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Number("a", 5, 6, 9), "starts at 5, outside of 6 to 9"),
        (lambda: Number("a", 5, 9, 1), "outside of 9 to 1"),
        (lambda: Number("a", float("nan"), 0, 1), "starts at nan"),
        (lambda: Number("a", 5, 0, 9, 0), "has the step 0"),
        (lambda: Number("a", 5, 0, 9, 2), "no step of 2 reaches from 0"),
        (lambda: Number("a", 0.33, 0.0, 1.0, 0.1), "no step of 0.1 reaches"),
        (lambda: Number(" ", 5, 0, 9), "needs a label"),
        (lambda: Choice("a", ["x", "y"], "z"), "it can be 'x', 'y'"),
        (lambda: Choice("a", {"x": 1}, "x"), "it can be 1"),
        (lambda: Choice("a", [], "x"), "it can be nothing"),
        (lambda: Choice("", ["x"], "x"), "needs a label"),
        (lambda: Switch(""), "needs a label"),
    ],
)
def test_a_control_that_makes_no_sense_is_refused(make, message):
    with pytest.raises(ValueError) as caught:
        make()
    assert message in str(caught.value)
