"""Grading many submissions on any executor, so that none is lost."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, replace

from course_lib.grading.grade import Settings, grade_one, unreadable
from course_lib.grading.result import FAILED, Result
from course_lib.grading.store import Store
from course_lib.grading.submission import Submission, UnreadableError

Tell = Callable[[Result, bool], None]
MakeExecutor = Callable[[], Executor]
Outcome = tuple[Submission, Result | Exception]
_AHEAD = 3  # submissions that wait for each worker, so that it never waits for us
_MOST_TRIES = 3


@dataclass(frozen=True)
class Task:
    """All that grading a class needs.

    Parameters
    ----------
    submissions : sequence of Submission
        What was collected.
    names : mapping
        From each assignment to what its notebook grades.
    settings : Settings
        The hidden seed and the limits.
    store : Store
        Where finished results are, and come to.
    """

    submissions: Sequence[Submission]
    names: Mapping[str, Sequence[str]]
    settings: Settings
    store: Store

    def graded(self, submission: Submission) -> Sequence[str]:
        """Return what a submission's notebook grades; nothing where the notebook is unknown."""
        return self.names.get(submission.assignment, ())


def run(task: Task, make_executor: MakeExecutor, workers: int, tell: Tell) -> list[Result]:
    """Grade all submissions that have no finished result, and return all results.

    Parameters
    ----------
    task : Task
        What is to be graded.
    make_executor : callable
        Makes a `concurrent.futures.Executor`; called again when one breaks.
    workers : int
        How many submissions it grades at a time.
    tell : callable
        Called with each result as it comes, and whether it was finished before.

    Returns
    -------
    list of Result
        One for each submission, in the same order.

    Notes
    -----
    Each result is written before it is told. A submission whose worker breaks is tried again; if
    that fails three times, its result says so, and is not kept, so that the next run tries again.
    """
    results: dict[Submission, Result] = {}
    queue: list[Submission] = []
    for submission in task.submissions:
        known = _known(task, submission)
        if known is None:
            queue.append(submission)
        else:
            results[submission] = known
            tell(known, True)
    for submission, result in _grade(task, queue, make_executor, workers):
        results[submission] = result
        tell(result, False)
    return [results[submission] for submission in task.submissions]


def _known(task: Task, submission: Submission) -> Result | None:
    """Return a result that needs no process: a finished one, or that nothing can be read."""
    names = task.graded(submission)
    problem = "" if names else "It is not known which notebook of the course this is."
    try:
        content = submission.content()
    except UnreadableError as error:
        content, problem = b"", str(error)
    # Without its exercises a result has the same name; to find those takes a second, once.
    sought = unreadable(submission, content, problem, (), task.settings)
    if (kept := task.store.find(sought)) is not None:
        return replace(kept, place=submission.place, handed_in=submission.handed_in)
    if not problem:
        return None
    blank = unreadable(submission, content, problem, names, task.settings)
    task.store.write(blank)
    return blank


def _grade(
    task: Task, queue: list[Submission], make_executor: MakeExecutor, workers: int
) -> Iterator[tuple[Submission, Result]]:
    """Grade what is in the queue; make a new executor when one breaks.

    Those that ran when it broke come last and one by one, so that the one that did it, if it was
    one of them, takes nobody with it.
    """
    tries: Counter[Submission] = Counter()
    again: list[Submission] = []
    while queue or again:
        executor = make_executor()
        rest, ahead = (queue, _AHEAD * workers) if queue else (again, 1)
        try:
            for submission, outcome in _on(executor, task, rest, ahead):
                if isinstance(outcome, Result):
                    yield submission, outcome
                    continue
                tries[submission] += 1
                if isinstance(outcome, BrokenExecutor) and tries[submission] < _MOST_TRIES:
                    again.append(submission)
                else:
                    yield submission, _failed(task, submission, outcome)
        finally:
            executor.shutdown(cancel_futures=True)


def _on(executor: Executor, task: Task, queue: list[Submission], ahead: int) -> Iterator[Outcome]:
    """Grade what is in the queue, some at a time, until it is empty or the executor breaks."""
    running: dict[Future[Result], Submission] = {}
    broken = False
    while running or (queue and not broken):
        while queue and not broken and len(running) < ahead:
            submission = queue.pop(0)
            try:
                running[_submit(executor, task, submission)] = submission
            except (BrokenExecutor, UnreadableError) as error:
                broken = isinstance(error, BrokenExecutor)
                yield submission, error
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            outcome = _outcome(future)
            if isinstance(outcome, Result):
                task.store.write(outcome)
            broken = broken or isinstance(outcome, BrokenExecutor)
            yield running.pop(future), outcome


def _submit(executor: Executor, task: Task, submission: Submission) -> Future[Result]:
    """Send a submission with its content, so that workers need not see our files."""
    names = tuple(task.graded(submission))
    return executor.submit(grade_one, submission, submission.content(), names, task.settings)


def _outcome(future: Future[Result]) -> Result | Exception:
    """Return what a worker returned or raised; what is meant for us, as Ctrl-C, is raised."""
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, Exception):
        return error
    raise error


def _failed(task: Task, submission: Submission, error: Exception) -> Result:
    """Return the result of a submission that the grader itself could not grade."""
    problem = f"{FAILED} ({type(error).__name__}: {error}). Run it again."
    return unreadable(submission, b"", problem, task.graded(submission), task.settings)
