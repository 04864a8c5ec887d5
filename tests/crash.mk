# tests/crash.mk - `make check-crash`: kill -9, full disks, bad input, on an installation of its own
#
# SCENARIO=chaos runs one of them; MF_CRASH_SECONDS=600 kills for longer than the usual 25 s.
check-crash: all
	@env -u MAKEFLAGS -u MAKELEVEL tests/crash/run.py $(B) $(SCENARIO) 3> $(B)/crash.count; \
	status=$$?; tests/count.sh check-crash < $(B)/crash.count; exit $$status
.PHONY: check-crash
