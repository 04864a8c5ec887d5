#!/bin/bash
# tests/docs.sh - docs/SETTINGS.md and docs/COVERAGE.md are what `make docs` prints
#
#   tests/docs.sh PROGRAMS
set -u
same() {
	diff -u "$1" - > build/test/docs.diff || {
		head -20 build/test/docs.diff
		echo "$1:1: is not what the tables say: make docs"
		failed=1
	}
}
failed=0
mkdir -p build/test
"$1/mockfactory.fcgi" --coverage | same docs/COVERAGE.md
env -i "$1/mf-admin" settings | cat <(head -4 docs/SETTINGS.md) - | same docs/SETTINGS.md
exit $failed
