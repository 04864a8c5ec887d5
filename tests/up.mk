# tests/up.mk - `make check-up`: `make up` and its web servers, on installations of its own
#
# SCENARIO=apache runs one of them.
check-up: all ## make up: again, as a user, two at once, after kill -9; what web servers hand over
	@env -u MAKEFLAGS -u MAKELEVEL tests/front/run.py $(B) $(SCENARIO) 3> $(B)/up.count; \
	status=$$?; tests/count.sh check-up < $(B)/up.count; exit $$status
.PHONY: check-up
