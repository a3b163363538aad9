"""Asking a submission what an exercise asks, and judging the answers here."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from course_lib.exercises.cases import Arguments
from course_lib.exercises.evaluation import Report, report, trials
from course_lib.exercises.exercise import Exercise, call_directly
from course_lib.exercises.failures import Failure
from course_lib.exercises.running import Outcome, run
from course_lib.grading.lending import by_name
from course_lib.grading.remote import Asking, inert
from course_lib.grading.session import GivenUpError, LostError, Session

_TRANSPORT_SECONDS = 4.0


@dataclass(frozen=True, eq=False)
class Examined:
    """What came of one exercise.

    Parameters
    ----------
    public, hidden : Report
        On the cases that a notebook shows, and on those drawn from the hidden seed.
    note : str
        Why there was nothing to judge, where the reports do not say it.
    """

    public: Report
    hidden: Report
    note: str = ""

    @property
    def points(self) -> int:
        """Points earned: all or none."""
        return self.public.points if self.hidden.passed else 0


def examine(exercise: Exercise, session: Session, seed: int) -> Examined:
    """Ask a submission's answer for its results, and judge them.

    Parameters
    ----------
    exercise : Exercise
        What is asked.
    session : Session
        The submission's process; it is asked inputs, and never sees anything else.
    seed : int
        The hidden seed.

    Returns
    -------
    Examined
        Both reports.
    """
    shown, drawn = trials(exercise), trials(exercise, seed)
    fresh = [place for place, trial in enumerate(drawn) if trial.case.kind == "drawn"]
    asked = [*shown, *(drawn[place] for place in fresh)]
    outcomes, note = ask(exercise, session, [trial.arguments for trial in asked])
    public = outcomes[: len(shown)]
    # A case that is not drawn has the same input under every seed.
    answers = {place: outcome for place, outcome in enumerate(public) if place not in fresh}
    answers |= zip(fresh, outcomes[len(shown) :], strict=False)
    known = takewhile(answers.__contains__, range(len(drawn)))
    answered = [answers[place] for place in known]
    return Examined(report(exercise, shown, public), report(exercise, drawn, answered), note)


def ask(
    exercise: Exercise, session: Session, inputs: Iterable[Arguments]
) -> tuple[list[Outcome], str]:
    """Ask for the results of some inputs.

    Parameters
    ----------
    exercise : Exercise
        Its script is run here; only what the script calls is called there.
    session : Session
        The submission's process.
    inputs : iterable of tuple
        The arguments of each case.

    Returns
    -------
    list of Outcome and str
        One outcome for each input, in order, and a note. After one that was too slow, or with
        which the process was lost, the list ends.
    """
    asking = Asking(session, by_name(exercise.lent))
    try:
        state, answer = _find(exercise.name, session, asking)
    except LostError as lost:
        return [Outcome(failure=Failure("ProcessEnded", ("ProcessEnded",), str(lost)))], ""
    except GivenUpError as error:
        return [], str(error)
    if state != "there":
        note = f"There is no {exercise.name} in the notebook." if state == "missing" else ""
        return [Outcome(state="unwritten") for _ in inputs], note
    outcomes = []
    for arguments in inputs:
        outcomes.append(_ask_once(exercise, asking, answer, arguments))
        if outcomes[-1].timed_out or asking.lost:
            break
    return outcomes, ""


def _find(name: str, session: Session, asking: Asking) -> tuple[str, Any]:
    """Look an answer up; what another exercise has spoilt is started anew first."""
    try:
        return session.find(name, asking.resolve)
    except LostError:
        return session.find(name, asking.resolve)


def _ask_once(exercise: Exercise, asking: Asking, answer: Any, arguments: Arguments) -> Outcome:
    """Run the script on one input."""
    asking.begin(exercise.seconds)
    # The process itself keeps the time; here it is only a little more, for the way.
    outcome = run(exercise.call, answer, arguments, exercise.seconds + _TRANSPORT_SECONDS)
    changed = set(outcome.changed)
    if exercise.call is call_directly:
        changed |= asking.changed
    return replace(
        outcome,
        value=inert(outcome.value),
        changed=tuple(sorted(changed)),
        timed_out=outcome.timed_out or outcome.seconds > exercise.seconds,
    )
