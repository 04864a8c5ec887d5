# tests/crash.mk - `make check-crash`: kill -9, full disks, bad input, on an installation of its own
#
# SCENARIO=chaos runs one of them; MF_CRASH_SECONDS=600 kills for longer than the usual 25 s.
check-crash: all ## kill -9 in a loop, rolling restarts, full disks, bad input
	@env -u MAKEFLAGS -u MAKELEVEL tests/suite.sh $@ tests/crash/run.py $(B) $(SCENARIO)
.PHONY: check-crash
