"""Slide 90 in our own words: maps and PET, real, with an artefact, and corrected."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure
from course_lib.display.storage_plots import GRAYS, SIGNED, Bar, draw_images
from course_lib.imaging.agreement import percent_difference

MAGMA = mpl.colormaps["magma"](np.arange(256), bytes=True)[:, :3]
_MU, _PET, _PERCENT = (0.0, 0.2), (0.0, 8.0), (-30.0, 30.0)
_FLOORS = 0.02, 0.5  # 1/cm and kBq/mL
_NAMES = "real", "with the artefact", "corrected"
_EMPTY = 235  # grey where there is nothing to compare


def draw_corrected(
    maps: Sequence[NDArray],
    pets: Sequence[NDArray],
    inside: NDArray[np.bool_],
    near: NDArray[np.bool_],
) -> Picture:
    """Draw a slice of three attenuation maps and of the PET that each of them gives.

    Parameters
    ----------
    maps : sequence of (Y, X) array
        The real map, the one with an artefact, and the corrected one, in 1/cm.
    pets : sequence of (Y, X) array
        PET corrected with each of them, in kBq/mL.
    inside : (Y, X) bool array
        Where there is tissue to compare; outside of it the difference stays grey.
    near : (Y, X) bool array
        The hole and what lies around it.

    Returns
    -------
    Picture
        Above the maps, below PET; to the right the differences from the real one in percent.

    Raises
    ------
    ValueError
        If there are not three maps and three PET images, or nothing can be compared.

    Examples
    --------
    >>> mus = [np.full((8, 8), mu) for mu in (0.1, 0.05, 0.1)]
    >>> pets = [np.full((8, 8), pet) for pet in (4.0, 3.0, 3.9)]
    >>> everywhere = np.ones((8, 8), bool)
    >>> draw_corrected(mus, pets, everywhere, everywhere).caption[:57]
    'Mean error of PET near the hole in this slice: 25.0 % wit'
    """
    if len(maps) != 3 or len(pets) != 3:
        raise ValueError(
            f"There are {len(maps)} maps and {len(pets)} PET images; three of each are needed."
        )
    figure = fixed_figure(9.6, 4.3)
    errors: list[tuple[float, float]] = []
    rows = (maps, _MU, "1/cm", GRAYS), (pets, _PET, "kBq/mL", MAGMA)
    for row, (images, limits, unit, colours) in enumerate(rows):
        shown = {
            f"{('map', 'PET')[row]}, {name}": _coloured(image, limits, colours)
            for name, image in zip(_NAMES, images, strict=True)
        }
        for name, image in zip(_NAMES[1:], images[1:], strict=True):
            percent = percent_difference(images[0], image, _FLOORS[row])
            percent[~inside] = np.nan
            sizes = np.abs(percent)
            errors.append((float(np.nanmean(sizes[near])), float(np.nanmean(sizes))))
            painted = _coloured(np.nan_to_num(percent), _PERCENT, SIGNED)
            painted[np.isnan(percent)] = _EMPTY
            shown[name if name == _NAMES[2] else "artefact"] = painted
        bars = [Bar(colours, limits, unit), Bar(SIGNED, _PERCENT, "% of the real one")]
        draw_images(figure, (0.0, 0.51 - 0.5 * row, 1.0, 0.43), shown, bars)
    _, _, wrong, mended = errors
    caption = (
        f"Mean error of PET near the hole in this slice: {wrong[0]:.1f} % with the artefact, "
        f"{mended[0]:.1f} % corrected; in the whole slice {wrong[1]:.2f} and {mended[1]:.2f} %."
    )
    alt = (
        "Two rows of a sagittal slice: attenuation maps above, the PET corrected with them below; "
        "real, with the artefact, and corrected; then the differences of the latter two from the "
        "real one in percent. With the artefact a hole gapes at the lips and PET is too low around "
        f"it; corrected, the hole is filled. {caption}"
    )
    return render(figure, alt, caption)


def _coloured(
    image: NDArray, limits: tuple[float, float], colours: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Paint values by a table of 256 colours."""
    share = np.clip((image - limits[0]) / (limits[1] - limits[0]), 0, 1)
    return colours[np.rint(255 * share).astype(np.uint8)]
