#!/bin/bash
# tests/suite.sh - run a command as a suite of tests and note what it counted
#
#   tests/suite.sh SUITE COMMAND...
# A command that writes no counts into $TEST_COUNTS is one test, which passed when it succeeds.
set -u
suite=$1
shift
mkdir -p build/test/raw
export TEST_COUNTS=$PWD/build/test/raw/$suite
rm -f "$TEST_COUNTS"
"$@"
status=$?
if [ -e "$TEST_COUNTS" ]; then
	cat "$TEST_COUNTS"
	# It fell over after its tests, or before the last of them.
	[ $status = 0 ] || grep -q -E '^[0-9]+ [1-9]' "$TEST_COUNTS" || echo 0 1 0
elif [ $status = 0 ]; then
	echo 1 0 0
else
	echo 0 1 0
fi | tests/count.sh "$suite"
