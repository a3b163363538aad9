"""The tissues of the phantom and what each scanner sees in them.

HU, proton density, T1 and FLAIR brightness and activity are plausible textbook values, chosen for
teaching. R2* and attenuation follow the sources named at `TISSUES`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

AIR, SINUS, SOFT, FAT, CORTICAL, DIPLOE, FLUID, GREY, WHITE = range(9)


@dataclass(frozen=True)
class Tissue:
    """One class of the label volume.

    Parameters
    ----------
    label : int
        Its number in the label volume.
    name : str
        What it is.
    hu, hu_texture : float
        Mean CT value, and the standard deviation of its slow changes from place to place, in HU.
    r2star : float
        Decay rate 1 / T2* in 1/s; 0 where there is no signal.
    protons : float
        Proton density, 0 to 1.
    mu : float
        Linear attenuation coefficient at 511 keV in 1/cm.
    activity : float
        Activity of the tracer FDG in kBq/mL.
    t1, flair : float
        Brightness in T1-weighted and in FLAIR images, 0 to 1.
    """

    label: int
    name: str
    hu: float
    hu_texture: float
    r2star: float
    protons: float
    mu: float
    activity: float
    t1: float
    flair: float


#: Attenuation: collected in Wagenknecht et al., MAGMA 26(1), 2013, table 2,
#: doi:10.1007/s10334-012-0353-4, and Juttukonda et al., NeuroImage 112, 2015,
#: doi:10.1016/j.neuroimage.2015.03.009. R2* of white matter: about 20 1/s at 3 tesla.
#: R2* of bone is that of its slowly decaying part; the bound water decays faster than any echo.
TISSUES: tuple[Tissue, ...] = (
    #      label     name               HU    +-   R2*   PD    mu      kBq/mL  T1   FLAIR
    Tissue(AIR, "air outside", -1000, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0),
    Tissue(SINUS, "air in the head", -1000, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0),
    Tissue(SOFT, "soft tissue", 45, 12, 30, 0.90, 0.0975, 2.8, 0.45, 0.40),
    Tissue(FAT, "fat", -90, 12, 45, 1.0, 0.090, 0.8, 0.95, 0.75),
    Tissue(CORTICAL, "compact bone", 1250, 120, 900, 0.22, 0.145, 1.2, 0.05, 0.05),
    Tissue(DIPLOE, "spongy bone", 650, 110, 350, 0.45, 0.120, 2.4, 0.40, 0.35),
    Tissue(FLUID, "cerebrospinal fluid", 8, 4, 3, 1.0, 0.096, 1.0, 0.15, 0.10),
    Tissue(GREY, "grey matter", 38, 4, 17, 0.84, 0.099, 16.0, 0.55, 0.62),
    Tissue(WHITE, "white matter", 29, 4, 20.2, 0.72, 0.099, 5.0, 0.80, 0.52),
)


def table(quantity: str) -> NDArray[np.float32]:
    """Return one column of the table, in the order of the labels.

    Parameters
    ----------
    quantity : str
        Name of a field of `Tissue` that holds a number, for example "hu".

    Returns
    -------
    (9,) float32 array
        In the unit of the column.

    Raises
    ------
    ValueError
        If there is no such column.

    Examples
    --------
    >>> float(table("hu")[GREY])
    38.0
    """
    columns = [name for name in Tissue.__dataclass_fields__ if name not in ("label", "name")]
    if quantity not in columns:
        raise ValueError(f"There is no quantity {quantity!r}; there are {', '.join(columns)}.")
    return np.array([getattr(tissue, quantity) for tissue in TISSUES], np.float32)


def paint(labels: NDArray[np.uint8], quantity: str) -> NDArray[np.float32]:
    """Give every voxel the value of its tissue.

    Parameters
    ----------
    labels : uint8 array
        Any shape, labels of `TISSUES`.
    quantity : str
        As in `table`.

    Returns
    -------
    float32 array
        Of the shape of the labels, in the unit of the column.

    Raises
    ------
    ValueError
        If there is no such column, or a label is not in the table.

    Examples
    --------
    >>> paint(np.array([AIR, CORTICAL], np.uint8), "hu").tolist()
    [-1000.0, 1250.0]
    """
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu" or (labels.size and labels.max() >= len(TISSUES)):
        raise ValueError(
            f"Labels are whole numbers from 0 to {len(TISSUES) - 1}; given were {labels.dtype} "
            f"values up to {labels.max(initial=0)}."
        )
    return table(quantity)[labels]
