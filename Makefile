# `make run` starts everything; `make` alone lists what there is.
.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := /bin/sh

TEMPL := go tool templ
SQLC := go tool -modfile=tools/sqlc/go.mod sqlc
GOFUMPT := go tool -modfile=tools/gofumpt/go.mod gofumpt -extra
GOLANGCI := go tool -modfile=tools/golangci/go.mod golangci-lint
RULES := deploy/prometheus

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile
	@printf '\nmake run reads PORT, WARDROOM_LISTEN, WARDROOM_DATA, DATABASE_URL, REDIS_URL and what else README.md lists.\n'

.PHONY: run
run: ## install what is missing, build, start Wardroom with a small OctoLLM to watch
	@scripts/need run
	@scripts/build
	@exec bin/demo

.PHONY: build
build: ## build bin/web, bin/kubectl, bin/demo and bin/octollm
	@scripts/need build
	@scripts/build all

.PHONY: test
test: ## install what tests need and run all of them, with the race detector
	@scripts/need test
	CI=true go test -race -shuffle=on -timeout=30m ./...
	go test -C tools/kubectl ./...
	go test -C tools/sqloracle ./...
	@echo 'docker: not run (make test-docker)'
	@echo 'kubernetes: not run (make test-kubernetes)'

.PHONY: test-docker
test-docker: ## run the tests against a Docker Engine of their own, as root
	@scripts/need test-docker
	CI=true go test -race -count=1 -timeout=30m -tags=docker ./e2e/docker

.PHONY: test-kubernetes
test-kubernetes: ## run kubectl against a real control plane, which is built first (minutes, once)
	@scripts/need test-kubernetes
	@scripts/build kubernetes
	CI=true go test -tags=kubernetes -count=1 -timeout=15m ./e2e/kubernetes

.PHONY: e2e
e2e: ## run the end-to-end tests alone
	@scripts/need test
	CI=true go test -race -count=1 -timeout=30m ./e2e/...

.PHONY: fuzz
FUZZTIME ?= 1m
fuzz: ## search for inputs that break a promise: FUZZTIME=10m for each target, FUZZ=FuzzPolicy for one
	@scripts/fuzz $(FUZZTIME) $(FUZZ)

.PHONY: bench
ROUNDS ?= 2
bench: ## measure how fast commands are classed and runbooks are read: ROUNDS=5, JSON=FILE
	@scripts/bench $(ROUNDS) $(JSON)

.PHONY: check
check: tools generated fmt-check vet lint rules ## everything that is checked without running the tests

.PHONY: tools
tools:
	@scripts/need test

.PHONY: generate
generate: ## write the generated code: views and queries
	$(TEMPL) generate
	$(SQLC) generate

.PHONY: generated
generated: ## fail when generated code is not up to date
	scripts/generated

.PHONY: fmt
fmt: ## format everything
	$(GOFUMPT) -w .
	$(TEMPL) fmt views

.PHONY: fmt-check
fmt-check: ## fail when something is not formatted
	@unformatted=$$($(GOFUMPT) -l .) && [ -z "$$unformatted" ] || { printf 'not formatted, run make fmt:\n%s\n' "$$unformatted"; exit 1; }
	$(TEMPL) fmt -fail views

.PHONY: vet
vet: ## go vet
	go vet -tags=docker,kubernetes ./...

.PHONY: lint
lint: ## golangci-lint
	$(GOLANGCI) run ./...

.PHONY: rules
rules: ## check and test the rules of Prometheus
	@scripts/need run
	promtool check rules $(RULES)/rules/*.yml
	promtool check config $(RULES)/prometheus.yml
	promtool test rules $(RULES)/tests/*.yml

.PHONY: clean
clean: ## remove what was built
	rm -rf bin
