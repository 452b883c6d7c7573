# make demo: set up and classify the sample export. make test: set up and run the tests. Nothing else is needed.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint types check samples model bench clean

demo: .venv/demo
	@mkdir -p out
	@# Exit code 1 only says that some rows carry an error: the sample has an empty one.
	$(BIN)/appealnlp classify data/samples/incidents.xlsx -o out/incidents.xlsx --columns ru || test $$? -eq 1
	@$(BIN)/appealnlp classify --message "Третий день нет отопления, в квартире 12 градусов, ребёнку полгода. Ленина 39"
	@echo "The classified export: out/incidents.xlsx"

test: .venv/dev
	$(BIN)/python -m pytest -n 2

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev
	$(BIN)/mypy

check: test lint types

samples: .venv/dev
	$(BIN)/python scripts/make_samples.py

# CORPORA is a folder with the files that data/sources.toml describes.
model: .venv/dev
	$(BIN)/python scripts/build_default_model.py --corpora $(CORPORA)

# CORPUS is a csv file with the columns text and topic; without it invented messages are measured on.
bench: .venv/bench
	$(BIN)/python scripts/benchmark.py $(if $(CORPUS),--corpus $(CORPUS))

.venv/bin/python:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip

.venv/demo: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet -e '.[fast,excel]'
	@touch $@

.venv/dev: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet -e '.[all,dev]'
	@touch $@ .venv/demo

.venv/bench: .venv/dev
	$(BIN)/python -m pip install --quiet -e '.[all,bench]'
	@touch $@

clean:
	rm -rf .venv out build dist
