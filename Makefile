# The commands of daily work. CMake does the building: see CMakePresets.json.

.DEFAULT_GOAL := build
.PHONY: help run build test bench format tidy dev asan tsan fuzz deps clean

help: ## This list
	@grep -hE '^[a-z ]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z ]+):[^#]*## /\1\t/' | \
	    while IFS="$$(printf '\t')" read -r name text; do printf '  make %-14s %s\n' "$$name" "$$text"; done

run: build ## Build, then serve in this folder; a first run makes objftpd.toml and shows a password
	@exec build/release/objftpd serve $(ARGS)

build: deps ## Build the server: build/release/objftpd
	@cmake --preset release -DOBJFTPD_TESTS=OFF >/dev/null
	@cmake --build --preset release --target objftpd

test: ## Everything: unit, session and client tests, sanitizers, fuzzing
	@scripts/test.sh

bench: build ## Measure against FTP servers and direct clients of stores (ARGS="--quick": short)
	@scripts/deps.sh test bench stores
	@cmake --preset release -DOBJFTPD_TESTS=ON >/dev/null
	@cmake --build --preset release --target oss_server
	@tests/bench/run.sh $(ARGS)

format: ## clang-format over all sources
	@scripts/deps.sh tools
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format -i

tidy: ## clang-tidy over all sources
	@scripts/deps.sh tools
	@scripts/tidy.sh $(FILES)

dev asan tsan: ## Build that preset and run its tests
	@scripts/deps.sh build test
	@cmake --preset $@ >/dev/null
	@cmake --build --preset $@
	@ctest --test-dir build/$@ --output-on-failure --no-tests=error $(ARGS)

fuzz: ## Fuzz for SECONDS (60) per target
	@scripts/deps.sh build test
	@cmake --preset fuzz >/dev/null
	@cmake --build --preset fuzz --target fuzz_targets
	@tests/fuzz/run.sh $(or $(SECONDS),60)

deps: ## Install the Debian packages that the build needs
	@scripts/deps.sh build

clean: ## Remove everything that was built
	rm -rf build
