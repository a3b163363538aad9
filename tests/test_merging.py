import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode, v4, validate

from course_lib.merging import MEMORY, adopt, is_current, merge

STUB = "def {0}(image):\n    ..."
ANSWER = "def {0}(image):\n    return image * 2  # mine"


def text(ident, source):
    return v4.new_markdown_cell(source, id=ident)


def code(ident, source):
    return v4.new_code_cell(source, id=ident)


def answer(name, source=None):
    cell = code(f"answer-{name}", STUB.format(name) if source is None else source)
    cell.metadata = NotebookNode(
        deletable=False,
        nbgrader=NotebookNode(grade_id=name, solution=True, grade=False, schema_version=3),
    )
    return cell


def check(name):
    cell = code(f"check-{name}", f'check("{name}", {name})')
    cell.metadata = NotebookNode(
        editable=False,
        nbgrader=NotebookNode(grade_id=f"check_{name}", solution=False, grade=True, points=2),
        otter=NotebookNode(tests=[name]),
    )
    return cell


def graded(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def notebook(*cells):
    return v4.new_notebook(cells=list(cells))


@pytest.fixture
def first():
    """The course as it was when the student began."""
    return notebook(
        text("t1", "# Normalization"),
        code("c1", "import numpy as np"),
        text("t2", "Write it."),
        answer("z_score"),
        check("z_score"),
        text("t3", "The end."),
    )


@pytest.fixture
def mine(first):
    """The student's copy, with an answer, its output, and two cells of their own."""
    copied = adopt(first)
    copied.cells[3].source = ANSWER.format("z_score")
    copied.cells[3].execution_count = 7
    copied.cells[3].outputs = [v4.new_output("stream", name="stdout", text="seen\n")]
    copied.cells.insert(4, code("own1", "z_score(3)"))
    copied.cells.insert(3, text("own2", "Note to myself"))
    return copied


def sources(merged):
    return [cell.source for cell in merged.notebook.cells]


def test_new_cells_come_and_the_answer_stays_with_its_output(mine, first):
    new = copy.deepcopy(first)
    new.cells[5:5] = [text("t9", "Next."), answer("min_max"), check("min_max")]
    merged = merge(mine, new)
    assert sources(merged) == [
        "# Normalization",
        "import numpy as np",
        "Write it.",
        "Note to myself",
        ANSWER.format("z_score"),
        "z_score(3)",
        'check("z_score", z_score)',
        "Next.",
        STUB.format("min_max"),
        'check("min_max", min_max)',
        "The end.",
    ]
    kept = merged.notebook.cells[4]
    assert (kept.execution_count, kept.outputs[0].text) == (7, "seen\n")
    assert merged.notes == ()
    validate(merged.notebook)


def test_a_merged_copy_is_current_and_merging_again_changes_nothing(mine, first):
    new = copy.deepcopy(first)
    new.cells[0].source = "# Intensity normalization"
    once = merge(mine, new).notebook
    assert is_current(once, new)
    assert not is_current(mine, new)
    assert merge(once, new).notebook == once


def test_merging_changes_neither_of_its_arguments(mine, first):
    new = copy.deepcopy(first)
    new.cells[0].source = "# Changed"
    mine_before, new_before = copy.deepcopy(mine), copy.deepcopy(new)
    merge(mine, new)
    assert (mine, new) == (mine_before, new_before)


def test_a_changed_task_keeps_the_answer_and_says_so(mine, first):
    new = copy.deepcopy(first)
    new.cells[3].source = "def z_score(image, mask):\n    ..."
    merged = merge(mine, new)
    assert ANSWER.format("z_score") in sources(merged)
    assert merged.notes == ("The task of z_score is new; your answer is kept.",)


def test_an_unwritten_answer_takes_the_new_stub(first):
    new = copy.deepcopy(first)
    new.cells[3].source = "def z_score(image, mask):\n    ..."
    merged = merge(adopt(first), new)
    assert merged.notebook.cells[3].source == "def z_score(image, mask):\n    ..."
    assert merged.notes == ()


def test_an_answer_follows_its_exercise_to_another_place(mine, first):
    new = notebook(answer("min_max"), check("min_max"), *reversed(first.cells))
    cells = merge(mine, new).notebook.cells
    assert [cell.source for cell in cells if graded(cell) == "z_score"] == [
        ANSWER.format("z_score")
    ]


def test_a_quiz_letter_is_kept_by_the_name_of_its_quiz(first):
    quiz = answer("quiz_rescale", 'quiz_rescale = ...  # "A", "B" or "C"')
    older = notebook(*first.cells, quiz)
    copied = adopt(older)
    copied.cells[-1].source = 'quiz_rescale = "B"'
    new = notebook(quiz, text("t8", "New."), *first.cells)
    assert merge(copied, new).notebook.cells[0].source == 'quiz_rescale = "B"'


def test_a_deleted_check_cell_comes_back_even_when_the_course_is_the_same(mine, first):
    mine.cells = [cell for cell in mine.cells if graded(cell) != "check_z_score"]
    assert not is_current(mine, first)
    merged = merge(mine, first)
    assert [graded(cell) for cell in merged.notebook.cells].count("check_z_score") == 1


def test_a_check_cell_is_always_the_courses(mine, first):
    tampered = next(cell for cell in mine.cells if graded(cell) == "check_z_score")
    tampered.source = "print('fine')"
    assert not is_current(mine, first)
    merged = merge(mine, first)
    assert "print('fine')" not in sources(merged)
    assert any("check_z_score" in note for note in merged.notes)


def test_a_text_that_the_student_deleted_stays_deleted_but_code_comes_back(mine, first):
    mine.cells = [cell for cell in mine.cells if cell.id not in ("t2", "c1")]
    new = copy.deepcopy(first)
    new.cells[-1].source = "The very end."
    assert "Write it." not in sources(merge(mine, new))
    assert "import numpy as np" in sources(merge(mine, new))


def test_a_text_that_only_the_student_changed_stays_changed(mine, first):
    mine.cells[0].source = "# My normalization"
    new = copy.deepcopy(first)
    new.cells[-1].source = "The very end."
    merged = merge(mine, new)
    assert sources(merged)[0] == "# My normalization"
    assert sources(merged)[-1] == "The very end."
    assert merged.notes == ()


def test_where_both_changed_a_text_the_students_follows_the_courses(mine, first):
    mine.cells[0].source = "# My normalization"
    new = copy.deepcopy(first)
    new.cells[0].source = "# Intensity normalization"
    merged = merge(mine, new)
    assert sources(merged)[:2] == ["# Intensity normalization", "# My normalization"]
    assert len(merged.notes) == 1


def test_a_cell_put_in_between_does_not_move_what_the_student_wrote(first):
    older = notebook(text("p1", "One."), text("p2", "Two."), text("p3", "Three."))
    copied = adopt(older)
    copied.cells[1].source = "Two, in my words."
    copied.cells.insert(2, text("own", "After two."))
    # The ids of the course count places, so the new cell shifts those after it.
    new = notebook(*map(text, ("p1", "p2", "p3", "p4"), ("One.", "New.", "Two.", "Three.")))
    merged = merge(copied, new)
    assert sources(merged) == ["One.", "New.", "Two, in my words.", "After two.", "Three."]
    assert merged.notes == ()


def test_an_answer_to_a_dropped_exercise_is_kept_without_its_marks(mine, first):
    new = notebook(*(cell for cell in first.cells if "z_score" not in graded(cell)))
    merged = merge(mine, new)
    assert ANSWER.format("z_score") in sources(merged)
    assert all(not graded(cell) for cell in merged.notebook.cells)
    assert any("no longer" in note for note in merged.notes)


def test_a_copied_answer_cell_loses_the_marks_that_stop_nbgrader(mine, first):
    twin = copy.deepcopy(mine.cells[4])
    twin.id, twin.source = "twin", "def z_score(image):\n    return 0"
    mine.cells.insert(5, twin)
    merged = merge(mine, first)
    assert [graded(cell) for cell in merged.notebook.cells].count("z_score") == 1
    position = sources(merged).index(ANSWER.format("z_score"))
    assert sources(merged)[position + 1] == twin.source


def test_an_untouched_stub_before_the_answer_does_not_take_its_place(first):
    copied = adopt(first)
    written = copy.deepcopy(copied.cells[3])
    written.id, written.source = "split", ANSWER.format("z_score")
    copied.cells.insert(4, written)
    merged = merge(copied, first)
    (kept,) = [cell for cell in merged.notebook.cells if graded(cell) == "z_score"]
    assert kept.source == ANSWER.format("z_score")


def test_cells_without_ids_are_recognised_by_their_text(mine, first):
    for cell in mine.cells:
        cell.pop("id")
    mine.nbformat_minor = 4
    merged = merge(mine, first)
    assert len(merged.notebook.cells) == len(mine.cells)
    assert ANSWER.format("z_score") in sources(merged)
    validate(merged.notebook)


@pytest.mark.parametrize("memory", [None, "lost", {"cells": 3}, {"cells": {"t1": 5}}])
def test_a_copy_without_memory_still_keeps_its_answers_and_gets_new_cells(mine, first, memory):
    if memory is None:
        del mine.metadata[MEMORY]
    else:
        mine.metadata[MEMORY] = memory
    new = notebook(*first.cells, text("t9", "More."), answer("min_max"), check("min_max"))
    merged = merge(mine, new)
    assert ANSWER.format("z_score") in sources(merged)
    assert "Note to myself" in sources(merged)
    assert sources(merged)[-3:] == ["More.", STUB.format("min_max"), 'check("min_max", min_max)']
    assert sources(merged).count("# Normalization") == 1


def test_own_cells_never_share_an_id_with_the_course(mine, first):
    new = notebook(*first.cells, text("own1", "A cell of the course with an unlucky id."))
    ids = [cell.id for cell in merge(mine, new).notebook.cells]
    assert len(ids) == len(set(ids))


NAMES = st.lists(st.sampled_from("abcdef"), unique=True, max_size=6)


@settings(max_examples=60, deadline=None)
@given(before=NAMES, after=NAMES, written=st.sets(st.sampled_from("abcdef")), data=st.data())
def test_whatever_the_course_becomes_nothing_that_was_written_is_lost(before, after, written, data):
    copied = adopt(notebook(*(c for name in before for c in (answer(name), check(name)))))
    for cell in copied.cells:
        if graded(cell) in written:
            cell.source = f"def {graded(cell)}(image):\n    return '{graded(cell)}, mine'"
    for number in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(copied.cells)))
        copied.cells.insert(place, text(f"own{number}", f"own {number}"))
    new = notebook(*(c for name in after for c in (answer(name), check(name))))
    merged = merge(copied, new)
    assert {c.source for c in copied.cells if "mine" in c.source or "own" in c.source} <= set(
        sources(merged)
    )
    assert [g for g in map(graded, merged.notebook.cells) if g] == [graded(c) for c in new.cells]
    assert is_current(merged.notebook, new)
    validate(merged.notebook)
