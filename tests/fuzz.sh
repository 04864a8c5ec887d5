#!/bin/bash
# tests/fuzz.sh - run every fuzz target over its corpus; `make fuzz` is for finding more
#
#   tests/fuzz.sh PROGRAM...    each reads the files it is given: tests/fuzz/corpus/<name>/*
set -u
for program; do
	name=$(basename "$program")
	corpus=(tests/fuzz/corpus/"${name#fuzz_}"/*)
	if [ -e "${corpus[0]}" ] && timeout 120 "$program" "${corpus[@]}" > "$program.log" 2>&1; then
		echo "${#corpus[@]} 0 0"
	else
		echo "$name: FAILED" >&2
		tail -30 "$program.log" >&2
		echo "0 1 0"
	fi
done | tests/count.sh check-fuzz
