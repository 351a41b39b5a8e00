# Cuadrante: one non-recursive Makefile. `make demo` runs the service, `make check` tests everything.
# SAN=1 builds the same tree under build/san with ASan and UBSan, FUZZ=1 under build/fuzz for libFuzzer.

prefix ?= /usr/local
DESTDIR ?=
PYTHON ?= /usr/bin/python3
SAN ?= 0

FUZZ ?= 0
FUZZ_SECONDS ?= 60
CLANG ?= clang
# V=1 shows whole commands.
Q := $(if $(V),,@)

MODE := $(if $(filter 1,$(FUZZ)),fuzz,$(if $(filter 1,$(SAN)),san,release))
B := build/$(MODE)
VERSION := 0.1.0

PKGS := libmicrohttpd libpq libcjson libical libsodium gsl libutf8proc inih libcurl zlib xlsxwriter libqrencode
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lcsv -lglpk -lpthread -lm

WARN := -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wundef -Wwrite-strings -Wcast-qual -Wswitch-enum -Wnull-dereference -Werror
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -fPIE
LDHARDEN := -pie -Wl,--as-needed -Wl,-z,relro,-z,now
ifeq ($(FUZZ),1)
CC := $(CLANG)
OPT := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
CFLAGS += -fsanitize=fuzzer-no-link
LDHARDEN += -fsanitize=fuzzer,address,undefined
else ifeq ($(SAN),1)
# -g1 is all that reports need; what it leaves out is a quarter of the time to compile. A hundred programs
# are linked: gold, where there is one, takes half as long.
OPT := -O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
LDHARDEN += -fsanitize=address,undefined $(if $(shell command -v ld.gold),-fuse-ld=gold)
else
OPT := -O2 -g -D_FORTIFY_SOURCE=3
endif
CFLAGS ?=
ifeq ($(SAN),1)
# Where searches and played weeks spend their time; all of it at -O2 takes longer to compile than it saves.
SAN_HOT := num/cholesky simulate/play simulate/people simulate/draw \
	$(addprefix schedule/,anneal breaks cover desk local pricing pricing_bands seats session_bound soft soft_bend)
$(SAN_HOT:%=$(B)/solver/%.o): OPT += -O2
endif
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE $(OPT) $(WARN) $(HARDEN) -Iinclude -I. -I$(B)/gen $(PKG_CFLAGS) \
	-DCUADRANTE_VERSION='"$(VERSION)"' $(CFLAGS)

WFM_SRC := $(wildcard solver/*.c solver/*/*.c)
SRV_SRC := $(wildcard server/*/*.c)
TLIB_SRC := $(wildcard tests/lib/*.c)
WFM_OBJ := $(WFM_SRC:%.c=$(B)/%.o)
SRV_OBJ := $(SRV_SRC:%.c=$(B)/%.o)
TLIB_OBJ := $(TLIB_SRC:%.c=$(B)/%.o)
TEST_SRC := $(wildcard tests/unit/*.c tests/property/*.c tests/db/*.c)
TEST_BIN := $(TEST_SRC:%.c=$(B)/%)

GEN := $(B)/gen
SQL_SRC := $(sort $(wildcard sql/queries/*.sql))
MIGRATION_SRC := $(sort $(wildcard sql/migrations/*.sql))
GEN_OBJ := $(GEN)/sql_table.o $(GEN)/migration_table.o $(GEN)/holiday_text.o $(GEN)/assets.o $(GEN)/asset_bytes.o
WEB_DIST := build/web/dist

.PHONY: all lib clean unit
all: $(B)/libwfm.a $(B)/libserver.a $(if $(wildcard server/main.c),$(B)/cuadrante)
lib: $(B)/libwfm.a

$(B)/%.o: %.c | $(GEN)/sql_ids.h
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC $(MODE) $<")
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

# The header is replaced only when its words change, so that editing a statement recompiles one file.
# The folders are prerequisites because a deleted file must count too.
$(GEN)/sql_ids.h: scripts/sqlgen.awk $(wildcard sql/queries) $(SQL_SRC)
	@mkdir -p $(@D)
	LC_ALL=C awk -v want=ids -f $< $(SQL_SRC) /dev/null > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(GEN)/sql_table.c: scripts/sqlgen.awk $(wildcard sql/queries) $(SQL_SRC)
	@mkdir -p $(@D)
	LC_ALL=C awk -v want=table -f $< $(SQL_SRC) /dev/null > $@.new && mv $@.new $@

$(GEN)/migration_table.c: scripts/migrationgen.awk $(wildcard sql/migrations) $(MIGRATION_SRC)
	@mkdir -p $(@D)
	LC_ALL=C awk -f $< $(MIGRATION_SRC) /dev/null > $@.new && mv $@.new $@

$(GEN)/holiday_text.c: scripts/textgen.awk server/calendar/holidays.txt
	@mkdir -p $(@D)
	LC_ALL=C awk -v name=holiday_text -f $^ > $@.new && mv $@.new $@

# The web page in the binary. Without npm: the page as it was last built, or none.
WEB_BUILT := $(if $(shell command -v npm),$(WEB_DIST)/index.html,$(shell find $(WEB_DIST) 2>/dev/null))
$(GEN)/assets.c: scripts/embed.sh $(WEB_BUILT)
	@mkdir -p $(@D)
	scripts/embed.sh $(WEB_DIST) $(GEN)/asset_bytes.S $@

$(GEN)/asset_bytes.o: $(GEN)/assets.c
	$(CC) -c $(GEN)/asset_bytes.S -o $@

$(GEN)/%.o: $(GEN)/%.c
	$(if $(V),,@echo "  CC $(MODE) $<")
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(B)/libwfm.a: $(WFM_OBJ)
$(B)/libserver.a: $(SRV_OBJ) $(GEN_OBJ)
$(B)/libtests.a: $(TLIB_OBJ)
$(B)/lib%.a:
	@mkdir -p $(@D)
	$(if $(V),,@echo "  AR $@")
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/cuadrante: $(B)/server/main.o $(B)/libserver.a $(B)/libwfm.a
	$(if $(V),,@echo "  LD $@")
	$(Q)$(CC) $(OPT) $(LDHARDEN) -o $@ $^ $(PKG_LIBS)

$(TEST_BIN): $(B)/%: $(B)/%.o $(B)/libtests.a $(B)/libserver.a $(B)/libwfm.a
	$(if $(V),,@echo "  LD $@")
	$(Q)$(CC) $(OPT) $(LDHARDEN) -o $@ $^ $(PKG_LIBS) -lcmocka

unit: $(TEST_BIN)
	@set -e; for t in $(TEST_BIN); do echo "# $$t"; $$t; done

# ---- the page: bundled into build/web/dist, which server/http embeds -----------------------------

WEB_SRC := $(shell find web/src -type f) web/build.mjs web/tsconfig.json
.PHONY: web
web: build/web/dist/index.html

# Installed anew only when the list of packages changes.
build/web/npm.stamp: web/package.json web/package-lock.json web/.npmrc
	@mkdir -p $(@D)
	$(if $(V),,@echo "  NPM web")
	$(Q)cd web && npm ci --no-audit --no-fund --loglevel=error
	$(Q)touch $@

build/web/dist/index.html: build/web/npm.stamp $(WEB_SRC)
	$(if $(V),,@echo "  WEB $(@D)")
	$(Q)cd web && npx --no-install tsc --noEmit && node build.mjs ../build/web/dist

# ---- quality ---------------------------------------------------------------------------------

FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_BIN := $(FUZZ_SRC:%.c=$(B)/%)
BENCH_SRC := $(wildcard tests/bench/bench_*.c)
BENCH_BIN := $(BENCH_SRC:%.c=$(B)/%)
ALL_SRC := $(WFM_SRC) $(SRV_SRC) $(TLIB_SRC) $(TEST_SRC) $(FUZZ_SRC) $(BENCH_SRC) \
	$(wildcard server/main.c tests/fuzz/replay.c tests/install/*.c tests/inject/*.c docs/examples/*.c tests/bench/peers/*.c)

.PHONY: gates clang fuzz fuzz-run fuzz-targets tests bench bench-peers bench-programs check install
.SECONDARY:

# Everything `make check` runs from one build mode; the release page is embedded in both binaries.
tests: all $(TEST_BIN) $(if $(filter 1,$(FUZZ)),,$(FUZZ_BIN))

gates: $(B)/libwfm.a
	$(PYTHON) scripts/gates.py $(B)/libwfm.a

# Only the front end: every warning clang has for this tree, without generating code.
clang: $(ALL_SRC:%.c=build/clang/%.ok)
build/clang/%.ok: %.c | $(GEN)/sql_ids.h
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CLANG $<")
	$(Q)$(CLANG) $(filter-out -D_FORTIFY_SOURCE=3,$(ALL_CFLAGS)) -fsyntax-only -MMD -MP -MT $@ \
		-MF $(@:.ok=.d) $< && touch $@

# Under libFuzzer with FUZZ=1, else over the saved inputs by replay.c.
$(FUZZ_BIN): $(B)/%: $(B)/%.o $(if $(filter 1,$(FUZZ)),,$(B)/tests/fuzz/replay.o) \
		$(B)/libserver.a $(B)/libwfm.a
	$(if $(V),,@echo "  LD $@")
	$(Q)$(CC) $(OPT) $(LDHARDEN) -o $@ $^ $(PKG_LIBS)

fuzz-targets: $(FUZZ_BIN)
fuzz-run: fuzz-targets
	scripts/fuzz.sh $(FUZZ_SECONDS) $(FUZZ_BIN)
fuzz:
	$(MAKE) FUZZ=1 fuzz-run

$(BENCH_BIN): $(B)/%: $(B)/%.o $(B)/libtests.a $(B)/libserver.a $(B)/libwfm.a
	$(if $(V),,@echo "  LD $@")
	$(Q)$(CC) $(OPT) $(LDHARDEN) -o $@ $^ $(PKG_LIBS) -lcmocka
bench-programs: $(BENCH_BIN)
bench: all bench-programs
	$(PYTHON) tests/bench/run.py $(BENCH_BIN) $(wildcard tests/bench/bench_*.py)

# Other forecasters under our protocol, as far as this machine has them; tests/bench/peers/run.py
# says how to point at them. Takes an hour or more of one core.
PEERS_OURS := $(B)/tests/bench/peers/ours
PEERS_STAFFING := $(B)/tests/bench/peers/staffing
$(PEERS_OURS) $(PEERS_STAFFING): $(B)/%: $(B)/%.o $(B)/libwfm.a
	$(if $(V),,@echo "  LD $@")
	$(Q)$(CC) $(OPT) $(LDHARDEN) -o $@ $^ $(PKG_LIBS)
.PHONY: bench-peers-staffing bench-peers-schedule
bench-peers-staffing: $(PEERS_STAFFING)
	nice -n 15 $(PYTHON) tests/bench/peers/staffing.py $(PEERS_STAFFING) docs/bench-staffing-peers.md
bench-peers-schedule: all
	nice -n 15 $(PYTHON) tests/bench/peers/schedule.py $(B)/cuadrante docs/bench-schedule-peers.md
bench-peers: $(PEERS_OURS) bench-peers-staffing bench-peers-schedule
	nice -n 15 $(PYTHON) tests/bench/peers/run.py $(PEERS_OURS) docs/bench-forecast-peers.md

# The one command for everything: installs what is missing, builds, tests, and ends with one line
# "N passed, N failed".
check:
	scripts/install-deps.sh
	+$(PYTHON) tests/run.py

# Two words to a running service: what it needs is installed, built and started; see scripts/demo.sh.
.PHONY: demo
demo:
	scripts/install-deps.sh build run
	+$(MAKE) SAN=0 all
	@scripts/demo.sh

install: all
	install -d $(DESTDIR)$(prefix)/bin $(DESTDIR)$(prefix)/lib/pkgconfig $(DESTDIR)$(prefix)/include/wfm
	if [ -f $(B)/cuadrante ]; then install -m 755 $(B)/cuadrante $(DESTDIR)$(prefix)/bin/; fi
	install -m 644 $(B)/libwfm.a $(DESTDIR)$(prefix)/lib/
	install -m 644 include/wfm/*.h $(DESTDIR)$(prefix)/include/wfm/
	sed -e 's|@prefix@|$(prefix)|' -e 's|@version@|$(VERSION)|' scripts/wfm.pc.in \
		> $(DESTDIR)$(prefix)/lib/pkgconfig/wfm.pc

clean:
	rm -rf build

-include $(shell find build -name '*.d' 2>/dev/null)
