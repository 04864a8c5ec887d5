#!/bin/bash
# tests/count.sh - note what a suite counted, and add up what all of them did
#
#   ... | tests/count.sh SUITE     lines "passed failed skipped"; fails when one failed
#   tests/count.sh                 the closing line: all suites since counts was emptied
counts=build/test/counts
mkdir -p $counts
if [ $# = 1 ]; then
	awk '{ p += $1; f += $2; s += $3 }
	     END { print p + 0, f + 0, s + 0; exit f > 0 }' > "$counts/$1"
	status=$?
	read -r p f s < "$counts/$1"
	echo "-- $1: $p passed, $f failed, $s skipped"
	exit $status
fi
cat $counts/* 2>/dev/null | awk '{ p += $1; f += $2; s += $3 }
	END { printf "%d passed, %d failed, %d skipped\n", p, f, s; exit f > 0 || p == 0 }'
