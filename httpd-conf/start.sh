#!/bin/bash
# httpd-conf/start.sh - bring an installation up, as the user it belongs to
#
#   start.sh up      everything, settings and all, and print how to use it
#   start.sh watch   start what ought to run and does not; nothing after `make down`
#
# up.sh has put programs and scripts into var/program, and calls the copy there.
set -eu
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=httpd-conf/lib.sh
. "$here/lib.sh"
state "$here/../.."
# shellcheck source=httpd-conf/settings.sh
. "$here/settings.sh"
[ "$(id -u)" != 0 ] || die "an installation does not run as root"
umask 022

directory() {
	local d mode=$1
	shift
	for d; do
		[ -d "$d" ] || mkdir -m "$mode" "$d"
	done
}

# Sockets need a short path: with a long one var/run leads to a directory under /tmp.
run_directory() {
	local short
	short=/tmp/mockfactory-$(id -u)-$(printf %s "$STATE" | sha256sum | cut -c1-12)
	if [ ${#STATE} -le 80 ] && [ ! -L "$STATE/run" ]; then
		directory 700 "$STATE/run"
	else
		mkdir -m 700 "$short" 2>/dev/null || true
		if [ -L "$short" ] || [ ! -O "$short" ] || [ "$(stat -c %a "$short")" != 700 ]; then
			die "$short exists and is not ours"
		fi
		[ -L "$STATE/run" ] || ln -s "$short" "$STATE/run"
	fi
	state "$STATE"
}

directories() {
	directory 755 "$STATE/log" "$STATE/tls"
	directory 700 "$STATE/tls/environments" "$STATE/store" "$STATE/tmp"
	run_directory
}

secret_key() {
	[ -s "$STATE/secret.key" ] || openssl rand -hex 32 | write_private "$STATE/secret.key"
}

keeper() {
	local name=$1
	shift
	held "$name" && return
	detach "$here/keep.sh" "$RUN" "$LOG/$name.log" "$name" "$@"
	wait_until 5 held "$name" || die "could not start $name: see $LOG/$name.log"
}

# What the pool runs under: when that changed, a new pool comes in beside the old one.
pool_stamp() {
	cat "$STATE/settings.env" "$PROGRAM/bin/mockfactory.fcgi" | sha256sum
}

# The listening socket belongs to the keeper: the pool may die and come back behind it, and requests
# wait in its queue.
pool() {
	local stamp
	stamp=$(pool_stamp)
	if held pool; then
		[ "$stamp" != "$(cat "$RUN/pool.stamp" 2>/dev/null)" ] || return 0
		kill -HUP "$(cat "$RUN/pool.keeper")"
	else
		rm -f "$RUN/fcgi.sock"
		detach spawn-fcgi -n -s "$RUN/fcgi.sock" -M 0600 -b 4096 -- "$here/keep.sh" "$RUN" \
			"$LOG/pool.log" pool TERM "$here/program.sh" mockfactory.fcgi
		wait_until 5 held pool || die "could not start the pool: see $LOG/pool.log"
	fi
	echo "$stamp" >"$RUN/pool.stamp"
}

# job <name> <program> - one that works for a minute and is followed by the next
job() {
	local stamp
	stamp=$(pool_stamp)
	if held "$1" && [ "$stamp" != "$(cat "$RUN/$1.stamp" 2>/dev/null)" ]; then
		# It may end anywhere; its keeper starts the new one.
		kill "$(pid_of "$1")" 2>/dev/null || true
	fi
	keeper "$1" TERM "$here/program.sh" "$2"
	echo "$stamp" >"$RUN/$1.stamp"
}

# mf-provision makes real servers true, as root where they have users of their own (root.sh);
# mf-seed is their client, and is never root.
servers() {
	[ -n "${MF_SERVER_UIDS-}" ] || job provision mf-provision
	job seed mf-seed
}

own_database() {
	[ -z "${given[MF_DB]+set}" ]
}

answers() {
	psql -X -q -h "$RUN" -U mockfactory -d postgres -c 'select 1' >/dev/null 2>&1
}

database() {
	own_database || return 0
	"$here/cluster.sh" create
	keeper postgres INT "$here/cluster.sh" run
	wait_until 60 answers || die "PostgreSQL does not answer: see $LOG/postgres.log"
	psql -X -q -A -t -h "$RUN" -U mockfactory -d postgres \
		-c "select 1 from pg_database where datname = 'mockfactory'" | grep -q 1 ||
		createdb -h "$RUN" -U mockfactory -E UTF8 -T template0 mockfactory
}

admin() {
	"$here/program.sh" mf-admin "$@"
}

# Our own web server listens there, not somebody else's.
listens() {
	local pid
	pid=$(pid_of web) && ss -H -l -t -n -p "sport = :$MF_PORT" | grep -q "pid=$pid,"
}

healthy() {
	listens && curl -s -f -o /dev/null --noproxy '*' -m 2 "http://127.0.0.1:$MF_PORT/healthz"
}

ended() {
	[ ! -e "/proc/$1" ]
}

# The web server, started again when its configuration changed.
web() {
	local old
	"$here/certificate.sh" server
	if "$here/web.sh" configure && old=$(pid_of web); then
		kill "$old" 2>/dev/null || true
		wait_until 20 ended "$old" || die "the web server (pid $old) does not stop"
	fi
	keeper web TERM "$here/web.sh" run
	wait_until 20 listens || die "the web server does not listen: see $LOG/web.log"
}

# opens_nothing <key> - whether the installation says so
opens_nothing() {
	[ "$(curl -s -o /dev/null -w '%{http_code}' --noproxy '*' -m 10 -H @- \
		"http://127.0.0.1:$MF_PORT/api/v1/account" <<<"Authorization: Bearer $1")" = 401 ]
}

first_key() {
	local key
	if [ -s "$STATE/mockfactory.env" ]; then
		key=$(sed -n "s/^export MF_API_KEY='\(.*\)'$/\1/p" "$STATE/mockfactory.env")
	fi
	# It may be another database's, or revoked.
	[ -z "${key-}" ] || ! opens_nothing "$key" || key=
	[ -n "${key-}" ] || key=$(admin first)
	# The first one was made before and its file is gone: keys are not shown twice.
	[ -n "$key" ] || key=$(admin key create --account first --name "make up")
	printf '%s\n' "# The address and a key of this installation; to be read by a shell." \
		"export MF_URL=$(quoted "$MF_URL")" "export MF_API_KEY=$(quoted "$key")" |
		write_private "$STATE/mockfactory.env"
}

up() {
	directories
	exec 8>"$RUN/up.lock"
	flock 8
	# Two installations that start at once shall not choose the same ports.
	exec 7</tmp
	held web || flock -w 60 7 || true
	secret_key
	settings_given
	settings_choose
	settings_try
	settings_write
	load_settings
	web
	exec 7<&-
	database
	admin migrate "$PROGRAM/migrations"
	pool
	servers
	touch "$STATE/wanted"
	"$here/jobs.sh" install
	wait_until 20 healthy || die "no healthy answer on port $MF_PORT: see make logs"
	first_key
	"$here/welcome.sh"
}

watch() {
	[ -e "$STATE/wanted" ] || exit 0
	directories
	exec 8>"$RUN/up.lock"
	flock -n 8 || exit 0
	read_lines "$STATE/settings.given" given
	load_settings
	! own_database || keeper postgres INT "$here/cluster.sh" run
	[ -e "$RUN/web.conf" ] || "$here/web.sh" configure
	pool
	keeper web TERM "$here/web.sh" run
	servers
}

case $1 in
up) up ;;
watch) watch ;;
*) exit 2 ;;
esac
