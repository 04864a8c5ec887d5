#!/bin/bash
# httpd-conf/stop.sh - take an installation down: what `make up` started, and only that
#
# Runs as the user the installation belongs to.
set -eu
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=httpd-conf/lib.sh
. "$here/lib.sh"
state "$here/../.."
[ -e "$RUN" ] || exit 0

# over <pid> - whether that process is none of ours: ended, or the number is another's by now
over() {
	! grep -q -s -F "$STATE/" "/proc/$1/cmdline" "/proc/$1/environ"
}

stop() {
	local keeper pid
	pid=$(cat "$RUN/$1.pid" 2>/dev/null || true)
	if held "$1"; then
		keeper=$(cat "$RUN/$1.keeper")
		kill "$keeper"
		wait_until "$2" gone "$1" || die "$1 (keeper $keeper) does not stop"
		say "stopped $1"
	fi
	# One whose keeper was killed is on its way out by itself.
	[ -z "$pid" ] || wait_until "$2" over "$pid" || die "$1 (pid $pid) does not stop"
	rm -f "$RUN/$1.pid" "$RUN/$1.keeper"
}

rm -f "$STATE/wanted"
exec 8>"$RUN/up.lock"
flock 8
"$here/jobs.sh" remove
stop web 20
stop pool 45
stop seed 10
stop provision 10
"$here/program.sh" mf-provision --rest >>"$LOG/provision.log" 2>&1 || true
stop postgres 60
rm -f "$RUN/fcgi.sock"
