"""Arrays kept on disk from one run to the next: written whole, checked, never trusted blindly."""

import contextlib
import hashlib
import io
import json
import os
import warnings
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import scipy
from numpy.typing import NDArray

from course_lib import atomic

FOLDER_VARIABLE = "COURSE_CACHE"
_APP = "image-analysis-in-a-hospital"
_NOTE = "made_from"
_MOST_FILES = 40  # of about 10 MB each
_SUFFIX = ".arrays"
_DIGEST_BYTES = hashlib.sha256().digest_size

Arrays = dict[str, NDArray]


def folder() -> Path:
    """Return where the arrays are kept: `COURSE_CACHE`, or the user's folder for caches."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir(_APP))


def kept(name: str, parameters: Mapping[str, Any], make: Callable[[], Arrays]) -> Arrays:
    """Return arrays from the disk, or make them and keep them there.

    What was made by other code, other libraries or other parameters lies under another name and
    is not read. A damaged file is made anew. When nothing can be written, a warning says so, and
    the arrays are made each time.

    Parameters
    ----------
    name : str
        Begins the name of the file.
    parameters : mapping
        All that the arrays depend on, apart from the code; values that `repr` tells apart.
    make : function
        Makes the arrays.

    Returns
    -------
    dict of array
        By name.

    Examples
    --------
    >>> import tempfile, unittest.mock
    >>> with tempfile.TemporaryDirectory() as place:
    ...     with unittest.mock.patch.dict(os.environ, {FOLDER_VARIABLE: place}):
    ...         first = kept("ramp", {"length": 3}, lambda: {"ramp": np.arange(3)})
    ...         again = kept("ramp", {"length": 3}, lambda: {"ramp": np.zeros(3)})
    >>> again["ramp"]
    array([0, 1, 2])
    """
    note = json.dumps(
        {key: repr(value) for key, value in {**parameters, **_versions()}.items()}, sort_keys=True
    )
    path = folder() / f"{name}-{hashlib.sha256(note.encode()).hexdigest()[:20]}{_SUFFIX}"
    arrays = _read(path, note)
    if arrays is None:
        arrays = make()
        _write(path, note, arrays)
    return arrays


def _read(path: Path, note: str) -> Arrays | None:
    """Return the arrays of a file, or None when there is none, or it is damaged or another's."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, packed = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if hashlib.sha256(packed).digest() != digest:
        return None
    with np.load(io.BytesIO(packed), allow_pickle=False) as file:
        if str(file[_NOTE]) != note:
            return None
        return {name: file[name] for name in file.files if name != _NOTE}


def _write(path: Path, note: str, arrays: Arrays) -> None:
    """Write arrays whole, with a checksum in front, and let the oldest files go."""
    packed = io.BytesIO()
    # Level 1 takes a third of the time of numpy's own level, for nearly the same size.
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, array in {**arrays, _NOTE: np.array(note)}.items():
            with file.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)
    content = packed.getvalue()
    try:
        atomic.write(path, hashlib.sha256(content).digest() + content)
    except OSError as error:
        warnings.warn(
            f"The phantom cannot be kept in {path.parent} ({error.strerror}); it will be made "
            f"anew each time. {FOLDER_VARIABLE} names another folder.",
            stacklevel=2,
        )
        return
    # Another process may remove the same files; what is left over goes the next time.
    with contextlib.suppress(OSError):
        files = sorted(path.parent.glob(f"*{_SUFFIX}"), key=lambda file: file.stat().st_mtime)
        for oldest in files[:-_MOST_FILES]:
            oldest.unlink()


@cache
def _versions() -> dict[str, str]:
    """Return what the arrays depend on apart from the parameters: code and libraries."""
    code = hashlib.sha256()
    for module in sorted(Path(__file__).parent.glob("*.py")):
        code.update(module.read_bytes())
    try:
        template = version("nilearn")
    except PackageNotFoundError:
        template = "none"
    return {
        "code": code.hexdigest(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "nilearn": template,
    }
