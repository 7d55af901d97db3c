# Everything that is done here by hand or by the build server. `make` alone says what there is.

PYTHON := .venv/bin/python
SCENARIO :=
LANGUAGE :=
UNIT :=
PART :=
SCALE := 1
CALLS := 20000
GALLERY :=
ACCEPT :=

# Without files of byte code every one of the many processes that the tests start compiles the whole program again, and every
# worker all tests.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo scenarios run test long fast lint gallery pictures bench torture contract diagram supply notices wheel

help:
	@echo "setup      Debian packages, .venv, fonts, pictures and voice (all other targets do it first; a second when nothing is to do)"
	@echo "demo       a visit that plays itself on the simulators; SCENARIO=name for another one, LANGUAGE=ug for another language"
	@echo "scenarios  which visits can be played: name and one line of each"
	@echo "run        the kiosk with simulated devices, and the bench to play with them; UNIT=crt-591-m for the other permit unit"
	@echo "test       all checks and all tests: what the build server runs"
	@echo "long       what test tries only some of: starts that fail, neighbouring screens, every bit of a journal; every night"
	@echo "fast       the tests of a few seconds"
	@echo "lint       ruff, mypy, import contracts"
	@echo "gallery    every screen in every look, and build/gallery/index.html to look at it; GALLERY='--size panel-1280x800 --language ug confirm' for less"
	@echo "pictures   draws the reviewed pictures anew and compares; what looks different stands on a page, ACCEPT=1 takes it as reviewed"
	@echo "bench      how long a visit takes, and where"
	@echo "torture    crashes, faults, hostile input, endurance (hours); PART=name for one, SCALE=0.1 for less of it"
	@echo "contract   the document of central: hostile and allowed calls by it, a generated client, examples, vectors; CALLS=2000 for less"
	@echo "supply     an environment from the locks alone, with no network to fetch anything else from (minutes)"
	@echo "wheel      both distributions into build/wheels, with their sizes"
	@echo "notices    write THIRD_PARTY_NOTICES.md anew, after a change of requirements-simulation.lock"
	@echo "diagram    draw the states in kiosk/workflow/README.md and the layers in CONTRIBUTING.md anew"

setup:
	@.ci/setup

demo: setup
	$(PYTHON) -m kiosk demo $(if $(SCENARIO),--scenario $(SCENARIO)) $(if $(LANGUAGE),--language $(LANGUAGE))

scenarios: setup
	@$(PYTHON) -m kiosk demo --list

run: setup
	$(PYTHON) -m kiosk run --simulate $(if $(UNIT),--unit $(UNIT))

test: lint
	$(PYTHON) -m pytest -n 4 --dist worksteal -m "not long"

long: lint
	$(PYTHON) -m pytest -n 2 --dist worksteal -m long

fast: setup
	$(PYTHON) -m pytest -n 2 -m "not slow and not long" tests/unit tests/architecture

lint: setup
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check --quiet .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports --no-logo

gallery: setup
	$(PYTHON) -m screens.authoring.gallery $(GALLERY)

pictures: setup
	$(PYTHON) -m tests.screens.reviewed_pictures $(if $(ACCEPT),--accept)

bench: setup
	$(PYTHON) -m tests.bench

diagram: setup
	$(PYTHON) -m tests.state_diagram
	$(PYTHON) -m tests.layer_diagram

# Built from a copy, because setuptools writes beside what it builds from.
wheel: setup
	@rm -rf build/wheels build/wheel-sources && mkdir -p build/wheels build/wheel-sources
	@cp -r assets drivers kiosk screens pyproject.toml README.md LICENSE build/wheel-sources
	@for part in . ./kiosk/demo; do (cd build/wheel-sources && $(CURDIR)/$(PYTHON) -m pip wheel --quiet --no-deps \
		--no-build-isolation --no-index --wheel-dir ../wheels $$part) || exit 1; done
	@rm -rf build/wheel-sources
	@du -h build/wheels/*.whl

torture: setup
	$(PYTHON) -m tests.torture $(PART) --scale $(SCALE)

contract: setup
	$(PYTHON) -m kiosk central openapi --check
	$(PYTHON) -m pytest -n 2 tests/unit/central/test_contract.py tests/component/central/test_examples.py \
		tests/component/central/test_vectors.py tests/component/central/test_readme.py \
		tests/component/reference_central/test_generated_client.py
	$(PYTHON) -m tests.torture.fuzz.central_calls --calls $(CALLS)

supply: setup
	$(PYTHON) -m tests.supply

notices: setup
	$(PYTHON) -m tests.third_party_notices
