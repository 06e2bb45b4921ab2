# SPDX-License-Identifier: Apache-2.0
#
# make          the tools, in build/bin
# make demo     set up what is missing, build, run the main job, show it
# make check    set up what is missing, build, run every test
# make help     the rest
#
# Local overrides go into config.mk (not tracked).
-include config.mk

BUILD ?= release
PREFIX ?= /usr/local
B := build/$(BUILD)
BIN := $(if $(filter release,$(BUILD)),build/bin,$(B)/bin)
GEN := $(B)/gen

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules
all:

# --- flags ------------------------------------------------------------------
WARN := -Wall -Wextra -Wshadow -Wpointer-arith -Wvla
CWARN := -Wstrict-prototypes -Wmissing-prototypes
WERROR ?= $(if $(CI),-Werror)
OPT_release := -O2 -g
OPT_asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined
OPT_ubsan := -O1 -g -fsanitize=undefined -fno-sanitize-recover=undefined
OPT_fuzz := -O1 -g -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined
OPT_cov := -O0 -g --coverage
ifeq ($(filter $(BUILD),release asan ubsan fuzz cov),)
$(error BUILD must be release, asan, ubsan, fuzz or cov)
endif
ifeq ($(BUILD),fuzz)
CC := clang
CXX := clang++
else
CC ?= cc
CXX ?= c++
ifeq ($(origin CC),default)
CC := gcc
CXX := g++
endif
endif
CPPFLAGS += -D_GNU_SOURCE -Ilib -I$(GEN)
OPT := $(OPT_$(BUILD)) -ffunction-sections -fdata-sections
CFLAGS_ALL := -std=gnu11 $(OPT) $(WARN) $(CWARN) $(WERROR) $(CFLAGS)
CXXFLAGS_ALL := -std=c++17 -fno-exceptions -fno-rtti -DSIMDJSON_EXCEPTIONS=0 \
	$(OPT) $(WARN) $(WERROR) $(CXXFLAGS)
LDFLAGS_ALL := $(OPT_$(BUILD)) -Wl,--gc-sections -Wl,--as-needed $(LDFLAGS)
# Debian keeps libpq's header in a folder of its own.
PQ_INCLUDE := $(shell pkg-config --cflags libpq 2>/dev/null)
# The codec is where the time of a replay goes.
CODEC_OPT := $(if $(filter release,$(BUILD)),-O3)
$(B)/obj/lib/codec/%: private CFLAGS_ALL += $(CODEC_OPT)
$(B)/obj/lib/codec/%: private CXXFLAGS_ALL += $(CODEC_OPT)
$(B)/obj/lib/redact/%: private CFLAGS_ALL += $(CODEC_OPT)
$(B)/obj/lib/secret/%: private CFLAGS_ALL += $(CODEC_OPT)
$(B)/obj/lib/load/%: private CPPFLAGS += $(PQ_INCLUDE)
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))

# --- what there is ----------------------------------------------------------
TOOLS := tetra-tap rt-canon rt-redact rt-hotsym rt-witness rt-pgload
LIBS_common := -lsimdjson -lprotobuf-c -lxxhash -lz -lzstd -lyaml -lm
LIBS_tetra-tap := -lmicrohttpd -lgrpc -lgpr -lcurl -ljansson -lssl -lcrypto -lre2 -lpthread
LIBS_rt-canon := -ldw -lelf -llzma -liberty -lcrypto -lsqlite3 -ljansson
LIBS_rt-redact := -lre2 -ljansson -lcrypto
LIBS_rt-hotsym := -lmicrohttpd -lcrypto
LIBS_rt-witness := -ljansson -lcrypto -lmicrohttpd
LIBS_rt-pgload := -lpq -lmicrohttpd
LIBS_all := $(sort $(foreach t,$(TOOLS),$(LIBS_$(t)))) -ljansson

PROTOS := $(shell cd proto && find . -name '*.proto' | sed 's,^\./,,' | sort)
PB_C := $(PROTOS:%.proto=$(GEN)/%.pb-c.c)
PB_H := $(PB_C:.c=.h)
LIB_SRC := $(sort $(wildcard lib/*/*.c lib/*/*.cc))
LIB_OBJ := $(LIB_SRC:%=$(B)/obj/%.o)
PB_OBJ := $(PB_C:$(GEN)/%.c=$(B)/obj/gen/%.c.o)
CORE := $(B)/librtcore.a
BINS := $(TOOLS:%=$(BIN)/%)
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNITS := $(UNIT_SRC:tests/unit/%.c=$(B)/test/%)
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZERS := $(FUZZ_SRC:tests/fuzz/%.c=$(B)/fuzz/%)
BENCH_SRC := $(sort $(wildcard bench/*.c))
BENCH_BIN := $(B)/bench/gen-events $(B)/bench/floor $(B)/bench/agent-load \
	$(B)/bench/redact-strings $(B)/bench/names $(B)/bench/frames \
	$(B)/bench/packages $(B)/bench/sboms
ALL_OBJ := $(LIB_OBJ) $(PB_OBJ) $(TOOLS:%=$(B)/obj/cmd/%.c.o) \
	$(UNIT_SRC:%=$(B)/obj/%.o) $(FUZZ_SRC:%=$(B)/obj/%.o) \
	$(BENCH_SRC:%=$(B)/obj/%.o) $(B)/obj/tests/fuzz/replay.c.o

all: tools $(FUZZERS)
tools: $(BINS)

# --- rules ------------------------------------------------------------------
# A changed compiler or flag rebuilds everything.
FLAGS_NOW := $(CC) $(CXX) $(CPPFLAGS) $(CFLAGS_ALL) $(CXXFLAGS_ALL) \
	$(LDFLAGS_ALL) $(CODEC_OPT)
$(B)/.flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' "$$FLAGS_NOW" | cmp -s - $@ || \
		printf '%s\n' "$$FLAGS_NOW" > $@
export FLAGS_NOW

$(GEN)/%.pb-c.c $(GEN)/%.pb-c.h: proto/%.proto
	$(call say,PROTOC,$<)
	$(Q)mkdir -p $(GEN) && protoc-c -I proto --c_out=$(GEN) $*.proto

# One line of compile_commands.json beside each object.
note = printf '{"directory":"%s","file":"%s","command":"%s"}\n' '$(CURDIR)' \
	'$<' '$(strip $(1))' > $@.json

$(B)/obj/gen/%.c.o: $(GEN)/%.c $(B)/.flags | $(PB_H)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -I$(GEN) -std=gnu11 $(OPT) -w -c -o $@ $<

$(B)/obj/%.c.o: %.c $(B)/.flags | $(PB_H)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<
	@$(call note,$(CC) $(CPPFLAGS) $(CFLAGS_ALL) -c $<)

$(B)/obj/%.cc.o: %.cc $(B)/.flags | $(PB_H)
	$(call say,CXX,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(CPPFLAGS) $(CXXFLAGS_ALL) -MMD -MP -c -o $@ $<
	@$(call note,$(CXX) $(CPPFLAGS) $(CXXFLAGS_ALL) -c $<)

$(CORE): $(LIB_OBJ) $(PB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BIN)/%: $(B)/obj/cmd/%.c.o $(CORE)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_$*) $(LIBS_common)

$(B)/test/%: $(B)/obj/tests/unit/%.c.o $(CORE)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_all) $(LIBS_common)

# With BUILD=fuzz libFuzzer drives; else a driver that replays the corpus.
FUZZ_DRIVER := $(if $(filter fuzz,$(BUILD)),,$(B)/obj/tests/fuzz/replay.c.o)
$(B)/fuzz/%: $(B)/obj/tests/fuzz/%.c.o $(FUZZ_DRIVER) $(CORE)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(LDFLAGS_ALL) $(if $(FUZZ_DRIVER),,-fsanitize=fuzzer) \
		-o $@ $^ $(LIBS_all) $(LIBS_common)

$(B)/bench/gen-events: $(patsubst %,$(B)/obj/%.o,$(wildcard bench/gen_*.c))
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS_ALL) -o $@ $^ -ljansson

$(B)/bench/floor: $(B)/obj/bench/floor.c.o
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS_ALL) -o $@ $^

$(B)/bench/agent-load: $(B)/obj/bench/agent_load.c.o $(CORE)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D) && $(CXX) $(LDFLAGS_ALL) -o $@ $^ -lgrpc -lgpr

$(B)/bench/redact-strings: $(B)/obj/bench/redact_strings.c.o $(CORE)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D) && $(CXX) $(LDFLAGS_ALL) -o $@ $^ -lre2 -lcrypto -lxxhash

$(B)/bench/names: $(B)/obj/bench/names.c.o $(CORE)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D) && $(CXX) $(LDFLAGS_ALL) -o $@ $^ -liberty -lxxhash

$(B)/bench/frames: $(B)/obj/bench/frames.c.o $(CORE)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(LDFLAGS_ALL) -o $@ $^ -ldw -lelf -llzma -liberty -lcrypto $(LIBS_common)

$(B)/bench/packages: $(B)/obj/bench/packages.c.o $(CORE)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(LDFLAGS_ALL) -o $@ $^ -lelf -lsqlite3 -ljansson -lcrypto $(LIBS_common)

$(B)/bench/sboms: $(B)/obj/bench/sboms.c.o $(CORE)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(LDFLAGS_ALL) -o $@ $^ -ljansson -lxxhash

compile_commands.json: $(ALL_OBJ)
	@{ echo '['; find $(B)/obj -name '*.o.json' | sort | xargs cat | \
		sed '$$!s/$$/,/'; echo ']'; } > $@

# --- targets ----------------------------------------------------------------
.PHONY: all tools deps demo check test bench fuzz install uninstall clean help FORCE
FORCE:

deps:
	@./tests/deps.sh

demo: deps
	@$(MAKE) --no-print-directory -j$$(nproc) tools
	@./testdata/demo/demo.sh $(BIN)

check:
	@./tests/deps.sh tests
	@$(MAKE) --no-print-directory -j$$(nproc) all units $(BENCH_BIN)
	@$(MAKE) --no-print-directory -j$$(nproc) BUILD=asan all units
	@$(MAKE) --no-print-directory -j$$(nproc) BUILD=fuzz all
	@./tests/run.sh

units: $(UNITS)

bench: deps
	@$(MAKE) --no-print-directory -j$$(nproc) tools $(BENCH_BIN)
	@./bench/run.sh $(BIN) $(B)/bench

fuzz:
	@$(MAKE) --no-print-directory BUILD=fuzz all
	@./tests/fuzz/run.sh build/fuzz/fuzz

install: $(BINS)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/man/man5 \
		$(DESTDIR)$(PREFIX)/share/man/man7 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 755 $(BINS) $(DESTDIR)$(PREFIX)/bin
	for s in 1 5 7; do install -m 644 man/*.$$s \
		$(DESTDIR)$(PREFIX)/share/man/man$$s; done
	for t in $(TOOLS); do install -m 644 completions/$$t.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$t; done

uninstall:
	for t in $(TOOLS); do rm -f $(DESTDIR)$(PREFIX)/bin/$$t \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$t; done
	for f in man/*.[157]; do rm -f \
		$(DESTDIR)$(PREFIX)/share/man/man$${f##*.}/$${f#man/}; done

clean:
	rm -rf build compile_commands.json

help:
	@echo 'make            build the tools into build/bin'
	@echo 'make demo       a real dump into a private PostgreSQL, shown'
	@echo 'make check      every test'
	@echo 'make bench      speed and memory, beside peers and floors'
	@echo 'make deps       install missing Debian packages (root or sudo)'
	@echo 'make fuzz       libFuzzer on every target, SECONDS=60 each'
	@echo 'make install    DESTDIR= PREFIX=$(PREFIX)'
	@echo 'make compile_commands.json'
	@echo 'BUILD=release|asan|ubsan|fuzz|cov, V=1, WERROR=-Werror'

-include $(wildcard $(ALL_OBJ:.o=.d))
