"""File names made of students' names, which may hold anything."""

import hashlib
import re
import unicodedata

_LONGEST = 60
_PLAIN = re.compile(r"[a-z0-9][a-z0-9_.-]*[a-z0-9]|[a-z0-9]")
# Names of devices, which Windows takes for no file, with any ending.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_DIGEST = re.compile(r"-[0-9a-f]{8}$")


def file_name(student: str) -> str:
    r"""Return a name for a student's file or folder that every system takes.

    Two students never share one, also where capitals do not count or letters are composed in
    another way: whatever is not plain lower case gets a digest of the whole name behind it.

    Parameters
    ----------
    student : str
        As in `Submission`.

    Examples
    --------
    >>> file_name("ann.b-1")
    'ann.b-1'
    >>> file_name("Zo\u00eb (12)"), file_name("../../etc")
    ('Zoe_12-d5d1844d', 'etc-74ccf3c5')
    """
    special = _DEVICES.fullmatch(student) or _DIGEST.search(student)
    if len(student) <= _LONGEST and _PLAIN.fullmatch(student) and not special:
        return student
    letters = unicodedata.normalize("NFKD", student).encode("ascii", "ignore").decode("ascii")
    start = re.sub(r"[^\w-]+", "_", letters).strip("_-")[:_LONGEST].strip("_-")
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{start or 'student'}-{digest}"
