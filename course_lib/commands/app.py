"""The command ``course``: what each command is called and takes."""

import importlib
from pathlib import Path
from typing import Annotated, Any

import typer

from course_lib import __version__
from course_lib.commands.output import PlainErrors

app = typer.Typer(
    name="course",
    cls=PlainErrors,
    help="Image analysis in a hospital: work through the course, check answers, make releases.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
releases = typer.Typer(
    help="Write a release of the course: for students, for nbgrader, or for Otter.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
app.add_typer(releases, name="release", rich_help_panel="For instructors")

OwnFolder = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER", help="Folder of your copy; without it, my_course in the course."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Out = Annotated[
    Path, typer.Argument(metavar="OUT", help="Folder to write into.", show_default=False)
]
SeedFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Holds the hidden seed; without it one is drawn and kept in OUT."
    ),
]
Topics = Annotated[
    list[str] | None,
    typer.Option("--topic", metavar="TOPIC", help="Only this topic (may be repeated)."),
]


def _run(command: str, **options: Any) -> None:
    """Run a command; its module is loaded only now, so that help is shown at once."""
    importlib.import_module(f"course_lib.commands.{command}").run(**options)


def _print_version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def course(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Do nothing by itself; the commands do."""


@app.command(rich_help_panel="For students")
def lab(
    folder: OwnFolder = None,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Port of JupyterLab; without it, a free one."),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the address to open.")
    ] = False,
) -> None:
    """Open the course in JupyterLab, on your own copy of the notebooks.

    The copy is made on first use. When the course is newer than your copy, new cells come and
    your answers stay; your notebook as it was is kept in FOLDER/backups. Ctrl-C ends JupyterLab.
    """
    _run("lab", folder=folder, port=port, no_browser=no_browser)


@app.command(rich_help_panel="For students")
def check(
    topic: Annotated[
        str,
        typer.Argument(
            metavar="TOPIC",
            help="Number or name: 01, 1 or compression_dicom.",
            show_default=False,
        ),
    ],
    *,
    released: Annotated[
        bool, typer.Option("--released", help="Check the course's notebook, without answers.")
    ] = False,
    solved: Annotated[
        bool, typer.Option("--solved", help="Check the course's solutions (instructors).")
    ] = False,
    as_json: Json = False,
    folder: OwnFolder = None,
    seconds: Annotated[
        int, typer.Option(min=1, help="A cell that takes longer is interrupted.")
    ] = 60,
) -> None:
    """Run the notebook of a topic in a fresh kernel and list the points of each exercise.

    Your notebook and your recorded progress are left as they are. The exit code is 0 when all is
    solved, 1 when not, and 2 when the command was not understood.
    """
    if sum((released, solved, folder is not None)) > 1:
        raise typer.BadParameter("Give one of --released, --solved and --folder, not more.")
    version = "released" if released else "solved" if solved else "own"
    _run("check", topic=topic, version=version, as_json=as_json, folder=folder, seconds=seconds)


@app.command(rich_help_panel="For students")
def doctor(as_json: Json = False, folder: OwnFolder = None) -> None:
    """Look over Python, packages, kernel, widgets, write access, browser and graders.

    Nothing is changed and no network is used. The exit code is 1 when something is missing that a
    student needs; what only instructors need is listed, but does not count.
    """
    _run("doctor", as_json=as_json, folder=folder)


@app.command(rich_help_panel="For instructors")
def build(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if a notebook is not up to date.")
    ] = False,
) -> None:
    """Write notebooks/NN_slug.ipynb from solutions/NN_slug.py, without solutions and outputs."""
    _run("build", check=check)


@app.command(rich_help_panel="For instructors")
def grade(
    submissions: Annotated[
        Path,
        typer.Argument(
            metavar="SUBMISSIONS",
            help="Folder STUDENT/ASSIGNMENT/NOTEBOOK.ipynb, flat folder, or a platform's zip.",
            show_default=False,
        ),
    ],
    *,
    out: Annotated[Path, typer.Option(metavar="GRADES", help="Folder for results and grades.csv.")],
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Submissions at a time; without it, one for each processor."),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="tcp://HOST:PORT", help="Grade on a cluster of dask.distributed."),
    ] = None,
    seed_file: SeedFile = None,
    timeout: Annotated[int, typer.Option(min=1, help="Seconds for each cell.")] = 60,
    memory: Annotated[
        int, typer.Option(min=64, help="Megabytes for a submission, beyond the libraries.")
    ] = 2048,
    topic: Annotated[
        str | None,
        typer.Option(metavar="TOPIC", help="Take every file for this topic's notebook."),
    ] = None,
    fork: Annotated[
        bool, typer.Option("--fork/--no-fork", help="Fork where that is safe; else start anew.")
    ] = True,
    gradebook: Annotated[
        str | None,
        typer.Option(
            metavar="DB", help="nbgrader's gradebook, or its course folder, to write into as well."
        ),
    ] = None,
    show_hidden: Annotated[
        bool,
        typer.Option("--show-hidden", help="Show students inputs and values of hidden cases."),
    ] = False,
) -> None:
    """Grade what was handed in; students' code runs in a sandbox and is judged outside.

    Run it again after an interruption: what is finished is not graded again, and nothing is lost.
    """
    _run(
        "grade",
        submissions=submissions,
        out=out,
        workers=workers,
        scheduler=scheduler,
        seed_file=seed_file,
        timeout=timeout,
        memory=memory,
        topic=topic,
        fork=fork,
        gradebook=gradebook,
        show_hidden=show_hidden,
    )


@releases.command()
def student(out: Out) -> None:
    """Write one zip with all that a student needs, without solutions and tests."""
    _run("release", kind="student", out=out)


@releases.command()
def nbgrader(out: Out, seed_file: SeedFile = None, topic: Topics = None) -> None:
    """Write an nbgrader course: sources with hidden tests, and the release for students."""
    _run("release", kind="nbgrader", out=out, seed_file=seed_file, topics=topic or [])


@releases.command()
def otter(out: Out, seed_file: SeedFile = None, topic: Topics = None) -> None:
    """Write student notebooks and the autograder zips that Gradescope takes."""
    _run("release", kind="otter", out=out, seed_file=seed_file, topics=topic or [])
