# tests/fuzz.mk - looking for input that breaks a parser; check-fuzz replays what was found
# FUZZ_SECONDS=1200 is the twenty minutes each of which docs/TESTING.md speaks.
FUZZ_SECONDS ?= 60

# A build of its own, by clang: libFuzzer calls the targets, and all code tells it where it was.
OPT_fuzz := -O1 -g -fno-omit-frame-pointer -DFUZZING -DMEM_EXACT \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
ifeq ($(MODE),fuzz)
$(fuzzes): LIBS += -fsanitize=fuzzer
endif

fuzz: ## every parser for FUZZ_SECONDS of processor time; what it finds goes to build/fuzz
	@$(MAKE) --no-print-directory MODE=fuzz CC=clang fuzz-build
	@tests/fuzz/search.py --seconds $(FUZZ_SECONDS) $(subst $(B)/,build/fuzz/,$(fuzzes))
fuzz-keep: ## what make fuzz has learned goes to tests/fuzz/corpus
	@$(MAKE) --no-print-directory MODE=fuzz CC=clang fuzz-build
	@tests/fuzz/search.py --keep $(subst $(B)/,build/fuzz/,$(fuzzes))
fuzz-build: $(fuzzes)

.PHONY: fuzz fuzz-keep fuzz-build
