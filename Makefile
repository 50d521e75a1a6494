# Two commands do all the set-up: `make demo` and `make test`. Python 3.11 or newer is needed;
# another interpreter is chosen with `make test PYTHON=python3.13`.

PYTHON ?= python3
EXTRAS := train,synth,gallery,server,bulk,centerface,dev
PIP := -m pip install --disable-pip-version-check --quiet

.PHONY: demo test lint types check page clean
.DELETE_ON_ERROR:

demo: .venv-demo/stamp
	.venv-demo/bin/lineament analyze examples --out out --draw

test: lint types check

lint: .venv/stamp
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: .venv/stamp
	.venv/bin/mypy

# A process for each core, one thread in each.
check: .venv/stamp
	OMP_NUM_THREADS=1 .venv/bin/pytest -n auto --dist loadfile

# The web page in headless Chromium; Node.js and Chromium must be there.
page: .venv/stamp tests/page/node_modules/.package-lock.json
	LINEAMENT_SHOTS=$(CURDIR)/out/page .venv/bin/pytest tests/page

tests/page/node_modules/.package-lock.json: tests/page/package.json tests/page/package-lock.json
	cd tests/page && npm ci --no-audit --no-fund
	@touch $@

.venv-demo/stamp: pyproject.toml
	@$(call need_python)
	$(PYTHON) -m venv --clear .venv-demo
	@echo "Installing the base package into .venv-demo (about 400 MB)"
	.venv-demo/bin/python $(PIP) -e .
	@touch $@

# PyTorch comes first and alone, so that the resolver settles on a build that the machine offers.
.venv/stamp: pyproject.toml
	@$(call need_python)
	$(PYTHON) -m venv --clear .venv
	@echo "Installing all extras into .venv (about 3 GB, some minutes)"
	.venv/bin/python $(PIP) 'torch>=2.10,<2.14'
	.venv/bin/python $(PIP) -e '.[$(EXTRAS)]'
	@touch $@

clean:
	rm -rf .venv .venv-demo out .mypy_cache .ruff_cache .pytest_cache .hypothesis

define need_python
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	echo "Lineament needs Python 3.11 or newer; found: $$($(PYTHON) --version 2>&1 || true)." \
	"Install one, or choose it with: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1; }
endef
