# `make` lists what there is. SWIFTFLAGS go to every `swift build`, `swift test` and `swift run`, TESTFLAGS to
# `swift test` alone: make test TESTFLAGS="--filter Cholesky"

SHELL := /bin/bash
SWIFTFLAGS ?=
TESTFLAGS ?=
PREFIX ?= /usr/local
FORMATTED := Package.swift Sources Tests $(wildcard Examples Benchmarks/Package.swift Benchmarks/Sources)
STATIC := $(if $(filter Linux,$(shell uname -s)),--static-swift-stdlib)

.DEFAULT_GOAL := help
.PHONY: help setup demo build test format lint layering docs check-html bench bench-all guard install clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 18

setup: ## install the system libraries that are missing (LAPACK, BLAS)
	@Scripts/setup.sh

demo: setup ## run the worked example, Examples/P2PFinancing, and write its report to p2p-report
	swift run -c release $(SWIFTFLAGS) P2PFinancing
	swift run -c release $(SWIFTFLAGS) swift-sem study Examples/P2PFinancing/study.yaml --language en --output p2p-report

build: setup ## build everything for release
	swift build -c release $(SWIFTFLAGS)

test: setup ## build and run the tests
	swift build --build-tests $(SWIFTFLAGS)
	@mkdir -p .build && set -o pipefail && echo "swift test" && \
	  swift test --skip-build --disable-xctest $(SWIFTFLAGS) $(TESTFLAGS) 2>&1 | tee .build/test.log
	@sed -n 's/.*Test run with \([0-9]* tests*\).* passed.*/swift-sem: \1 passed/p' .build/test.log

format: ## format the sources in place
	swift format --in-place --recursive --parallel $(FORMATTED)

lint: ## check the format
	swift format lint --strict --recursive --parallel $(FORMATTED)

layering: ## check that no part of the source knows a later part
	@Scripts/setup.sh --development
	Scripts/check-layering.py --self-test
	Scripts/check-layering.py

docs: ## build the documentation into .build/docs, warnings as errors
	@Scripts/setup.sh --development
	Scripts/build-docs.sh

check-html: setup ## open reports in headless Chromium, on a phone and at a desk
	swift build $(SWIFTFLAGS) --product swift-sem
	@mkdir -p .build/reports
	@for language in en zh; do "$$(swift build $(SWIFTFLAGS) --show-bin-path)/swift-sem" fit Examples/Models/p2p.lav \
	  --data Examples/Data/p2p-survey.csv --no-fixed-x --effects all --modification-indices --residuals \
	  --format html --language $$language --output .build/reports/p2p-$$language.html || exit 1; done
	Scripts/check-html.py --screenshots .build/reports .build/reports/p2p-en.html .build/reports/p2p-zh.html

bench: setup ## run the benchmarks
	swift run -c release --package-path Benchmarks $(SWIFTFLAGS) swift-sem-bench $(BENCHFLAGS)

bench-all: setup ## every row of the speed table, beside lavaan, semopy and OpenMx (needs Python 3)
	Benchmarks/run-all $(BENCHFLAGS)

guard: setup ## compare instructions per call with the record (needs Python 3 and valgrind)
	Benchmarks/guard $(GUARDFLAGS)

install: setup ## install the command line tool to PREFIX (/usr/local)
	swift build -c release $(STATIC) $(SWIFTFLAGS) --product swift-sem
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 "$$(swift build -c release $(STATIC) $(SWIFTFLAGS) --show-bin-path)/swift-sem" "$(DESTDIR)$(PREFIX)/bin/"

clean: ## remove what was built
	rm -rf .build Benchmarks/.build
