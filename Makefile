# make          builds bin/goniec
# make install  puts it into the system as a service: docs/install.md
# make demo     the daemon with emulated modems and patients, no hardware
# make test     everything that must pass: make check, summed up in one line

SHELL   := /bin/sh
GO      ?= go
TOOL     = $(GO) tool -modfile=tools.mod
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
BIN     := bin/goniec
COUNTS := bin/tests.txt
FUZZTIME ?= 30s
SOAKTIME ?= 60m
SOAKSEEDS ?= 3
MILLION ?= /tmp/goniec-million.db

# Where install puts programs, and the folder it puts in front of every path.
PREFIX  ?= /usr
DESTDIR ?=

.PHONY: build install uninstall demo test check format vet lint unit fuzz soak corpus bench bench-million update tidy clean

build: $(BIN)

.PHONY: $(BIN)
$(BIN):
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags="-s -w -X main.version=$(VERSION)" -o $@ ./cmd/goniec

# They build nothing, for root may have no Go.
install uninstall:
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" scripts/install $@

demo: build
	./$(BIN) demo $(DEMOFLAGS)

# Two of the steps run at once, and all of them to their end. The tests that need foreign
# programs (tshark, gammu, smstools, qemu-user, npm) install them themselves;
# scripts/install-test-tools says how. What cannot be installed is named in the last line
# as not run, and fails where the variable CI is set.
test:
	@begin=$$(date +%s); mkdir -p bin; rm -f $(COUNTS); \
	if $(MAKE) --no-print-directory -k -j2 check; then status=0; what=passed; else status=1; what=FAILED; fi; \
	echo "make test $$what in $$(( $$(date +%s) - begin )) s: $$(cat $(COUNTS) 2>/dev/null || echo no tests ran)"; exit $$status

check: format unit vet lint

format:
	@unformatted=$$("$$($(GO) env GOROOT)/bin/gofmt" -l .); \
	if [ -n "$$unformatted" ]; then echo "not formatted, run gofmt -w:"; echo "$$unformatted"; exit 1; fi

vet:
	$(GO) mod tidy -diff
	$(GO) mod verify
	$(GO) vet ./...
	CGO_ENABLED=0 GOOS=linux GOARCH=arm GOARM=6 $(GO) vet ./...
	CGO_ENABLED=0 GOOS=linux GOARCH=arm64 $(GO) vet ./...

# It runs staticcheck, too.
lint:
	$(TOOL) golangci-lint run ./...

# Generated files (api/openapi.json, golden files) are compared by tests here.
# The race detector needs a C compiler, which a fresh machine may lack; where none can be
# installed the tests run without, but not under CI.
unit:
	@mkdir -p bin; race=-race; cgo=1; without=; \
	if ! command -v cc >/dev/null && ! scripts/install-test-tools gcc libc6-dev; then \
		[ -z "$$CI" ] || exit 1; race=; cgo=0; without="a C compiler (race detector)"; \
	fi; \
	CGO_ENABLED=$$cgo $(GO) test -json $$race -shuffle=on -timeout=20m ./... | $(GO) run ./scripts/progress $(COUNTS) $${without:+"$$without"}

# Rewrites generated files; look at the difference before you commit it.
update:
	$(GO) test ./api -run TestOpenAPI -update
	$(GO) test ./modem -run TestRefusalsInGuide -update

# Each fuzz target for FUZZTIME.
fuzz:
	@set -e; for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "== $$package $$target"; \
			$(GO) test $$package -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME); \
		done; \
	done

# Every fault of docs/modems.md for 50 virtual minutes; ten virtual days of four modems
# under random faults, SOAKSEEDS times, and kills at every step, in virtual time; then real
# daemons killed a thousand times; each compares the network's own record with the queue's.
# Prints lost and doubled.
soak:
	GONIEC_SOAK=$(SOAKSEEDS) $(GO) test ./gateway -run "^Test(Soak|Faults)" -v -count=1 -timeout $(SOAKTIME)
	GONIEC_SOAK=1 $(GO) test ./cmd/goniec -run "^TestSoak" -parallel 8 -v -count=1 -timeout $(SOAKTIME)

# What the reply reader makes of the labelled replies: counts, the confusion table, every
# miss with its rule. Fails on a false cancellation or confirmation.
corpus:
	$(GO) test ./reply/reader -run '^TestCorpus' -v -count=1

# Single things first, then what they cost with a million messages: the file MILLION
# is filled in two minutes, has 2.4 GB and stays for the next time; a copy of it is
# made beside it where temporary files go.
bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...
	$(MAKE) bench-million

bench-million: $(MILLION)
	GONIEC_MILLION=$(MILLION) $(GO) test -p 1 ./queue ./cmd/goniec -run '^TestMillion' -v -count=1 -timeout 30m

$(MILLION):
	GONIEC_FILL=$@ $(GO) test ./queue -run '^TestFilling$$' -v -count=1 -timeout 30m

tidy:
	$(GO) mod tidy

clean:
	rm -rf bin
