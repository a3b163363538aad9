"""The patient of topic 06 and six atlases that were registered to him, made once."""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from course_lib.data import phantom
from course_lib.data.phantom import storage
from course_lib.data.phantom.planes import DIRECTIONS
from course_lib.imaging.local_similarity import similarity_maps

SPACING_MM = 3.0
ATLASES = 6
BONE = (4, 5)  # labels of compact and of spongy bone
SLICES = {
    "sagittal, through the nose": ("sagittal", 0.0),
    "axial, through the eyes": ("axial", -40.0),
    "axial, through the brain": ("axial", 15.0),
}


@dataclass(frozen=True, eq=False)
class Scene:
    """A target and its atlases, whole or one slice of them.

    Parameters
    ----------
    t1 : (Z, Y, X) or (Y, X) uint16 array
        MR image of the target, in arbitrary units.
    ct : int16 array
        Its true CT in HU, which a PET/MR scanner does not have.
    labels : uint8 array
        Its true tissues, labels of `phantom.TISSUES`.
    atlas_t1, atlas_ct, atlas_labels : (N, Z, Y, X) or (N, Y, X) array
        The same of each atlas, warped to the target.
    """

    t1: NDArray[np.uint16]
    ct: NDArray[np.int16]
    labels: NDArray[np.uint8]
    atlas_t1: NDArray[np.uint16]
    atlas_ct: NDArray[np.int16]
    atlas_labels: NDArray[np.uint8]

    @property
    def body(self) -> NDArray[np.bool_]:
        """Where the target is, the air inside him included."""
        return self.labels > 0

    @property
    def bone(self) -> NDArray[np.bool_]:
        """Where the target has bone."""
        return np.isin(self.labels, BONE)


@cache
def target() -> phantom.Head:
    """Return the patient with all his images; the spacing is 3 mm.

    Examples
    --------
    >>> target().grid.shape
    (81, 85, 65)
    """
    return phantom.subject(1, spacing_mm=SPACING_MM)


@cache
def scene() -> Scene:
    """Return the whole heads; the atlases are kept on the disk, since they take some seconds.

    Examples
    --------
    >>> scene().atlas_ct.shape
    (6, 81, 85, 65)
    """
    parameters = {"n": ATLASES, "spacing_mm": SPACING_MM, "anatomy": target().anatomy}
    atlases = storage.kept("atlases", parameters, _make_atlases)
    return Scene(target().t1, target().ct, target().labels, **atlases)


@cache
def one_slice(place: str = "sagittal, through the nose") -> Scene:
    """Return one slice of all images, the top of the head or the front on top.

    Parameters
    ----------
    place : str
        A key of `SLICES`.

    Examples
    --------
    >>> one_slice().t1.shape
    (81, 85)
    """
    direction, position_mm = SLICES[place]
    axis = DIRECTIONS.index(direction)
    index = target().grid.nearest(axis, position_mm)
    upward = slice(None, None, 1 if direction == "axial" else -1)

    def cut(volume: NDArray) -> NDArray:
        return np.ascontiguousarray(np.take(volume, index, axis - 3)[..., upward, :])

    return Scene(**{name: cut(volume) for name, volume in vars(scene()).items()})


@lru_cache(maxsize=64)
def similarities(place: str, size: int) -> NDArray[np.floating]:
    """Return the local correlation of each atlas with the target in one slice.

    Parameters
    ----------
    place : str
        A key of `SLICES`.
    size : int
        Voxels along each side of a patch in the slice, odd.

    Examples
    --------
    >>> similarities("axial, through the eyes", 5).shape
    (6, 85, 65)
    """
    shown = one_slice(place)
    return np.stack(similarity_maps(shown.t1, list(shown.atlas_t1), size))


def _make_atlases() -> dict[str, NDArray]:
    """Make the atlases of the target."""
    _, atlases = phantom.aligned_atlases(ATLASES, spacing_mm=SPACING_MM)
    return {
        f"atlas_{name}": np.stack([getattr(atlas, name) for atlas in atlases])
        for name in ("t1", "ct", "labels")
    }
