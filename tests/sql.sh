#!/bin/bash
# tests/sql.sh - every query prepares, and every tests/sql/*.sql answers as its .out says
#
#   tests/with-postgres.sh tests/sql.sh
set -u
out=build/test/sql
mkdir -p $out
passed=0 failed=0

fail() {
	failed=$((failed + 1))
	echo "$1: FAILED"
	sed 's/^/    /' "$2"
}

# A misspelt column fails here, with the query's name, before any test runs.
for file in sql/queries/*.sql; do
	[ -e "$file" ] || continue
	if awk -v out=sql -f sql/embed.awk "$file" > $out/prepare.sql 2> $out/log &&
	    psql -qX -v ON_ERROR_STOP=1 -d template -f $out/prepare.sql > $out/log 2>&1; then
		passed=$((passed + 1))
	else
		fail "$file" $out/log
	fi
done

for file in tests/sql/*.sql; do
	[ -e "$file" ] || continue
	name=$(basename "$file" .sql)
	createdb -T template "sql_$name"
	psql -qXAt -d "sql_$name" -f "$file" > "$out/$name.out" 2>&1
	dropdb -f "sql_$name"
	if diff -u "${file%.sql}.out" "$out/$name.out" > $out/log; then
		passed=$((passed + 1))
	else
		fail "$file" $out/log
	fi
done
echo "$passed $failed 0" | tests/count.sh check-sql
