# tests/scale.mk - `make check-scale`: S3 at a million keys and 10,000 parts; 5 GiB in and out
#
# The same tests are part of `make check-sdk` at a fiftieth of that. SCALE_KEYS says how many keys.
# They say what they found as they go (docs/BENCH.md has the last figures): a quarter of an hour.
SCALE_KEYS ?= 1000000
check-scale: all $(PYTEST) ## S3 at 1,000,000 keys, 10,000 parts, 5 GiB; not part of make check
	@SCALE_KEYS=$(SCALE_KEYS) $(BESIDE) lighttpd $(PYTEST) -s $(SDK)/test_scale_list.py \
		$(SDK)/test_scale_parts.py $(SDK)/test_scale_collect.py $(ARGS)
	@env -u MAKEFLAGS -u MAKELEVEL MODE=$(MODE) tests/with-installation.sh lighttpd \
		$(T)/venv/bin/python tests/bench/large.py 5g
.PHONY: check-scale
