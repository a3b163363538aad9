import base64
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure
from PIL import Image

from course_lib.display.picture import Picture, render


@pytest.fixture
def picture():
    return render(Figure(figsize=(3, 2), dpi=150), 'Two <lines> & a "dot"', "Figure <1>")


def attributes(html):
    """Return the attributes of the picture as a browser reads them."""
    found = {}

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag == "img":
                found.update(attrs)

    Reader().feed(html)
    return found


def test_a_browser_reads_the_alternative_text_as_it_was_written(picture):
    assert attributes(picture.html())["alt"] == 'Two <lines> & a "dot"'


def test_the_caption_cannot_smuggle_in_html(picture):
    assert "<figcaption>Figure &lt;1&gt;</figcaption>" in picture.html()


def test_without_a_caption_there_is_none():
    assert "figcaption" not in Picture(render(Figure(), "x").png, "x").html()


def test_the_picture_stands_in_the_page_itself_and_nothing_is_loaded(picture):
    source = attributes(picture.html())["src"]
    data = base64.b64decode(source.removeprefix("data:image/png;base64,"))
    assert data == picture.png
    assert not re.search(r"https?:", picture.html())


def test_the_picture_has_the_figures_size_on_the_page_and_more_pixels_in_the_file(picture):
    assert picture.width == 300
    assert Image.open(io.BytesIO(picture.png)).size == (450, 300)
    assert "width:300px;max-width:100%" in attributes(picture.html())["style"]


def test_the_file_holds_what_was_drawn():
    figure = Figure(figsize=(1, 1), dpi=10, facecolor="#0072B2")
    pixels = np.asarray(Image.open(io.BytesIO(render(figure, "blue").png)).convert("RGB"))
    assert (pixels == [0x00, 0x72, 0xB2]).all()


def test_a_terminal_shows_the_text(picture):
    assert repr(picture) == 'Picture: Two <lines> & a "dot"'
    assert picture._repr_html_() == picture.html()


@pytest.mark.parametrize("alt", ["", "   "])
def test_a_picture_without_a_text_is_refused(alt):
    with pytest.raises(ValueError, match="needs an alternative text"):
        render(Figure(), alt)


def test_bytes_that_are_no_png_are_refused():
    with pytest.raises(ValueError, match=r"these start b'\\xff\\xd8'"):
        Picture(b"\xff\xd8", "a JPEG")


def test_rendering_leaves_no_figure_open(picture):
    assert pyplot.get_fignums() == []
