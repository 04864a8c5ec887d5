# tests/bench.mk - `make bench`: how fast, beside what the same machine can do at most
load := $(B)/tests/bench/load

$(load): $(call obj,$(call src,tests/bench)) $(shared); $(LD_ALL)
load: $(load)
.PHONY: load
