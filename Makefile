# The two commands that matter:   make lab   (work through the course)   make test   (all tests)
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# What is installed beside the course itself: nothing for students, dev for tests and releases.
EXTRAS ?=
READY   = $(VENV)/ready-$(if $(EXTRAS),$(EXTRAS),student)
TARGET  = -e ".$(if $(EXTRAS),[$(EXTRAS)])" -c requirements.lock
# One thread for each library: the course's arrays are small, and threads only get in each other's way.
ONE_THREAD = OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# Tests keep heads beside their libraries and leave the user's cache alone.
PYTEST  = PATH="$(abspath $(BIN)):$$PATH" COURSE_CACHE="$(abspath $(VENV))/cache" $(ONE_THREAD) $(BIN)/python -m pytest
WORKERS ?= 2
# Keep compiled modules even where the machine says otherwise: kernels start twice as fast.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help lab test check setup format lint build bench bench-grade clean

help:
	@echo "make lab     set up and open the course in JupyterLab"
	@echo "make test    set up and run all tests"
	@echo "make check   format, lint, layers, types, doctests and fast tests (under a minute)"
	@echo "make format  format the code"
	@echo "make build   write notebooks/ from solutions/"
	@echo "make bench   measure speed beside other libraries; write benchmarks/RESULTS.md"
	@echo "make bench-grade  grade one class with course grade, nbgrader and Otter; write benchmarks/RESULTS-GRADE.md"
	@echo "make clean   remove .venv and caches; your own copy of the notebooks stays"

lab: setup
	$(BIN)/course lab

test:
	@$(MAKE) --no-print-directory setup EXTRAS=dev
	$(PYTEST) -n $(WORKERS) --dist worksteal tests course_lib --doctest-modules

# Whole scenes are drawn by the examples of the figures; make test runs them.
check: lint
	$(PYTEST) -q -n $(WORKERS) --dist worksteal -m "not slow and not browser and not graders" \
	  --ignore-glob="*/course_lib/display/*_figures.py" tests course_lib --doctest-modules

lint:
	@$(MAKE) --no-print-directory setup EXTRAS=dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy

format:
	@$(MAKE) --no-print-directory setup EXTRAS=dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

build:
	@$(MAKE) --no-print-directory setup EXTRAS=dev
	$(BIN)/course build

bench:
	@$(MAKE) --no-print-directory setup EXTRAS=dev
	$(ONE_THREAD) $(BIN)/python benchmarks $(ONLY)

bench-grade:
	@$(MAKE) --no-print-directory setup EXTRAS=dev
	$(ONE_THREAD) $(BIN)/python benchmarks/_grading.py $(ONLY)

setup: $(READY)

# uv installs in seconds; where it cannot be had, pip does the same in a minute or two.
$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "This course needs Python 3.11, 3.12 or 3.13; $(PYTHON) is %d.%d. Try: make PYTHON=python3.12 $(MAKECMDGOALS)" % v)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv || true
	@if test -x $(BIN)/uv; then $(BIN)/uv pip install --quiet --python $(BIN)/python $(TARGET); else false; fi \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check $(TARGET)
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
