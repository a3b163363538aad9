"""All numbers of the phantom that may be chosen, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Sizes, noise and motion of the phantom.

    The defaults were chosen so that the methods of the course work, but not without errors:
    bone is at the noise floor of the second echo, one atlas is worse than several.

    Parameters
    ----------
    brain_scale : float
        Size of the template's brain; 0.92 brings the large average brain to a usual volume.
    closing_mm : float
        Radius with which furrows of the brain are closed to get the inside of the skull.
    fluid_mm, skull_mm, scalp_mm : tuple of float
        Mean and standard deviation of the layers' thickness.
    ct_blur_voxels, mr_blur_voxels : float
        Standard deviation of the blur that makes partial volumes.
    ct_noise_hu : float
        Standard deviation of the noise of the CT.
    echo_ms : tuple of float
        The two echo times.
    echo_scale : float
        Signal of a voxel full of protons at echo time 0, in arbitrary units.
    mr_snr : float
        That signal (for T1: the brightest tissue) over the noise in one channel.
    mr_bias : float
        Strength of the coil's smooth brightness; one standard deviation.
    mr_gain : tuple of float
        Range of the factor that makes MR images of two patients differ.
    susceptibility_per_s : float
        R2* that is added where a voxel is all surrounded by air.
    pet_blur_mm, pet_filter_mm : float
        Full width at half maximum of the scanner's blur, and of the filter after reconstruction.
    pet_counts_per_kbq : float
        Coincidences in a 2 mm voxel of 1 kBq/mL without attenuation; few make much noise.
    pet_angles : int
        Directions in which attenuation is measured.
    rotation_deg, translation_mm : float
        Largest rotation about each axis and translation along each axis of a further subject.
    scale_deviation : float
        Standard deviation of a further subject's size along each axis.
    shape_mm, shape_knots_mm : float
        Standard deviation of a further subject's smooth displacement, and the distance of its
        knots: the larger, the smoother.
    """

    brain_scale: float = 0.92
    closing_mm: float = 18.0
    fluid_mm: tuple[float, float] = (1.8, 0.6)
    skull_mm: tuple[float, float] = (6.5, 1.2)
    scalp_mm: tuple[float, float] = (6.0, 1.2)
    ct_blur_voxels: float = 0.45
    ct_noise_hu: float = 8.0
    mr_blur_voxels: float = 0.45
    echo_ms: tuple[float, float] = (0.07, 2.46)
    echo_scale: float = 4000.0
    mr_snr: float = 16.0
    mr_bias: float = 0.15
    mr_gain: tuple[float, float] = (0.8, 1.25)
    susceptibility_per_s: float = 60.0
    pet_blur_mm: float = 6.0
    pet_filter_mm: float = 3.0
    pet_counts_per_kbq: float = 12.0
    pet_angles: int = 24
    rotation_deg: float = 4.0
    translation_mm: float = 3.0
    scale_deviation: float = 0.03
    shape_mm: float = 2.5
    shape_knots_mm: float = 50.0


DEFAULT = Settings()
