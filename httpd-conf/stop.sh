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

stop() {
	local keeper
	held "$1" && keeper=$(cat "$RUN/$1.keeper") || return 0
	kill "$keeper"
	wait_until "$2" gone "$1" || die "$1 (keeper $keeper) does not stop"
	say "stopped $1"
}

rm -f "$STATE/wanted"
exec 8>"$RUN/up.lock"
flock 8
"$here/jobs.sh" remove
stop web 20
stop pool 45
stop postgres 60
rm -f "$RUN/fcgi.sock"
