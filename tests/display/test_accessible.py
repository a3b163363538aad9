from html.parser import HTMLParser

import ipywidgets as widgets

from course_lib.display.accessible import accessible, row


def style_sheet(box):
    """Return the attributes of the style element in a box, as a browser reads them."""
    found = {}

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found[tag] = dict(attrs)

    Reader().feed(box.children[-1].value)
    return found["style"]


def test_the_parts_keep_their_order_and_come_before_the_style_sheet():
    parts = [widgets.HTML("one"), widgets.HTML("two")]
    assert list(accessible(parts).children[:-1]) == parts


def test_the_script_survives_being_an_attribute():
    script = style_sheet(accessible([]))["onload"]
    assert "data-lm-suppress-shortcuts" in script
    assert script.count("{") == script.count("}") > 0
    assert "&" not in script.replace("&&", "")


def test_the_script_finds_the_box_and_the_rows_by_their_classes():
    line = row([widgets.IntSlider()])
    box = accessible([line])
    script = style_sheet(box)["onload"]
    for widget in (box, line):
        assert all(f".{name}" in script for name in widget._dom_classes)


def test_nothing_is_loaded_from_elsewhere():
    assert "http" not in accessible([]).children[-1].value


def test_the_layout_is_the_one_asked_for():
    assert accessible([], max_width="50em").layout.max_width == "50em"
