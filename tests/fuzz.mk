# tests/fuzz.mk - looking for input that breaks a parser; check-fuzz replays what was found
MF_FUZZ_SECONDS ?= 60

# A build of its own, by clang: libFuzzer calls the targets, and all code tells it where it was.
OPT_fuzz := -O1 -g -fno-omit-frame-pointer -DFUZZING -DMEM_EXACT \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
ifeq ($(MODE),fuzz)
$(fuzzes): LIBS += -fsanitize=fuzzer
endif

fuzz: ## every parser for MF_FUZZ_SECONDS; what it finds goes to build/fuzz
	@$(MAKE) --no-print-directory MODE=fuzz CC=clang fuzz-run
fuzz-run: $(addprefix fuzz-,$(notdir $(fuzzes)))
fuzz-fuzz_%: $(B)/tests/fuzz/fuzz_%
	@mkdir -p build/fuzz/corpus/$*
	$< -max_total_time=$(MF_FUZZ_SECONDS) -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
		-print_final_stats=1 -artifact_prefix=build/fuzz/$*- \
		$(patsubst %,-dict=%,$(wildcard tests/fuzz/$*.dict)) \
		build/fuzz/corpus/$* tests/fuzz/corpus/$*

.PHONY: fuzz fuzz-run
