# `make demo` and `make test` are all the set-up there is: both make .venv when it is not there.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
READY = $(VENV)/.ready
INSTALLED = $(VENV)/.installed
STAMP = $(VENV)/.developing
PIP = $(BIN)/python -m pip install -qq --disable-pip-version-check

.PHONY: demo test test-pure sanitize fuzz-kernel deep-test coverage hostile torture mutate lint docs bench lock clean

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'corpusfmt needs Python 3.11 or later; name one with PYTHON=python3.11')"
	@echo "Installing corpusfmt into $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) --require-hashes -r requirements.txt
	@touch $(READY)

# This compiles the kernel too, where there is a C compiler.
$(INSTALLED): $(READY) hatch_build.py $(wildcard corpusfmt/csrc/*)
	@$(PIP) --no-build-isolation --no-deps -e .
	@$(BIN)/corpusfmt --version -v
	@touch $(INSTALLED)

$(STAMP): $(INSTALLED) requirements-dev.txt
	@echo "Installing the tools for development into $(VENV) ..."
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $(STAMP)

## Install what corpusfmt needs to run, convert the samples in seeds/ there and back, and show what came out.
demo: $(INSTALLED)
	@PATH="$(abspath $(BIN)):$$PATH" sh docs/demo.sh

## The usual run of the tests, in parallel; takes less than three minutes on two cores (tests/README.md).
test: $(STAMP)
	$(BIN)/python -m pytest -n auto

## The same without the kernel.
test-pure: $(STAMP)
	CORPUSFMT_KERNEL=0 $(BIN)/python -m pytest -n auto

SANITIZED = build/sanitized
SANITIZERS = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g -O1
SANITIZED_TESTS ?= tests/test_kernel*.py tests/test_primitives.py tests/test_laws.py

## Tests of the kernel, compiled with AddressSanitizer and UndefinedBehaviorSanitizer, in a copy; needs gcc and Linux.
sanitize: $(STAMP)
	@rm -rf $(SANITIZED) && mkdir -p $(SANITIZED)
	@cp -R corpusfmt schemas seeds tests docs hatch_build.py pyproject.toml README.md LICENSE $(SANITIZED)
	cd $(SANITIZED) && CC=gcc CFLAGS="$(SANITIZERS)" CORPUSFMT_KERNEL=must \
	  $(abspath $(BIN))/python -c "from hatchling.build import build_editable; build_editable('.')"
	cd $(SANITIZED) && LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libstdc++.so)" \
	  PYTHONMALLOC=malloc ASAN_OPTIONS=detect_leaks=0 \
	  $(abspath $(BIN))/python -m pytest --capture=sys $(SANITIZED_TESTS)

## Fuzz the functions of the kernel, FUZZ_SECONDS (60) each, or those in FUZZ="seed jsonl"; clang with libFuzzer is best, gcc is enough.
fuzz-kernel:
	@tests/fuzz/kernel/run.sh

## All tests, those marked deep too, with 2,000 examples for each law; takes about half an hour on two cores.
deep-test: $(STAMP)
	$(BIN)/python -m pytest -n auto --hypothesis-profile=deep

## Branch coverage of text, model, formats and storage, and what is missing; takes two or three minutes on two cores.
coverage: $(STAMP)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n auto -m "not undisturbed"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

## Kill runs, interrupt them and let calls to the system fail; takes an hour or two. TORTURE=--quick does a few of each.
torture: $(STAMP)
	$(BIN)/python -m tests.torture $(TORTURE)

## What hostile input takes: processor time and memory of each case, as docs/hostile.md; takes about five minutes.
hostile: $(STAMP)
	$(BIN)/python -m tests.hostile_cases $(HOSTILE)

## Mutants of the code in Python that escapes and frames, and those that no test catches; takes about an hour on two cores.
mutate: $(STAMP)
	CORPUSFMT_KERNEL=0 $(BIN)/python -m tests.mutation

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

## Write docs/rules/ anew from the records of the rules.
docs: $(STAMP)
	$(BIN)/python docs/generate.py

## Measure against peers, each in an environment of its own under .bench/.
bench:
	$(PYTHON) benchmarks/run.py --setup
	$(PYTHON) benchmarks/run.py --write
	$(PYTHON) benchmarks/checks.py --write
	$(PYTHON) benchmarks/refused.py --write
	$(PYTHON) benchmarks/codec_table.py --write

LOCK = $(BIN)/uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-emit-index-url --no-emit-find-links --quiet --custom-compile-command "make lock"

## Renew the locked requirements: requirements.txt to run and install, requirements-dev.txt to develop.
lock: $(STAMP)
	$(PIP) uv
	$(LOCK) --upgrade --extra dev -o requirements-dev.txt
	$(LOCK) --constraints requirements-dev.txt -o requirements.txt

clean:
	rm -rf $(VENV) corpusfmt/_kernel*.so corpusfmt/_kernel*.pyd .coverage* demo build dist .bench .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
