"""What a notebook finds under the course's names while it is graded, and sealed functions.

Students' code could borrow the course's own solutions, or a library's. So nothing of the course is
there, neither in memory nor on the disk; its names can be imported and called, and give nothing.
"""

import contextlib
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, FunctionType, ModuleType
from typing import Any

PACKAGES = ("course_lib", "quizzes")
Borrow = Callable[[str, tuple[Any, ...], dict[str, Any]], Any]
_asking: list[Borrow] = []


class AbsentError(RuntimeError):
    """Something of the course's package was used, which is not there while grading."""


def absent(name: str) -> AbsentError:
    """Make the error that says so."""
    return AbsentError(f"{name} is not there while grading: write it yourself.")


class Absent:
    """Stands for anything of the course: it can be called and looked into, but holds no value."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> "Absent":
        if name.startswith("_"):
            raise AttributeError(name)
        return Absent(f"{self._name}.{name}")

    def __call__(self, *arguments: Any, **options: Any) -> "Absent":  # noqa: D102 - magic
        if _asking:
            return _asking[-1](self._name, arguments, options)
        return Absent(f"{self._name}()")

    def __getitem__(self, key: Any) -> "Absent":
        return Absent(f"{self._name}[]")

    def __enter__(self) -> "Absent":
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"<{self._name}, not there while grading>"

    def _refuse(self, *arguments: Any, **options: Any) -> Any:
        """Say that there is no value; a loop over one would never end."""
        raise absent(self._name)

    __bool__ = __iter__ = __array__ = __eq__ = _refuse


class _Module(ModuleType):
    """A module in which every public name is found."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return Absent(f"{self.__name__}.{name}")


class _Finder(MetaPathFinder, Loader):
    """Finds every module of the course's packages, and makes it of nothing."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Find a module of ours."""
        ours = fullname.partition(".")[0] in PACKAGES
        return ModuleSpec(fullname, self, is_package=True) if ours else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Make the module."""
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Fill in what notebooks call."""
        module.__dict__["__all__"] = []
        if module.__name__ == "course_lib.notebook":
            module.__dict__.update(_NOTEBOOK)


def _nothing(*arguments: Any, **options: Any) -> None:
    """Do nothing: checks, questions and progress are not for grading."""


def _use(name: str, answer: Any) -> Any:
    """Return the student's own answer."""
    return answer


_NOTEBOOK = {
    "ask": _nothing,
    "check": _nothing,
    "show_map": _nothing,
    "show_progress": _nothing,
    "use": _use,
    "CheckFailed": type("CheckFailed", (Exception,), {}),
}


def install(folders: Sequence[str] = ()) -> None:
    """Put stand-ins in the place of the course's packages, and forget where they are.

    Parameters
    ----------
    folders : sequence of str
        Folders that are taken out of the import path.
    """
    for name in [name for name in sys.modules if name.partition(".")[0] in PACKAGES]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Finder())
    sys.path[:] = [folder for folder in sys.path if folder not in folders]
    sys.path_importer_cache.clear()


@contextlib.contextmanager
def asking(borrow: Borrow) -> Iterator[None]:
    """Let calls of what is absent be borrowed or refused, while an answer is asked for a value.

    Parameters
    ----------
    borrow : callable
        Takes a name, arguments and options; returns a value or raises `AbsentError`.
    """
    _asking.append(borrow)
    try:
        yield
    finally:
        _asking.clear()


def seal(name: str) -> None:
    """Make a library's function, or class, refuse to work in this process, for every caller.

    Parameters
    ----------
    name : str
        For example ``"scipy.stats.zscore"``; one that is not installed needs no seal.
    """
    module, _, attribute = name.rpartition(".")
    try:
        target = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError):
        return
    if isinstance(target, type):
        functions = _functions(target)
    else:
        functions = [target] if isinstance(inspect.unwrap(target), FunctionType) else []
    for function in functions:
        _empty(function, name)
    if not functions:  # compiled code cannot be emptied
        _take_away(target, _refusal(name))


def _functions(target: type) -> list[Any]:
    """Return a class's own functions; what it inherits leads to them."""
    own = (getattr(value, "__func__", value) for value in vars(target).values())
    return [value for value in own if isinstance(value, FunctionType)]


def _refusal(name: str) -> FunctionType:
    """Make a function that only says that it is sealed."""
    scope: dict[str, Any] = {}
    sentence = f"{name} is sealed while grading: the exercise asks you to write it yourself."
    code = compile(f"def sealed(*_, **__): raise RuntimeError({sentence!r})", __file__, "exec")
    exec(code, scope)  # noqa: S102 - no closure, so that its code fits into any function
    made: FunctionType = scope["sealed"]
    return made


def _empty(function: Any, name: str) -> None:
    """Replace the code of a function, and of what it wraps; whoever holds it holds the new one."""
    while function is not None:
        if isinstance(function, FunctionType):
            code: CodeType = _refusal(name).__code__
            function.__code__ = code.replace(co_freevars=function.__code__.co_freevars)
        function = getattr(function, "__wrapped__", None)


def _take_away(target: Any, instead: Any) -> None:
    """Put something else in every module that holds this very object."""
    for module in list(sys.modules.values()):
        names = vars(module) if isinstance(module, ModuleType) else {}
        for name in [name for name, value in list(names.items()) if value is target]:
            names[name] = instead
