#!/bin/bash
# httpd-conf/lib.sh - what the scripts of the front door share; sourced
# shellcheck disable=SC2034
#
# STATE is the installation's var/ directory without symbolic links, RUN its sockets and pids (short
# enough for a Unix socket's path), PROGRAM the copy of programs and scripts that runs.

ROOT_SERVERS=/var/lib/mockfactory-servers

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
die() { printf 'mockfactory: %s\n' "$*" >&2; exit 1; }

# state <directory> - set the paths
state() {
	STATE=$(readlink -f "$1") || die "there is no $1"
	PROGRAM=$STATE/program
	RUN=$STATE/run
	[ ! -e "$RUN" ] || RUN=$(readlink -f "$RUN")
	LOG=$STATE/log
}

# held <name> - whether the keeper of that name runs: it holds its lock as long as it lives
held() {
	[ -e "$RUN/$1.lock" ] && ! flock -n "$RUN/$1.lock" true
}

gone() {
	! held "$1"
}

# pid_of <name> - the process id a keeper wrote; nothing when it does not run
pid_of() {
	held "$1" && cat "$RUN/$1.pid" 2>/dev/null
}

# wait_until <seconds> <command...> - poll until the command succeeds
wait_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

# forget_client - what a client's shell has from var/mockfactory.env and from the exports of an
# environment is no setting
forget_client() {
	[ -z "${MF_API_KEY+set}" ] || unset MF_API_KEY MF_URL
	unset MF_ENVIRONMENT
}

# load_settings - MF_* of the installation into the environment
load_settings() {
	forget_client
	set -a
	# shellcheck source=/dev/null
	. "$STATE/settings.env"
	set +a
}

# quoted <text> - as one word of the shell
quoted() {
	printf "'%s'" "${1//\'/\'\\\'\'}"
}

# cron_runs - whether a cron daemon does
cron_runs() {
	local p
	for p in /proc/[0-9]*/comm; do
		case $(cat "$p" 2>/dev/null) in
		cron | crond) return 0 ;;
		esac
	done
	return 1
}

# listening - addresses and ports something listens on, one "address:port" a line
listening() {
	ss -H -l -t -n 2>/dev/null | awk '{ print $4 }'
}

# port_free <port> - whether nothing listens there; those in $BUSY, the output of listening, count
port_free() {
	! grep -q ":$1\$" <<<"$BUSY"
}

# detach <command ...> - in a session of its own, with nothing of ours open, and no signal ignored:
# what a shell finds ignored (SIGHUP under nohup) it cannot trap
detach() {
	(
		local fd
		for fd in /proc/self/fd/*; do
			fd=${fd##*/}
			[ "$fd" -le 2 ] || eval "exec $fd>&-" 2>/dev/null || true
		done
		cd "$STATE" || exit 1
		exec env --default-signal setsid "$@" </dev/null >/dev/null 2>&1
	) &
}
