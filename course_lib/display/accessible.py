"""What ipywidgets leaves out for the keyboard and for screen readers, put in on the page."""

from html import escape

import ipywidgets as widgets

_CLASS = "course-widget"

# Labels may wrap instead of being cut off, and text has the lines of text, not of buttons.
_STYLE = """
.course-widget .widget-label { height: auto; line-height: 1.3; white-space: normal; }
.course-widget .widget-html-content { line-height: 1.5; }
.course-widget .widget-html-content p { margin: 0 0 0.5em; }
.course-widget .widget-radio { margin: 2px; }
.course-widget .widget-radio-box { margin: 0; width: auto; }
.course-widget .widget-radio-box label { height: auto; line-height: 1.5; white-space: normal; }
.course-widget .widget-checkbox label { align-items: center; height: auto; white-space: normal; }
"""

# From Python no attribute of a widget's elements can be set, so the page does it:
# JupyterLab's one-letter shortcuts are off inside (B would insert a cell, X cut one); radio buttons
# become one group, so that the arrow keys move in it; a slider gets the name of its row; and a
# message is read out, because the element that says so stays while its text changes.
_SCRIPT = """
const box = this.closest('.course-widget');
const mend = () => {
  box.querySelectorAll('input, button, select, [role=slider]').forEach(control => {
    control.setAttribute('data-lm-suppress-shortcuts', 'true');
  });
  box.querySelectorAll('.widget-radio').forEach(group => {
    group.id ||= 'group-' + crypto.getRandomValues(new Uint32Array(2)).join('-');
    group.setAttribute('role', 'radiogroup');
    group.setAttribute('aria-label', group.querySelector('.widget-label').textContent);
    group.querySelectorAll('input').forEach(radio => { radio.name = group.id; });
  });
  box.querySelectorAll('.course-row [role=slider]').forEach(handle => {
    const label = handle.closest('.course-row').querySelector('.widget-label');
    handle.setAttribute('aria-label', label.textContent);
  });
  box.querySelectorAll('.widget-html-content > [role=status]').forEach(message => {
    message.parentElement.setAttribute('role', 'status');
    message.removeAttribute('role');
  });
};
mend();
new MutationObserver(mend).observe(box, { childList: true, subtree: true });
"""


def accessible(parts: list[widgets.Widget], **layout: str) -> widgets.VBox:
    """Put widgets below each other so that everybody can use them.

    Parameters
    ----------
    parts : list of ipywidgets.Widget
        From top to bottom. A message that is to be read out when it appears is an HTML widget
        whose whole content is one element with ``role="status"``.
    **layout : str
        Traits of the box's layout, for example ``max_width="50em"``.

    Returns
    -------
    ipywidgets.VBox
        The box. A front end that runs no scripts shows it too, without the additions.

    Examples
    --------
    >>> accessible([widgets.IntText(description="Slices")], max_width="50em").children[0].value
    0
    """
    sheet = widgets.HTML(f'<style onload="{escape(_SCRIPT)}">{_STYLE}</style>')
    sheet.layout.margin = "0"
    box = widgets.VBox([*parts, sheet], layout=layout)
    return box.add_class(_CLASS)


def row(parts: list[widgets.Widget]) -> widgets.HBox:
    """Put widgets beside each other; a slider among them takes the name of the label there.

    Parameters
    ----------
    parts : list of ipywidgets.Widget
        From left to right; they wrap on a narrow page.

    Returns
    -------
    ipywidgets.HBox
        The row.

    Examples
    --------
    >>> len(row([widgets.IntText(description="Slices"), widgets.IntSlider()]).children)
    2
    """
    return widgets.HBox(parts, layout={"flex_flow": "row wrap"}).add_class("course-row")
