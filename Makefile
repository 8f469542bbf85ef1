# make run      set up what is missing and start the line
# make test     set up what is missing and run the tests
# make check    ruff, mypy, voice lint, architecture, tests: what must pass before a change goes in
# make bench    latency, captions, recognition; with TRANSPORT=asterisk: by telephone
# make bench-archive  what a kept call costs, how long searches and pages take among 100,000; on both databases
# make fixtures make the recorded callers anew
# make accuracy how well intents and numbers are understood, by text and by sound; steps to 30 callers' goals
# make telephony  bring a real Asterisk, without root, and place telephone calls over it
# make setup    only set up: packages, models, voices make model, make voices, make env: its parts
# make lock     resolve the packages anew            make clean    remove the environment and all caches
#
# Nothing is done twice: each part has a file whose time says when it was last done, and once set up
# everything works without a network. Give another Python with `make PYTHON=...`.

PYTHON ?=
BIN := .venv/bin
RUNTIME := .venv/.runtime
DEV := .venv/.dev
TRIED_VOICES := .venv/.voices
TRIED_VECTORS := .venv/.vectors

MODELS := $(or $(LINIYA_MODELS),models)
MODEL := $(MODELS)/$(or $(LINIYA_MODEL),vosk-model-small-ru-0.22)
VOICES := $(MODELS)/voices/rhvoice
VECTORS := navec-news-ru-250k use-multilingual-3
ASTERISK := $(or $(LINIYA_ASTERISK),$(HOME)/.cache/liniya/asterisk)

# srt, which vosk needs, comes as source: it is built with the setuptools that requirements-build.lock pins.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes
# setuptools warns of every editable install that its folder can be imported from: that is what it is for.
INSTALL_SELF := PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-index \
	--no-build-isolation --editable .

# One set-up at a time: `$(LOCKED) make X` waits for any other make of this folder, then looks again whether X is due.
LOCKED = $(BASE) -c 'import fcntl, os, sys; f = open("Makefile"); fcntl.flock(f, fcntl.LOCK_EX); \
	os.set_inheritable(f.fileno(), True); os.execvp(sys.argv[1], sys.argv[1:])' $(MAKE) --no-print-directory HELD=yes
# The first Python that is 3.11 or 3.12 and can make an environment; looked for only when something is to be set up.
BASE = $(shell for p in $(PYTHON) $(if $(PYTHON),,python3.11 python3 python3.12); do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null \
	&& echo $$p && break; done)
NEED_BASE = $(if $(BASE),,$(error no usable Python: version 3.11 or 3.12 with the venv module is needed (on Debian: \
	python3 and python3-venv); name one with: make PYTHON=/path/to/python3.11))

.PHONY: run test check lint architecture bench bench-archive accuracy telephony fixtures setup env dev model voices lock clean
.DELETE_ON_ERROR:
.DEFAULT_GOAL := run

run: setup
	@exec $(BIN)/voice serve

setup: env model $(TRIED_VECTORS) $(TRIED_VOICES)

# First what only computes, on both cores, a file on one of them; then what lives in real time, alone.
REAL_TIME := tests/e2e tests/telephony
test: dev model $(TRIED_VECTORS) $(TRIED_VOICES)
	@status=0; \
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(addprefix --ignore=,$(REAL_TIME)) || status=$$?; \
	$(BIN)/python -m pytest $(REAL_TIME) || status=$$?; \
	exit $$status

check: lint architecture test

lint: dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/voice lint --errors
	@$(BIN)/voice lint --errors prompts/en

architecture: dev
	@$(BIN)/python -m pytest tests/test_architecture.py

ifeq ($(TRANSPORT),asterisk)

bench: dev model $(TRIED_VECTORS) $(TRIED_VOICES)
	@tests/telephony/asterisk.sh $(ASTERISK)
	@PYTHONPATH=. $(BIN)/python bench/telephone.py

else

bench: dev model $(TRIED_VECTORS) $(TRIED_VOICES)
	@$(BIN)/python bench/line.py
	@$(BIN)/python bench/readers.py
	@$(BIN)/python bench/captions.py
	@$(BIN)/python bench/echo.py
	@$(BIN)/python bench/typed.py
	@if test -d ../shared/speech; then $(BIN)/python bench/recognition.py; \
		else echo "recognition is not measured: no recordings of people in ../shared/speech"; fi

endif

# A hundred thousand calls are laid down first; see bench/archive.py --help.
bench-archive: dev model $(TRIED_VECTORS) $(TRIED_VOICES)
	@PYTHONPATH=. $(BIN)/python bench/archive.py

accuracy: dev model $(TRIED_VECTORS) voices
	@$(BIN)/python bench/goals.py
	@$(BIN)/python bench/accuracy.py

# It stays where every clone of this machine finds it; from then on `make test` places its calls, too.
telephony: dev model $(TRIED_VECTORS) $(TRIED_VOICES)
	@tests/telephony/asterisk.sh $(ASTERISK)
	@$(BIN)/python -m pytest tests/telephony -rs

fixtures: dev model voices
	@$(BIN)/python audio_fixtures/make.py

env: $(RUNTIME)

dev: $(DEV)

ifdef HELD

$(RUNTIME): requirements-build.lock requirements.lock pyproject.toml
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BASE) -m venv --clear .venv
	@echo "installing packages (pinned, with hashes)"
	@$(INSTALL) -r requirements-build.lock
	@$(INSTALL) --no-build-isolation -r requirements.lock
	@$(INSTALL_SELF)
	@touch $@

$(DEV): $(RUNTIME) requirements-dev.lock
	@echo "installing packages for development (pinned, with hashes)"
	@$(INSTALL) --no-build-isolation -r requirements-dev.lock
	@touch $@

else

$(RUNTIME): requirements-build.lock requirements.lock pyproject.toml
	$(NEED_BASE)
	+@$(LOCKED) $@

$(DEV): requirements-build.lock requirements.lock pyproject.toml requirements-dev.lock
	$(NEED_BASE)
	+@$(LOCKED) $@

endif

# A model's folder appears whole or not at all. A folder of the owner's (LINIYA_MODEL_DIR) needs nothing.
model: $(if $(LINIYA_MODEL_DIR),env,$(MODEL))

$(MODEL): | $(RUNTIME)
	@$(BIN)/voice models fetch

voices: $(VOICES)

$(VOICES): | $(RUNTIME)
	@$(BIN)/voice voices fetch

# RHVoice is wanted, not needed: without it espeak speaks. Tried once, said once; `make voices` tries again.
$(TRIED_VOICES): | $(RUNTIME)
	@test -d $(VOICES) || $(BIN)/voice voices fetch \
		|| echo "the line will speak with espeak, which is harder to understand; try again with: make voices"
	@touch $@

# Word vectors are wanted, not needed: without them fewer wordings are understood. Tried once, said once.
$(TRIED_VECTORS): | $(RUNTIME)
	@for name in $(VECTORS); do test -d $(MODELS)/$$name || $(BIN)/voice models fetch $$name \
		|| echo "the line will understand fewer wordings; try again with: $(BIN)/voice models fetch $$name"; done
	@touch $@

# Written without the address of any registry: the hashes say what is meant, the machine says where it comes from.
UV := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
	--no-emit-index-url --no-emit-find-links
LINUX := sed -e "s/ and sys_platform == 'linux'//" -e "s/ ; sys_platform == 'linux'//" -e '/\# .*-c /d'

lock: dev
	@$(UV) pyproject.toml --extra dev --output-file .venv/dev.lock
	@$(UV) pyproject.toml --constraint .venv/dev.lock --output-file .venv/run.lock
	@printf 'pip\nsetuptools\nwheel\n' | $(UV) --constraint .venv/dev.lock - --output-file .venv/build.lock
	@$(LINUX) .venv/build.lock > requirements-build.lock
	@$(LINUX) .venv/dev.lock > requirements-dev.lock
	@$(LINUX) .venv/run.lock > requirements.lock

# Weights, voices and calls stay: they are under models/ and data/, and not make's to remove.
clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis bench/results *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
