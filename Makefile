# Toolscope. `make run` and `make test` are all a newcomer needs; both install what is missing first.
SHELL := /bin/bash
ENV := . target/env.sh &&
NATIVE := --no-default-features --features native
WASM := --target wasm32-unknown-unknown --no-default-features --features
TOOLSCOPE := target/release/toolscope
DEMO := target/demo
PORT ?= 8080
EVENTS ?= 1000000
SEED ?= 1
SECONDS ?= 60
TARGET ?= all
LONG ?=

.PHONY: help setup companion web build demo run test check unit readers fuzz e2e bench bench-peers golden clean

help: ## what there is
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## install what is missing
	@scripts/setup.sh

companion: setup ## build the companion: serve, demo, query
	$(ENV) cargo build -q --release --bin toolscope $(NATIVE)

public/vendor/echarts.min.js: scripts/echarts-entry.mjs scripts/build-echarts.mjs package-lock.json
	$(ENV) node scripts/build-echarts.mjs

public/vendor/fonts/OFL.txt: scripts/copy-fonts.mjs package-lock.json
	$(ENV) node scripts/copy-fonts.mjs

web: companion public/vendor/echarts.min.js public/vendor/fonts/OFL.txt ## build the application into dist/
	# Trunk would download its tools, so it is told to stay offline, and tells cargo the same: the crates come before.
	$(ENV) cargo fetch -q --locked
	$(ENV) NO_COLOR=true trunk build --release --offline
	$(TOOLSCOPE) zones --out dist/zones
	$(TOOLSCOPE) precompress dist

build: web ## build everything

demo: companion ## make the demo organisation, once a day so that it ends today
	@if [ ! -f $(DEMO)/manifest.json ] || [ -n "$$(find $(DEMO)/manifest.json -mmin +1440)" ] || [ $(TOOLSCOPE) -nt $(DEMO)/manifest.json ]; then \
	  $(TOOLSCOPE) demo --events $(EVENTS) --seed $(SEED) --out $(DEMO); fi

run: build demo ## build, make the demo data, serve it on http://127.0.0.1:8080
	$(TOOLSCOPE) serve --app dist --data $(DEMO) --port $(PORT)

test: setup check unit readers e2e ## everything CI runs

check: setup ## formatting, lints, each feature alone
	$(ENV) cargo fmt --check
	$(ENV) for feature in engine charts documents native; do echo "check: $$feature alone" && cargo check -q --no-default-features --features $$feature || exit 1; done
	$(ENV) cargo clippy -q --all-targets -- -D warnings
	$(ENV) for feature in app worker columnar-module documents-module; do echo "clippy: $$feature for the browser" && cargo clippy -q $(WASM) $$feature -- -D warnings || exit 1; done

unit: setup ## unit, property and golden tests; LONG=1: also a minute of fuzzing for each reader
	$(ENV) cargo test
	$(if $(LONG),$(MAKE) fuzz)

readers: setup ## files of exports, opened with other people's readers
	scripts/setup.sh python
	$(ENV) cargo build -q --bin toolscope
	$(ENV) "$$TOOLSCOPE_PYTHON" tests/readers/readers.py target/debug/toolscope

fuzz: setup ## mutated inputs over every reader; SECONDS=60 for each TARGET=all SEED=1
	$(ENV) cargo test --test fuzz -- --seconds $(SECONDS) --target $(TARGET) --seed $(SEED)

e2e: build demo ## the application in a real browser
	$(ENV) node --test --test-concurrency=1 --test-force-exit --test-timeout=900000 --test-reporter=spec tests/e2e/*.test.mjs

bench: build demo ## native kernels, then the application in a real browser
	$(ENV) cargo bench --bench engine
	$(ENV) node benches/browser/run.mjs

bench-peers: setup ## beside DuckDB-Wasm, Perspective, Arquero and crossfilter2; ARGS="--sizes 1000000 --rounds 3"
	$(ENV) benches/browser/peers/run.sh $(ARGS)

golden: ## make the golden files again, with DuckDB and Polars
	scripts/setup.sh python
	$(ENV) "$$TOOLSCOPE_PYTHON" tests/golden/make.py

clean:
	rm -rf dist target/demo
