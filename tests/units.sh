#!/bin/bash
# tests/units.sh - run unit test programs, two at a time, each in a scratch database of its own
#
#   tests/with-postgres.sh tests/units.sh SUITE PROGRAM...
# One line per program; its output only when it failed.  A program reads its database from MF_DB.
set -u

one() {
	program=$1
	name=${program#build/*/tests/unit/}
	db=unit_$(echo "$name" | tr -c 'a-z0-9\n' _)
	scratch=$(mktemp -d "${TMPDIR:-/tmp}/mf-unit.XXXXXX")
	log=$program.log

	createdb -T template "$db" || exit 1
	(umask 077; head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$scratch/secret.key")
	MF_DB="host=$PGHOST user=$PGUSER dbname=$db" MF_STORE="disk:$scratch/store" \
	    MF_SECRET_KEY_FILE="$scratch/secret.key" CMOCKA_MESSAGE_OUTPUT=TAP \
	    timeout 300 "$program" > "$log" 2>&1 < /dev/null
	status=$?
	dropdb -f "$db"
	rm -rf "$scratch"

	# TAP, or what cmocka writes in a test that empties its environment.
	skipped=$(grep -c '^ok .*# SKIP' "$log")
	passed=$(($(grep -c -E '^ok |^\[       OK \]' "$log") - skipped))
	failed=$(grep -c -E '^not ok |^\[  FAILED  \] [0-9]+ test' "$log")
	if [ "$failed" = 0 ] && { [ $status != 0 ] || [ $((passed + skipped)) = 0 ]; }; then
		failed=1 # it died, or tested nothing
	fi
	echo "$passed $failed $skipped" > "$program.count"
	if [ "$failed" = 0 ]; then
		printf '%-44s %3d passed\n' "$name" "$passed"
	else
		printf '%-44s %3d passed, %d FAILED (status %d)\n' \
		    "$name" "$passed" "$failed" "$status"
		sed 's/^/    /' "$log" | tail -60
	fi
}

if [ "${1-}" = --one ]; then
	one "$2"
	exit 0
fi
suite=$1
shift
for program; do rm -f "$program.count"; done
printf '%s\n' "$@" | xargs -n 1 -P 2 "$0" --one
for program; do cat "$program.count" 2>/dev/null || echo "0 1 0"; done |
	tests/count.sh "$suite"
