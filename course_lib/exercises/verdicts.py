"""What is wrong with an outcome, in a sentence: first how the call went, then its value."""

import inspect
from typing import Any

from course_lib.errors import CourseError
from course_lib.exercises.cases import Case
from course_lib.exercises.exercise import Exercise, call_directly
from course_lib.exercises.failures import Failure
from course_lib.exercises.judges import Problem
from course_lib.exercises.running import Outcome
from course_lib.exercises.sentences import describe_type, joined

_ADVICE = {
    "RecursionError": "A function calls itself without end.",
    "MemoryError": "It asked for more memory than there is.",
    "SystemExit": "A function should return, not end the program.",
    "NameError": "Is the name spelled as where it was given its value, and has that cell been run?",
    "IndexError": "The last index of an axis is its length minus 1.",
    "ModuleNotFoundError": "That package is not part of the course's environment.",
}


def verdict(
    exercise: Exercise, case: Case, arguments: tuple[Any, ...], expected: Outcome, outcome: Outcome
) -> Problem | None:
    """Return what is wrong with an outcome, or None.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    case, arguments, expected
        On what input, and what the reference did.
    outcome : Outcome
        What the answer did.

    Raises
    ------
    CourseError
        If the exercise's judge cannot judge what the reference returns.

    Examples
    --------
    >>> from course_lib.exercises.cases import given
    >>> from course_lib.exercises.judges import equal
    >>> add = Exercise(reference=lambda a, b: a + b, cases=[given("3, 4", 3, 4)], judge=equal())
    >>> verdict(add, add.cases[0], (3, 4), Outcome(7), Outcome(12)).sentence
    'Your result is 12; expected 7.'
    """
    return _not_done(exercise, arguments, outcome) or (
        _judge_raised(case.raises, outcome)
        if case.raises is not None
        else _judge_call(exercise, expected, outcome)
        or _judge_value(exercise, arguments, expected, outcome)
    )


def argument_names(exercise: Exercise, count: int) -> list[str]:
    """Return the names of a case's arguments: those of the reference, or of the script.

    Examples
    --------
    >>> from course_lib.exercises.cases import given
    >>> from course_lib.exercises.judges import equal
    >>> add = Exercise(reference=lambda a, b: a + b, cases=[given("3, 4", 3, 4)], judge=equal())
    >>> argument_names(add, 2)
    ['a', 'b']
    """
    direct = exercise.call is call_directly
    try:
        signature = inspect.signature(exercise.reference if direct else exercise.call)
    except (TypeError, ValueError):  # no function, or a compiled one without a signature
        return [f"argument {i + 1}" for i in range(count)]
    names = [
        name
        for name, parameter in signature.parameters.items()
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ][not direct :]
    return [*names, *(f"argument {i + 1}" for i in range(len(names), count))][:count]


def _not_done(exercise: Exercise, arguments: tuple[Any, ...], outcome: Outcome) -> Problem | None:
    """Return why there is nothing to judge, if so."""
    if outcome.state == "unwritten":
        what = "answer" if exercise.is_quiz else "code"
        return Problem("missing", f"There is no {what} here yet.")
    if outcome.state == "not run":
        return Problem("not run", "Not run, because a case before it took too long.")
    if outcome.timed_out:
        return Problem("slow", _too_slow(exercise))
    if outcome.failure is not None and outcome.failure.at_call:
        return _judge_failed_call(exercise, len(arguments), outcome.failure)
    return None


def _judge_failed_call(exercise: Exercise, count: int, failure: Failure) -> Problem:
    """Say why the answer could not be called."""
    if failure.at_call == "uncallable":
        return Problem(
            "uncallable",
            "This is not a function but a value. Has its name been used for something else? Run "
            "the cell that defines the function again, then this one.",
        )
    names = joined([f"`{name}`" for name in argument_names(exercise, count)])
    asked = f"with {names}" if exercise.call is call_directly else "as it was asked for"
    return Problem(
        "signature",
        f"Your code cannot be called {asked}: {failure.message}. Keep what starts with `def` as "
        "it was given.",
    )


def _judge_raised(wanted: type[Exception], outcome: Outcome) -> Problem | None:
    """Judge a case in which an error is right."""
    refused = f"This input must be refused with a {wanted.__name__}."
    if outcome.failure is None:
        return Problem("raises", f"{refused} Yours returned {describe_type(outcome.value)}.")
    if wanted.__name__ not in outcome.failure.ancestors:
        return Problem("raises", f"{refused} {_raised(outcome.failure)}")
    return None


def _judge_call(exercise: Exercise, expected: Outcome, outcome: Outcome) -> Problem | None:
    """Judge how the call went, before its value is looked at."""
    if outcome.failure is not None:
        return Problem("error", _raised(outcome.failure))
    if outcome.changed:
        return Problem("changed", _changed(exercise, outcome))
    if outcome.value is None and expected.value is not None:
        if outcome.printed:
            return Problem(
                "printed",
                "Your function prints its result but returns None. Whoever calls it needs the "
                "value itself: end with `return`.",
            )
        return Problem("none", "Your function returns None. Does it end with `return`?")
    return None


def _judge_value(
    exercise: Exercise, arguments: tuple[Any, ...], expected: Outcome, outcome: Outcome
) -> Problem | None:
    """Judge the value; one that cannot even be looked at is not right."""
    try:
        return exercise.judge(arguments, expected.value, outcome.value)
    except CourseError:
        raise
    except Exception as error:  # noqa: BLE001 - a student's value may fail in any way
        what = describe_type(outcome.value)
        return Problem("type", f"Your result, {what}, cannot be examined ({type(error).__name__}).")


def _raised(failure: Failure) -> str:
    """Say which error the answer raised, and where."""
    message = f": {failure.message}" if failure.message else ""
    end = "" if message.endswith((".", "!", "?")) else "."
    line = f": `{failure.line}`" if failure.line else ""
    number = failure.line_number
    place = f" It happened in line {number} of your code{line}." if number else ""
    advice = next((f" {_ADVICE[name]}" for name in failure.ancestors if name in _ADVICE), "")
    return f"Your code raised {failure.name}{message}{end}{place}{advice}"


def _changed(exercise: Exercise, outcome: Outcome) -> str:
    """Say which argument was modified."""
    names = argument_names(exercise, max(outcome.changed) + 1)
    changed = joined([f"`{names[place]}`" for place in outcome.changed])
    return (
        f"Your code changed {changed} in place; whoever called it still needs the original. Work "
        "on a copy, or make a new array."
    )


def _too_slow(exercise: Exercise) -> str:
    """Say that the time was up."""
    return (
        f"Your code took longer than {exercise.seconds:g} s. Is there a loop over pixels that "
        "one operation on the whole array could replace, or a loop that never ends?"
    )
