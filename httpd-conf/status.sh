#!/bin/bash
# httpd-conf/status.sh - what of an installation runs; 0 when all of it does
set -eu
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=httpd-conf/lib.sh
. "$here/lib.sh"
state "$here/../.."
[ -e "$STATE/settings.env" ] || die "not set up: make up"
load_settings
missing=0

line() {
	local pid
	if pid=$(pid_of "$1") && [ -n "$pid" ]; then
		printf '%-10s running  pid %-8s since %s\n' "$2" "$pid" "$(ps -o lstart= -p "$pid")"
	else
		printf '%-10s -\n' "$2"
		missing=1
	fi
}

line web "$MF_WEB"
line pool pool
if [ -n "${MF_SERVER_UIDS-}" ]; then
	RUN=${MF_SERVERS%/*}/run line provision "provision"
else
	line provision provision
fi
line seed seed
[[ $MF_DB != "host=$RUN "* ]] || line postgres postgres
jobs=$("$here/jobs.sh" state)
printf '%-10s %s\n' jobs "${jobs:--}"
[ -n "$jobs" ] || missing=1
if curl -s -f -o /dev/null --noproxy '*' -m 2 "http://127.0.0.1:$MF_PORT/healthz"; then
	say "$MF_URL answers"
else
	say "$MF_URL does not answer"
	missing=1
fi
exit $missing
