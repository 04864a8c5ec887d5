# MockFactory. `make help` lists the targets.
MODE   ?= debug
B      := build/$(MODE)
GEN    := build/gen
CC     ?= cc
WERROR ?= 0

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wformat=2 -Wcast-qual -Wwrite-strings \
	-Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum -Wundef \
	$(if $(filter 1,$(WERROR)),-Werror)
OPT_debug   := -Og -g
OPT_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong
OPT_asan    := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all -DMEM_EXACT
OPT_tsan    := -O1 -g -fsanitize=thread
PKGS  := libpq libxml-2.0 json-c openssl libargon2 libcurl libmariadb hiredis
LIBS  := -lpthread $(shell pkg-config --libs $(PKGS) 2>/dev/null)
CC_ALL = $(CC) -std=c11 -D_GNU_SOURCE -I. -I$(GEN) \
	$(shell pkg-config --cflags $(PKGS) 2>/dev/null) -include shared/base/banned.h \
	$(WARN) $(OPT_$(MODE)) $(CPPFLAGS) $(CFLAGS)
LD_ALL = $(CC) $(OPT_$(MODE)) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(LDLIBS)

src     = $(shell find $(1) -name '*.c' 2>/dev/null | LC_ALL=C sort)
obj     = $(patsubst %.c,$(B)/%.o,$(1))
shared := $(call obj,$(call src,shared)) $(B)/gen/queries.o
faces  := $(filter-out $(B)/fcgi/main.o,$(call obj,$(call src,fcgi)))
jobs   := $(patsubst jobs/%.c,$(B)/mf-%,$(wildcard jobs/*.c))
support := $(call obj,$(call src,tests/unit/support))
units  := $(patsubst %.c,$(B)/%,$(filter-out tests/unit/support/%,$(call src,tests/unit)))
fuzzes := $(patsubst %.c,$(B)/%,$(call src,tests/fuzz))
queries := $(sort $(wildcard sql/queries/*.sql))

all: $(if $(wildcard fcgi/main.c),$(B)/mockfactory.fcgi) $(jobs)

$(B)/mockfactory.fcgi: $(B)/fcgi/main.o $(faces) $(shared); $(LD_ALL)
$(jobs): $(B)/mf-%: $(B)/jobs/%.o $(shared); $(LD_ALL)
$(units): $(B)/%: $(B)/%.o $(B)/all.a; $(LD_ALL) -lcmocka
$(fuzzes): $(B)/%: $(B)/%.o $(B)/all.a; $(LD_ALL)

# Tests take what they need of it.
$(B)/all.a: $(support) $(faces) $(shared)
	rm -f $@ && ar rc $@ $^

$(B)/%.o: %.c | $(GEN)/queries.h
	@mkdir -p $(@D)
	$(CC_ALL) -MMD -MP -c $< -o $@
$(B)/gen/queries.o: $(GEN)/queries.c
	@mkdir -p $(@D)
	$(CC_ALL) -MMD -MP -c $< -o $@
$(GEN)/queries.%: $(queries) sql/embed.awk
	@mkdir -p $(@D)
	awk -v out=$* -f sql/embed.awk /dev/null $(queries) > $@.tmp && mv $@.tmp $@
$(GEN)/queries.c: $(GEN)/queries.h

include $(wildcard httpd-conf/*.mk tests/*.mk)

clean:
	rm -rf build
.PHONY: all clean
.DELETE_ON_ERROR:
.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
