# The two commands of the README are `make run` and `make test`; both install what is missing.
SHELL := /bin/bash
JOBS ?= $(shell nproc)
BUILD := build/release
.DEFAULT_GOAL := build
.PHONY: setup build run test prove page-proof docs bench clean

setup:
	@tools/setup

build: setup
	@test -f $(BUILD)/build.ninja || cmake --preset release -DGPUWHY_TESTS=OFF >/dev/null
	@cmake --build $(BUILD) --target gpuwhy -j $(JOBS)

# This machine first, whatever its answer; then two machines that travel inside the executable.
run: build
	@tools/run $(BUILD)/gpuwhy

test: setup
	@tools/test $(BUILD) $(JOBS)

prove: setup
	@cmake --preset release -DGPUWHY_TESTS=ON >/dev/null
	@cmake --build $(BUILD) --target gpuwhy replay_test -j $(JOBS)
	@python3 tests/oracle/prove.py --gpuwhy $(BUILD)/gpuwhy

# The pages in a real browser; not in `make test`, because Chromium and Playwright take some 400 MB.
page-proof: build
	@python=$$(tools/setup-page build/page/venv) && "$$python" tests/page/browser_test.py $(BUILD)/gpuwhy && \
	  "$$python" tests/page/page_test.py $(BUILD)/gpuwhy

# The output in the README and its pictures; the test `docs` says when they are out of date.
docs: build
	@python=$$(tools/setup-page build/page/venv) && "$$python" tools/make-docs $(BUILD)/gpuwhy

bench: build
	@python3 tests/bench/bench.py --gpuwhy $(BUILD)/gpuwhy
	@python3 tests/bench/arch_bench.py --gpuwhy $(BUILD)/gpuwhy --python build/bench/venv/bin/python
	@python3 tests/bench/explain_bench.py --gpuwhy $(BUILD)/gpuwhy

clean:
	rm -rf build
