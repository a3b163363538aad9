"""From CT numbers to the attenuation of the photons that PET counts.

CT measures at X-ray energies, PET needs the linear attenuation coefficient at 511 keV. Up to water,
both rise with density alike; in bone, X-rays are held back more than these photons, so a second,
flatter line follows. Slides 22 to 24.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_numbers, floating_copy, require_finite

_WATER_SLOPE = 9.6e-5  # 1/cm for each HU above air


class BoneLine(NamedTuple):
    """The line in bone: slope * (HU + 1000) + offset, in 1/cm."""

    slope: float
    offset: float


#: Carney et al., Medical Physics 33(4), 2006, doi:10.1118/1.2174132, by tube voltage in kV.
BONE_LINES = {
    80: BoneLine(3.64e-5, 6.26e-2),
    100: BoneLine(4.43e-5, 5.44e-2),
    110: BoneLine(4.92e-5, 4.88e-2),
    120: BoneLine(5.10e-5, 4.71e-2),
    130: BoneLine(5.51e-5, 4.24e-2),
    140: BoneLine(5.64e-5, 4.08e-2),
}


def attenuation_map(hu: ArrayLike, tube_kv: int = 120) -> NDArray[np.floating]:
    """Turn a CT image, measured or made from MR, into an attenuation map at 511 keV.

    Parameters
    ----------
    hu : array
        Any shape, in HU.
    tube_kv : {80, 100, 110, 120, 130, 140}
        Voltage of the X-ray tube, because the HU of bone depend on it.

    Returns
    -------
    floating array
        Linear attenuation coefficient in 1/cm: 0 for air, 0.096 for water; never negative. Of two
        lines the lower holds; they cross at 30 to 52 HU. float32 for float32 and for whole numbers
        of up to 16 bits, else float64.

    Raises
    ------
    ValueError
        If there is no line for the voltage, or the image is empty or holds NaN.

    References
    ----------
    .. [1] Carney, Townsend, Rappoport and Bendriem, Medical Physics 33(4), 2006.
       doi:10.1118/1.2174132
    .. [2] Lecture, slide 24.

    Examples
    --------
    >>> attenuation_map(np.array([-1024.0, -1000.0, 0.0, 1000.0]))
    array([0.    , 0.    , 0.096 , 0.1491])
    """
    if tube_kv not in BONE_LINES:
        allowed = ", ".join(map(str, BONE_LINES))
        raise ValueError(f"The tube voltage is {tube_kv} kV; {allowed} are known.")
    hu = as_numbers(hu)
    require_finite(hu)
    line = BONE_LINES[tube_kv]
    water = floating_copy(hu)
    water += 1000
    bone = water * line.slope
    bone += line.offset
    water *= _WATER_SLOPE
    lower = np.minimum(water, bone, out=water)
    return np.maximum(lower, 0, out=lower)
