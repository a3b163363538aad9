"""Finding what a course is made of: a new file in a package is a new topic, by itself."""

import importlib
import pkgutil
from difflib import get_close_matches
from functools import cache
from types import ModuleType
from typing import Protocol, Self, TypeVar

from course_lib.errors import CourseError


class Named(Protocol):
    """Something that learns its name and topic from where it stands."""

    def named(self, name: str, topic: str) -> Self:
        """Return the same thing under its name and topic."""
        ...


T = TypeVar("T", bound=Named)


@cache
def topics_in(package: ModuleType) -> tuple[str, ...]:
    """List the modules of a package, sorted by name."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(package.__path__)))


@cache
def members(package: ModuleType, topic: str, kind: type[T]) -> dict[str, T]:
    """Return what a topic's file defines of one kind, by variable name, in the order of the file.

    Raises
    ------
    CourseError
        If there is no such topic.
    """
    if topic not in topics_in(package):
        known = ", ".join(topics_in(package))
        raise CourseError(f"There is no topic {topic!r}; there are {known}.")
    module = importlib.import_module(f"{package.__name__}.{topic}")
    found = {name: value for name, value in vars(module).items() if isinstance(value, kind)}
    return {name: value.named(name, topic) for name, value in found.items()}


@cache
def all_members(package: ModuleType, kind: type[T]) -> dict[str, T]:
    """Return everything of one kind, by name.

    Raises
    ------
    CourseError
        If two topics use one name.
    """
    home: dict[str, str] = {}
    found: dict[str, T] = {}
    for topic in topics_in(package):
        for name, value in members(package, topic, kind).items():
            if name in found:
                raise CourseError(
                    f"{name!r} stands in {home[name]!r} and in {topic!r}; a name may be used once."
                )
            home[name], found[name] = topic, value
    return found


def pick(found: dict[str, T], name: str, what: str) -> T:
    """Return one by name.

    Raises
    ------
    CourseError
        If there is none; the message offers similar names.
    """
    if name in found:
        return found[name]
    near = get_close_matches(str(name), found, n=3)
    offer = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    raise CourseError(f"There is no {what} {name!r}.{offer}")
