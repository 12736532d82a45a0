# Each alone on a fresh machine with Python >= 3.11, git and make:
#   make study     the quick study, search to tested network
#   make test      the test suite
#   make install   the project in .venv, and no more
# Where there is no GPU, TORCH_INDEX=URL takes torch and torchvision from that index of wheels, such
# as that of the CPU builds, which PyTorch's installation page names: they leave out what a GPU needs.
PYTHON ?= python3
TORCH_INDEX ?=
RUN := .venv/bin/python

.PHONY: study test install lint benchmark benchmark-workers

study: .venv/installed
	$(RUN) run_study.py run quick --workers 2

test: .venv/installed-dev
	$(RUN) -m pytest --numprocesses 3

install: .venv/installed

lint: .venv/installed-dev
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	PYTHONPATH=. .venv/bin/lint-imports

benchmark: .venv/installed-dev
	$(RUN) -m benchmarks.speed.loading
	$(RUN) -m benchmarks.speed.training
	$(RUN) -m benchmarks.speed.step
	$(RUN) -m benchmarks.speed.evaluation
	$(RUN) -m benchmarks.speed.artifacts

benchmark-workers: .venv/installed-dev
	$(RUN) -m benchmarks.speed.trial_overhead
	$(RUN) -m benchmarks.many_workers

.venv/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info < (3, 11) and sys.exit("Python 3.11 or newer is needed, $(PYTHON) is " + sys.version.split()[0] + ": name another one, as in make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
ifneq ($(TORCH_INDEX),)
	$(RUN) -m pip install --index-url $(TORCH_INDEX) torch torchvision
endif
	$(RUN) -m pip install -e .
	@$(RUN) -c 'import torch, torchvision; print("torch", torch.__version__, "and torchvision", torchvision.__version__)'
	@touch $@

.venv/installed-dev: .venv/installed
	$(RUN) -m pip install -e '.[dev]'
	@touch $@
