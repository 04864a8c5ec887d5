#!/bin/bash
# tests/with-postgres.sh - run a command beside a private, empty PostgreSQL cluster
#
#   tests/with-postgres.sh COMMAND...
# The command finds PGHOST and PGUSER set, and a database "template" with all migrations in it;
# `createdb -T template NAME` makes a scratch database of it in a few milliseconds.  The cluster
# listens on a Unix socket only, syncs nothing, and is gone when the command ends.
set -eu
cd "$(dirname "$0")/.."

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb)")

# A server refuses to run as root: then it is the system's postgres, and its files are where that
# user can reach them.
dir=$(mktemp -d "${TMPDIR:-/tmp}/mf-test-pg.XXXXXX")
if [ "$(id -u)" = 0 ]; then
	chown postgres "$dir"
	as() { (cd / && exec runuser -u postgres -- "$@"); }
else
	as() { "$@"; }
fi
chmod 755 "$dir"

stop() {
	as "$bin/pg_ctl" -D "$dir/data" -m immediate -s stop || true
	rm -rf "$dir"
}
trap stop EXIT
trap 'exit 1' INT TERM HUP

as "$bin/initdb" -D "$dir/data" -U mockfactory -A trust -E UTF8 --no-locale -N > "$dir/initdb.log"
as "$bin/pg_ctl" -D "$dir/data" -l "$dir/data/log" -w -s start -o "-c listen_addresses='' \
	-c unix_socket_directories=$dir -c unix_socket_permissions=0777 -c fsync=off \
	-c synchronous_commit=off -c full_page_writes=off -c max_connections=200"

export PGHOST=$dir PGUSER=mockfactory PGOPTIONS='-c client_min_messages=warning'
unset PGPORT PGDATABASE PGPASSWORD MF_DB
psql -qX -d postgres -c 'create database template'
for migration in sql/migrations/*.sql; do
	psql -qX -1 -v ON_ERROR_STOP=1 -d template -f "$migration" > "$dir/migrate.log" 2>&1 || {
		cat "$dir/migrate.log" >&2
		exit 1
	}
done
"$@"
