# `make demo` and `make test` are all the set-up there is: both make .venv when it is not there.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
STAMP = $(VENV)/.installed
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test deep-test coverage torture mutate lint docs bench lock clean

$(STAMP): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'corpusfmt needs Python 3.11 or later; name one with PYTHON=python3.11')"
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) --require-hashes -r requirements-dev.txt
	$(PIP) --no-build-isolation --no-deps -e .
	@touch $(STAMP)

## Install, then take the samples from seed files to JSON Lines, WARC, TEI and back, and show what came out.
demo: $(STAMP)
	@rm -rf demo && mkdir demo
	$(BIN)/corpusfmt convert seeds -o demo/corpus.jsonl
	$(BIN)/corpusfmt convert demo/corpus.jsonl -o demo/back.seed
	$(BIN)/corpusfmt convert demo/back.seed -o demo/again.jsonl
	@cmp demo/corpus.jsonl demo/again.jsonl && echo "Nothing was lost: the way back and there again gave the same bytes."
	$(BIN)/corpusfmt convert seeds -o demo/corpus.warc.gz --receipt demo/receipt.json
	$(BIN)/corpusfmt verify demo/receipt.json
	$(BIN)/corpusfmt convert demo/corpus.warc.gz -o demo/archived.jsonl
	@cmp demo/corpus.jsonl demo/archived.jsonl && echo "Nor by way of a web archive."
	$(BIN)/corpusfmt convert seeds -o demo/corpus.xml
	$(BIN)/corpusfmt convert demo/corpus.xml -o demo/read.jsonl
	@cmp demo/corpus.jsonl demo/read.jsonl && echo "Nor by way of TEI."
	$(BIN)/corpusfmt validate seeds demo/corpus.jsonl demo/corpus.warc.gz
	$(BIN)/corpusfmt validate demo/corpus.xml --schema corpusfmt-tei.rng
	@echo "Three of the documents (id, name, bytes, place):"
	@$(BIN)/corpusfmt ls demo/corpus.jsonl | head -n 3
	@echo "What validate says of a broken file:"
	@$(BIN)/corpusfmt validate -q tests/data/broken.seed | head -n 12

## The usual run of the tests, in parallel; takes less than three minutes on two cores (tests/README.md).
test: $(STAMP)
	$(BIN)/python -m pytest -n auto

## All tests, those marked deep too, with 2,000 examples for each law; takes about half an hour on two cores.
deep-test: $(STAMP)
	$(BIN)/python -m pytest -n auto --hypothesis-profile=deep

## Branch coverage of core, formats and storage, and what is missing; takes ten minutes on two cores.
coverage: $(STAMP)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n auto -m "not undisturbed"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

## Kill runs, interrupt them and let calls to the system fail; takes an hour or two. TORTURE=--quick does a few of each.
torture: $(STAMP)
	$(BIN)/python -m tests.torture $(TORTURE)

## Mutants of the code that escapes and frames, and those that no test catches; takes about an hour on two cores.
mutate: $(STAMP)
	$(BIN)/python -m tests.mutation

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

## Renew the locked requirements.
lock: $(STAMP)
	$(PIP) uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --upgrade \
	  --no-annotate --no-emit-index-url --no-emit-find-links --quiet --custom-compile-command "make lock" \
	  -o requirements-dev.txt

clean:
	rm -rf $(VENV) .coverage* demo build dist .bench .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
