"""Two rows of values as lines, drawn in SVG: sharp, small, in the colours of the theme."""

from html import escape

import numpy as np
from numpy.typing import NDArray

from course_lib.exercises.feedback.parts import Curve
from course_lib.exercises.feedback.pictures import ABOVE, BELOW, value_range
from course_lib.exercises.sentences import number_text

_WIDTH, _HEIGHT = 440, 120
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 8, 8, 20
_MOST_POINTS = 400


def draw_curves(curve: Curve) -> str:
    """Draw yours (orange-red, solid) over expected (blue, dashed), with both axes labelled.

    Parameters
    ----------
    curve : Curve
        Two rows of values of one length.

    Returns
    -------
    str
        A figure in HTML.

    Examples
    --------
    >>> line = np.linspace(0, 1, 50)
    >>> draw_curves(Curve("Yours and expected", line**2, line, "Two lines.")).count("<path")
    2
    """
    low, high = value_range(np.concatenate([curve.given, curve.expected])) or (0.0, 0.0)
    last = curve.expected.size - 1
    names = escape(curve.label)
    lines = (
        _line(curve.expected, low, high, BELOW, ' stroke-dasharray="5 3"'),
        _line(curve.given, low, high, ABOVE, ""),
    )
    texts = (
        _text(_LEFT - 4, _TOP + 8, "end", number_text(high, 4)),
        _text(_LEFT - 4, _HEIGHT - _BOTTOM, "end", number_text(low, 4)),
        _text(_LEFT, _HEIGHT - 6, "start", "index 0"),
        _text(_WIDTH - _RIGHT, _HEIGHT - 6, "end", str(last)),
    )
    frame = (
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_WIDTH - _LEFT - _RIGHT}" '
        f'height="{_HEIGHT - _TOP - _BOTTOM}" fill="none" stroke="currentColor" opacity="0.4"/>'
    )
    return (
        f'<figure style="margin:6px 0"><div><strong>{names}</strong></div>'
        f'<svg role="img" aria-label="{escape(curve.alt)}" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" style="max-width:100%;color:inherit">'
        f"{frame}{''.join(lines)}{''.join(texts)}</svg>"
        f'<figcaption style="font-size:0.86em">{_key(ABOVE, "solid")} yours, '
        f"{_key(BELOW, 'dashed')} expected</figcaption></figure>"
    )


def _line(values: NDArray[np.float64], low: float, high: float, colour: str, dashes: str) -> str:
    """Draw one row of values; what is not finite leaves a gap."""
    places, values = _thinned(values)
    span = high - low or 1.0
    x = _LEFT + places / max(places[-1], 1) * (_WIDTH - _LEFT - _RIGHT)
    y = _HEIGHT - _BOTTOM - (values - low) / span * (_HEIGHT - _TOP - _BOTTOM)
    path, pen = [], "M"
    for across, down in zip(x, y, strict=True):
        if np.isfinite(down):
            path.append(f"{pen}{across:.1f} {down:.1f}")
        pen = "L" if np.isfinite(down) else "M"
    style = f'fill="none" stroke="{colour}" stroke-width="1.6"{dashes}'
    return f'<path d="{"".join(path)}" {style}/>'


def _thinned(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return places and values; of a long row, the least and greatest value of each stretch."""
    size = values.size
    if size <= _MOST_POINTS:
        return np.arange(size, dtype=np.float64), values
    starts = np.linspace(0, size, _MOST_POINTS // 2, endpoint=False).astype(int)
    ends = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    places = np.repeat(starts, 2).astype(np.float64)
    return places / starts[-1] * (size - 1), np.stack(ends, axis=1).ravel()


def _text(x: float, y: float, anchor: str, text: str) -> str:
    """Write a label of an axis."""
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="11" fill="currentColor">'
        f"{escape(text)}</text>"
    )


def _key(colour: str, stroke: str) -> str:
    """Draw the sign of a line for the text below."""
    return (
        f'<span aria-hidden="true" style="display:inline-block;width:22px;vertical-align:middle;'
        f'border-top:2px {stroke} {colour}"></span>'
    )
