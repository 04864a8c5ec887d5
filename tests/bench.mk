# tests/bench.mk - `make bench`: how fast, beside what the same machine can do at most
load := $(B)/tests/bench/load
peer := build/venv-bench/bin/moto_server

# Always a release build, whatever MODE says; docs/BENCH.md explains the table.
bench: $(peer) $(PYTEST) ## how fast, beside what the same machine can do; docs/BENCH.md
	@$(MAKE) --no-print-directory MODE=release all load
	@env -u MAKEFLAGS -u MAKELEVEL tests/bench/bench.py build/release \
		build/release/tests/bench/load build/bench.json $(peer)
	@env -u MAKEFLAGS -u MAKELEVEL MODE=release tests/with-installation.sh lighttpd \
		$(T)/venv/bin/python tests/bench/large.py 64m $(abspath $(peer))
	@env -u MAKEFLAGS -u MAKELEVEL $(T)/venv/bin/python tests/bench/servers.py build/release

$(load): $(call obj,$(call src,tests/bench)) $(shared); $(LD_ALL)
load: $(load)

$(peer): tests/bench/requirements.txt
	python3 -m venv build/venv-bench
	build/venv-bench/bin/pip install -q --disable-pip-version-check -r $<
	@touch $@
.PHONY: bench load
