"""A picture with a text for those who cannot see it."""

import base64
import io
from dataclasses import dataclass
from html import escape

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Picture:
    """A PNG with its alternative text and caption; shows itself in a notebook.

    Parameters
    ----------
    png : bytes
        The encoded picture.
    alt : str
        What is to be seen, in words; required.
    caption : str
        Text below the picture.
    width : int, optional
        Width on the page in CSS pixels; the picture shrinks on narrow pages.

    Raises
    ------
    ValueError
        If there is no alternative text, or the bytes are no PNG.

    Examples
    --------
    >>> drawn = render(Figure(figsize=(2, 1)), alt="Nothing yet.")
    >>> drawn
    Picture: Nothing yet.
    >>> drawn.html()[:50]
    '<figure style="margin:0"><img alt="Nothing yet." s'
    """

    png: bytes
    alt: str
    caption: str = ""
    width: int | None = None

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise ValueError("A picture needs an alternative text (alt); none was given.")
        if not self.png.startswith(_PNG):
            raise ValueError(f"A picture holds the bytes of a PNG; these start {self.png[:8]!r}.")

    def html(self) -> str:
        """Return the picture as HTML with its text inside; nothing is loaded from elsewhere."""
        data = base64.b64encode(self.png).decode("ascii")
        width = "" if self.width is None else f"width:{self.width}px;"
        caption = f"<figcaption>{escape(self.caption)}</figcaption>" if self.caption else ""
        return (
            '<figure style="margin:0">'
            f'<img alt="{escape(self.alt)}" style="{width}max-width:100%" '
            f'src="data:image/png;base64,{data}">{caption}</figure>'
        )

    def _repr_html_(self) -> str:
        """Show the picture in a notebook."""
        return self.html()

    def __repr__(self) -> str:
        """Show the text where pictures cannot be shown."""
        return f"Picture: {self.alt}"


def render(figure: Figure, alt: str, caption: str = "", dpi: int = 100) -> Picture:
    """Draw a matplotlib figure into a picture.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Made without pyplot, so that nothing is left open.
    alt : str
        What is to be seen, in words.
    caption : str
        Text below the picture.
    dpi : int
        Pixels per inch on the page; the file holds as many as the figure says, for sharp screens
        more than that.

    Returns
    -------
    Picture
        As wide on the page as the figure, at most as wide as the page.

    Raises
    ------
    ValueError
        If there is no alternative text.

    Examples
    --------
    >>> render(Figure(figsize=(2, 1)), alt="Nothing yet.").width
    200
    """
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer, pil_kwargs={"compress_level": 1})
    width = round(figure.get_figwidth() * dpi)
    return Picture(buffer.getvalue(), alt, caption, width)
