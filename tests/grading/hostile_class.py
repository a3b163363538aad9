"""Damaged, runaway and cheating submissions, made here and never stored."""

import json

from class_of_students import FULL, HandedIn, as_json, honest, source

UNSOLVED = "def z_score(image):\n    return image"
ONE_LESS = FULL - 1


def cheat(answer: str = UNSOLVED, *first: str, says: str = "") -> HandedIn:
    """Write a notebook in which z_score is not solved, but something else is tried."""
    return HandedIn(honest(z_score=answer, first=first), ONE_LESS, says)


def harmless(*extra: str, says: str = "") -> HandedIn:
    """Write a solved notebook in which something else goes wrong, before and after it."""
    return HandedIn(honest(first=extra, extra=extra), FULL, says)


def before(*first: str, says: str = "") -> HandedIn:
    """Write a solved notebook in which something goes wrong before."""
    return HandedIn(honest(first=first), FULL, says)


def _with(change: dict, cells: list[str] | None = None) -> HandedIn:
    """Write a solved notebook with other keys."""
    return HandedIn(as_json(cells or source(), **change).encode(), FULL)


def _old_format() -> bytes:
    """Write a notebook of format 3."""
    cells = [{"cell_type": "code", "input": text, "language": "python"} for text in source()]
    return json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3}).encode()


def swollen(content: bytes) -> bytes:
    """Write a notebook with 100 MB of output in the file."""
    output = b'"outputs": [{"output_type": "stream", "text": "%s"}]' % (b"x" * 10**8)
    return content.replace(b'"outputs": []', output, 1)


def _same_ids() -> bytes:
    """Write a notebook whose cells all have one id, and one grade id of nbgrader's."""
    notebook = json.loads(as_json(source()))
    for cell in notebook["cells"]:
        cell["id"] = "same"
        cell["metadata"] = {"nbgrader": {"grade_id": "same", "grade": True, "points": 100}}
    return json.dumps(notebook).encode()


DAMAGED = {
    "empty": HandedIn(b"", 0, "empty"),
    "truncated": HandedIn(honest()[:-200], 0, "cut off"),
    "a_list": HandedIn(b"[1, 2]", 0, "a list"),
    "no_cells": HandedIn(b'{"nbformat": 4}', 0, "without cells"),
    "picture": HandedIn(b"\x89PNG\r\n\x1a\n\0\xff", 0, "not text"),
    "merge_conflict": HandedIn(b'{"cells": [\n<<<<<<< HEAD\n]}', 0, "merge conflict"),
    "format_3": HandedIn(_old_format(), FULL),
    "byte_order_mark": HandedIn(b"\xef\xbb\xbf" + honest(), FULL),
    "wrong_kernel": _with({"metadata": {"kernelspec": {"name": "ir", "language": "R"}}}),
    "no_metadata": _with({"metadata": None, "nbformat": "four"}),
    "large_output": HandedIn(honest(), FULL),  # made `swollen` when it is written
    "same_ids": HandedIn(_same_ids(), FULL),
    "no_checks": HandedIn(as_json([c for c in source() if "check(" not in c]).encode(), FULL),
    "edited_checks": HandedIn(
        as_json([text.replace("check(", "print(") for text in source()]).encode(), FULL
    ),
    "no_folder_of_its_own": HandedIn(honest(), FULL, name="work/copy of my notebook (1).ipynb"),
    "no_file": HandedIn(None, 0, "no notebook"),
    "ünïcödé 学生": HandedIn(honest(extra=["größe = 'µ'"]), FULL, name="día 1 - ü.ipynb"),
    "deleted_answer": HandedIn(
        as_json([text for text in source() if "def z_score" not in text]).encode(),
        ONE_LESS,
        "There is no z_score",
    ),
    "too_many_cells": HandedIn(as_json(["1"] * 6000).encode(), 0, "5000 are allowed"),
    "too_deep": HandedIn(b"[" * 10**6, 0, "cut off"),
    "no_first_cell": HandedIn(as_json(["import numpy as np", *source()[1:]]).encode(), FULL),
}  # fmt: skip
RUNAWAY = {
    "endless_cell": before("while True:\n    pass", says="too long"),
    "endless_cell_that_ignores_its_end": before(
        "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass",
        says="cannot be stopped",
    ),
    "endless_cell_that_swallows_interrupts": before(
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        says="too long",
    ),
    "endless_answer": cheat("def z_score(image):\n    while True: pass", says="took longer"),
    "sleeping_answer": cheat("def z_score(image):\n    import time; time.sleep(99)"),
    "answer_in_c_without_end": cheat(
        "def z_score(image):\n    import re\n    re.match('(a*)*b', 'a' * 50)", says="took longer"
    ),
    "memory": harmless("x = bytearray(2**33)"),
    "memory_in_answer": cheat("def z_score(image):\n    return bytearray(2**33)", says="Memory"),
    "recursion": harmless("def deep(n):\n    return deep(n + 1)\ndeep(0)"),
    "recursion_in_answer": cheat("def z_score(image):\n    return z_score(image)"),
    "segfault": before("import ctypes\nctypes.string_at(0)", says="segmentation fault"),
    "segfault_in_answer": cheat(
        "def z_score(image):\n    import ctypes\n    ctypes.string_at(0)", says="segmentation"
    ),
    "os_exit": before("import os\nos._exit(0)", says="exit code 0"),
    "sys_exit": harmless("import sys\nsys.exit(1)", "exit()", "quit", "raise SystemExit"),
    "asks_for_input": harmless("name = input('who? ')"),
    "prints_without_end": harmless("for _ in range(10**5): print('x' * 1000)"),
    "prints_in_answer": cheat("def z_score(image):\n    for _ in range(10**4): print('x' * 1000)"),
    "threads": before(
        "import threading, time\n"
        "def work():\n    while True: time.sleep(0.01)\n"
        "for _ in range(9): threading.Thread(target=work).start()"
    ),
    "detached_processes": before(
        "import os, time\nfor _ in range(50):\n    if os.fork() == 0:\n"
        "        os.setsid()\n        time.sleep(1000)"
    ),
    "fork_in_answer": cheat("def z_score(image):\n    import os\n    os.fork()\n    return image"),
    "fills_the_disk": harmless("f = open('x', 'wb')\nwhile True: f.write(bytes(2**20))"),
    "closes_everything": before("import os\nos.closerange(0, 4096)"),
    "no_stdout": harmless("import sys\nsys.stdout = sys.stderr = None"),
    "bad_at_exit": harmless("import atexit, time\natexit.register(time.sleep, 1000)"),
    "raises_interrupt": cheat("def z_score(image):\n    raise KeyboardInterrupt"),
}
CHEATS = {
    "equal_to_everything": cheat(
        "class Yes:\n    def __eq__(self, other): return True\n    __hash__ = None\n"
        "    def __getattr__(self, name): return Yes()\n    def __call__(self, *a): return True\n"
        "def z_score(image):\n    return Yes()"
    ),
    "array_that_lies": cheat(
        "class Yes(np.ndarray):\n    def __eq__(self, other): return np.True_\n"
        "    def __array_ufunc__(self, *a, **k): return np.True_\n"
        "    def __array_function__(self, *a, **k): return True\n"
        "def z_score(image):\n    return np.asarray(image, float).view(Yes)"
    ),
    "patched_numpy": cheat(
        UNSOLVED,
        "import numpy as np\nnp.allclose = np.array_equal = np.isclose = lambda *a, **k: True\n"
        "np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None",
    ),
    "patched_builtins": HandedIn(
        honest(
            z_score=UNSOLVED,
            extra=["import builtins\nbuiltins.all = builtins.any = lambda x: True\n"
                   "builtins.isinstance = builtins.callable = lambda *a: True"],
        ),
        ONE_LESS,
    ),
    "syntax_transformers": cheat(
        UNSOLVED,
        "import ast\nclass Drop(ast.NodeTransformer):\n    def visit_Assert(self, node): "
        "return ast.Pass()\n"
        "ip = get_ipython()\nip.ast_transformers.append(Drop())\n"
        "ip.input_transformers_cleanup.append(lambda lines: [l.replace('check', 'print') "
        "for l in lines])",
    ),
    "replaced_checks": cheat(
        UNSOLVED, "import course_lib.notebook as n\nn.check = lambda *a: None\ncheck = n.check"
    ),
    "stack_scan": cheat(
        "def z_score(image):\n    import sys\n    frame = sys._getframe()\n    while frame:\n"
        "        for value in frame.f_locals.values():\n"
        "            for name in ('expected', 'reference'):\n"
        "                if hasattr(value, name):\n"
        "                    return getattr(value, name)\n"
        "        frame = frame.f_back\n    return image"
    ),
    "memory_scan": cheat(
        "def z_score(image):\n    import gc\n    for one in gc.get_objects():\n"
        "        if getattr(one, '__name__', '') == 'z_score' and one is not z_score:\n"
        "            if 'course' in str(one.__module__): return one(image)\n    return image"
    ),
    "reads_the_disk": cheat(
        "def z_score(image):\n    import os\n    for folder, _, names in os.walk('/'):\n"
        "        for name in names:\n"
        "            if name in ('normalization.py', 'hidden_seed.txt', 'gradebook.db'):\n"
        "                text = open(os.path.join(folder, name), 'rb').read()\n"
        "                if b'def z_score' in text:\n"
        "                    scope = {}\n"
        "                    exec(text, scope)\n"
        "                    return scope['z_score'](image)\n"
        "    raise TypeError('nothing found')",
    ),
    "calls_the_reference": cheat(
        "from course_lib.imaging import normalization\n"
        "def z_score(image):\n    return normalization.z_score(image)",
        says="not there while grading",
    ),
    "asks_the_course_for_an_answer": cheat(
        "from course_lib.exercises import registry\nz_score = registry.find('z_score').reference"
    ),
    "runs_the_references_source": cheat(
        "def z_score(image):\n    import importlib.machinery, sys\n"
        "    for finder in sys.meta_path[1:]:\n"
        "        spec = finder.find_spec('course_lib', None)\n"
        "        if spec: return spec.loader.load_module().imaging.normalization.z_score(image)\n"
        "    raise TypeError('nothing found')"
    ),
    "pickle_payload": cheat(
        "class Bomb:\n    def __reduce__(self):\n        return (exec, ('raise SystemExit',))\n"
        "def z_score(image):\n    return Bomb()",
        says="a Bomb",
    ),
    "writes_to_others": cheat(
        "def z_score(image):\n    import os\n    written = []\n"
        "    for top in set(os.listdir('/')) - {'usr', 'proc', 'sys', 'dev'}:\n"
        "        if os.path.islink('/' + top): continue\n"
        "        for folder, inner, names in os.walk('/' + top):\n"
        "            inner[:] = set(inner) - {'site-packages'}\n"
        "            for name in names:\n"
        "                if name.endswith(('.ipynb', 'gradebook.db', 'grades.csv')):\n"
        "                    try:\n"
        "                        open(os.path.join(folder, name), 'w').write('mine')\n"
        "                        written.append(name)\n"
        "                    except OSError:\n                        pass\n"
        "    raise TypeError(f'{len(written)} files were written')",
        says="0 files were written",
    ),
    "reads_other_processes": cheat(
        "def z_score(image):\n    import os\n    found = []\n"
        "    for process in filter(str.isdigit, os.listdir('/proc')):\n"
        "        if int(process) != os.getpid():\n"
        "            found.append(open(f'/proc/{process}/maps').read())\n"
        "    raise TypeError(f'{len(found)} others were there')",
        says="0 others were there",
    ),
    "loopback": cheat(
        "def z_score(image):\n    import socket\n    socket.create_connection(('127.0.0.1', 22), 1)"
    ),
    "speaks_for_the_process": cheat(
        "def z_score(image):\n    import os, socket, struct\n    for number in range(3, 64):\n"
        "        try:\n"
        "            os.write(number, struct.pack('>Q', 9) + b'\\0\\0\\0\\1{\\0\\0\\0\\0')\n"
        "        except OSError:\n            pass\n    return image"
    ),
    "announces_too_much": cheat(
        "def z_score(image):\n    import os\n    for number in range(3, 64):\n"
        "        try:\n            os.write(number, b'\\xff' * 8)\n"
        "        except OSError:\n            pass\n    return image"
    ),
    "learns_the_shown_cases": cheat(
        "seen = {}\ndef z_score(image):\n    key = image.tobytes()\n"
        "    if image.size == 4: return (image - image.mean()) / image.std()\n"
        "    if image.std() == 0: raise ValueError\n    return image"
    ),
    "changes_the_input": cheat(
        "def z_score(image):\n    if image.std() == 0: raise ValueError\n"
        "    image -= image.mean()\n    image /= image.std()\n    return image"
    ),
    "list_that_holds_itself": cheat(
        "def z_score(image):\n    a = []\n    a.append(a)\n    return a"
    ),
    "lists_without_end": cheat(
        "def z_score(image):\n    a = []\n    a.extend([a, a])\n    return a"
    ),
    "huge_number": cheat("def z_score(image):\n    return 10**100000"),
    "huge_array": cheat(
        "def z_score(image):\n    return np.broadcast_to(np.zeros(1), (10**6, 10**6))"
    ),
    # Whose process cannot be asked any more gets nothing.
    "patches_the_box": HandedIn(
        honest(
            first=[
                "import gc\nfor one in gc.get_objects():\n    if type(one).__name__ == 'Child':\n"
                "        type(one).answer = lambda self, data: b''"
            ]
        ),
        0,
        "broke the way",
    ),
}  # fmt: skip
HOSTILE = {**DAMAGED, **RUNAWAY, **CHEATS}
