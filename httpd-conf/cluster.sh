#!/bin/bash
# httpd-conf/cluster.sh - the installation's own PostgreSQL cluster, var/pg
#
#   cluster.sh create   make it when it is not there
#   cluster.sh run      be its server, in the foreground
#
# It listens on a Unix socket in var/run and nowhere else; whoever owns the installation, and root,
# come in as the role mockfactory.
set -eu
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=httpd-conf/lib.sh
. "$here/lib.sh"
state "$here/../.."
data=$STATE/pg

# The programs of the version the cluster was made by, else of the newest one.
bin() {
	local version
	version=$(cat "$data/PG_VERSION" 2>/dev/null ||
		find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n | tail -1)
	echo "/usr/lib/postgresql/$version/bin"
}

settings() {
	cat >"$1/mockfactory.conf" <<-END
	listen_addresses = ''
	unix_socket_directories = '$RUN'
	unix_socket_permissions = 0700
	max_connections = 120
	shared_buffers = 256MB
	max_wal_size = 2GB
	min_wal_size = 256MB
	wal_compression = lz4
	checkpoint_timeout = 15min
	synchronous_commit = on
	# After a crash one sync of the file system, not one of each file: a second, not five.
	recovery_init_sync_method = syncfs
	random_page_cost = 1.1
	jit = off
	max_parallel_workers_per_gather = 0
	max_logical_replication_workers = 0
	# Queues and dropped spaces leave dead rows behind quickly.
	autovacuum_naptime = 15s
	autovacuum_vacuum_scale_factor = 0.05
	autovacuum_analyze_scale_factor = 0.05
	autovacuum_vacuum_cost_limit = 2000
	log_destination = stderr
	logging_collector = off
	log_line_prefix = '%m [%p] '
	log_min_messages = warning
	log_checkpoints = off
	timezone = UTC
	log_timezone = UTC
	END
}

configure() {
	settings "$1"
	echo "include 'mockfactory.conf'" >>"$1/postgresql.conf"
	echo "local all all peer map=owner" >"$1/pg_hba.conf"
	printf 'owner %s mockfactory\nowner root mockfactory\n' "$(id -un)" >"$1/pg_ident.conf"
}

create() {
	if [ -e "$data/PG_VERSION" ]; then
		settings "$data"
		return
	fi
	# Made beside and renamed: one that was interrupted is not taken for a cluster.
	rm -rf "$data.new"
	"$(bin)/initdb" -D "$data.new" -U mockfactory -E UTF8 --locale=C.UTF-8 --data-checksums \
		--auth=peer >"$LOG/initdb.log" 2>&1 || { cat "$LOG/initdb.log" >&2; exit 1; }
	configure "$data.new"
	mv "$data.new" "$data"
}

# A postmaster that was killed leaves its pid file and, for a moment, busy backends, which keep the
# next one from starting.  They work on a database nobody coordinates: end them.
clean_up() {
	local pid p
	pid=$(head -1 "$data/postmaster.pid" 2>/dev/null) || return 0
	[ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" != "$data" ] || return 0
	# shellcheck disable=SC2044
	for p in $(find /proc -mindepth 2 -maxdepth 2 -name cwd -lname "$data" 2>/dev/null); do
		p=${p#/proc/}
		kill -KILL "${p%/cwd}" 2>/dev/null || true
	done
	rm -f "$data/postmaster.pid"
}

case $1 in
create) create ;;
run)
	clean_up
	exec "$(bin)/postgres" -D "$data" -k "$RUN"
	;;
*) exit 2 ;;
esac
