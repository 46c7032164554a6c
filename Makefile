# Weave Net. `make demo` and `make test` are the two commands; the rest is listed by `make help`.
SHELL := /bin/bash
.DELETE_ON_ERROR:

DOTNET  ?= dotnet
PREFIX  ?= /usr/local
RID     ?= linux-x64
SOURCES := $(shell find src bpf -type f -not -path '*/obj/*' -not -path '*/bin/*')
BUILD   := Directory.Build.props Directory.Packages.props global.json
DOTNET_FLAGS := -nologo -v q --tl:off

export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

.PHONY: all help packages nightly nightly-ipam nightly-mesh nightly-fuzz kill-store test test-matrix test-unit test-system test-vm demo demo-down bench bench-docker-run install clean

all: artifacts/weave ## Build the native binary to artifacts/ (the default)

help: ## Show the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

packages: ## Install the Debian packages that are missing
	@build/packages

artifacts/weave: $(SOURCES) $(BUILD) | packages
	$(DOTNET) publish src/Weave -c Release -r $(RID) -o artifacts/publish $(DOTNET_FLAGS)
	install -m 755 artifacts/publish/weave artifacts/weave
	ln -sf weave artifacts/weaver

test: packages artifacts/weave ## Unit, vectors, properties, simulation, fuzz replay and system tests (root)
	@build/run-tests tests/Weave.Tests tests/Weave.SystemTests

test-matrix: packages artifacts/weave ## Plugin tests on Docker 20.10, 26.1, 28.5 and a mixed cluster (root); CLUSTERS="28.5 mixed" picks
	@build/test-matrix $(CLUSTERS)

test-unit: packages ## What needs no privileges
	@build/run-tests tests/Weave.Tests

test-system: packages artifacts/weave ## System tests only (root)
	@build/run-tests tests/Weave.SystemTests

test-vm: packages ## The fast datapath under Debian's stock kernel in qemu, and beside openvswitch (root)
	$(DOTNET) build tests/Weave.SystemTests $(DOTNET_FLAGS)
	testbed/vm tests/Weave.SystemTests/bin/Debug/net10.0/Weave.SystemTests --filter-namespace Weave.SystemTests.FastDatapath \
		--filter-not-class Weave.SystemTests.FastDatapath.DaemonTests --filter-not-class Weave.SystemTests.FastDatapath.MixedRelayTests \
		--no-ansi --no-progress --output Detailed

demo: packages artifacts/weave ## Two Docker hosts on this machine, containers that talk across them (root)
	@testbed/demo up

demo-down: ## End the demo and leave nothing behind
	@testbed/demo down

SIMULATION := $(DOTNET) run -c Release --project tests/Weave.Simulation --

nightly: nightly-ipam nightly-mesh nightly-fuzz ## The three below, hours in all

nightly-ipam: packages ## Ten thousand seeds of address allocation
	$(SIMULATION) ipam --seeds 10000

nightly-mesh: packages ## Every scenario of the mesh in two processes that must agree, and a hundred storms
	@mkdir -p artifacts
	$(SIMULATION) all --traces artifacts/traces
	$(SIMULATION) all --traces artifacts/traces.again
	cmp artifacts/traces artifacts/traces.again
	$(SIMULATION) storm --seeds 100

nightly-fuzz: packages ## Ten million mutated inputs for each parser of foreign bytes
	$(DOTNET) run -c Release --project tests/Weave.Fuzz -- all --runs 10000000

kill-store: packages ## Kill a writer of the store a thousand times
	@WEAVE_KILLS=1000 TEST_ARGS="--filter-class *KilledWriterTests" build/run-tests tests/Weave.Tests

bench: packages ## Run the benchmarks
	$(DOTNET) run -c Release --project bench/Weave.Benchmarks -- --filter '*'

bench-docker-run: packages artifacts/weave ## What `docker run --net=weave` costs beside Docker's own networks (root)
	@bench/throughput/docker-run

install: artifacts/weave ## Install to $(PREFIX)/bin/weave
	install -D -m 755 artifacts/weave $(DESTDIR)$(PREFIX)/bin/weave

clean: ## Remove what was built
	rm -rf artifacts
	find src tests bench -name bin -o -name obj | xargs rm -rf
