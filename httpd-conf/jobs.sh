#!/bin/bash
# httpd-conf/jobs.sh - the jobs cron starts
#
#   jobs.sh lines         print them as crontab lines
#   jobs.sh install       put them into the crontab of who runs this, or start the loop; says which
#   jobs.sh remove        take them out, stop the loop
#   jobs.sh state         "crontab", "loop" or nothing
#   jobs.sh run <program> run one with the installation's settings, logging to var/log/jobs.log
#   jobs.sh watch         start what ought to run and does not; keep logs from growing for ever
set -eu
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=httpd-conf/lib.sh
. "$here/lib.sh"
state "$here/../.."
tag="# mockfactory $STATE"
LOG_MOST=$((64 << 20))

lines() {
	local me
	me=$(quoted "$PROGRAM/httpd-conf/jobs.sh")
	me=${me//%/\\%}
	echo "* * * * * $me watch $tag"
	echo "* * * * * $me run mf-collect $tag"
	echo "*/5 * * * * $me run mf-meter $tag"
	echo "*/15 * * * * $me run mf-sweep $tag"
	echo "* * * * * $me run mf-sweep --mails $tag"
}

# others - the crontab without our lines, and without those of installations that are no more; fails
# when it cannot be read, for then it must not be written
others() {
	local all line
	if ! all=$(LC_ALL=C crontab -l 2>&1); then
		[[ $all == *"no crontab for"* ]]
		return
	fi
	while IFS= read -r line; do
		case $line in
		*" $tag") ;;
		*" # mockfactory /"*)
			[ ! -e "${line##* # mockfactory }" ] || printf '%s\n' "$line"
			;;
		*) printf '%s\n' "$line" ;;
		esac
	done <<<"$all"
}

# write_crontab <text>
write_crontab() {
	if [ -n "$1" ]; then
		printf '%s\n' "$1" | crontab - 2>>"$LOG/jobs.log"
	else
		crontab -r 2>/dev/null || true
	fi
}

# Installations of one user share a crontab: one changes it at a time.
alone() {
	exec 6</var/tmp
	flock -w 20 6 || true
}

installed() {
	crontab -l 2>/dev/null | grep -q -F -x -f <(lines)
}

install() {
	local text
	alone
	if command -v crontab >/dev/null && cron_runs && text=$(others && lines) &&
		write_crontab "$text"; then
		stop_loop
		say "The jobs are in the crontab of $(id -un)."
		return
	fi
	exec 6<&-
	if ! held jobs; then
		detach "$here/keep.sh" "$RUN" "$LOG/jobs.log" jobs TERM "$here/cron-loop.sh"
	fi
	say "No cron daemon runs here: the jobs are started by a small loop (cron-loop.sh)."
}

stop_loop() {
	local keeper
	held jobs && keeper=$(cat "$RUN/jobs.keeper" 2>/dev/null) || return 0
	kill "$keeper" && wait_until 10 gone jobs
}

remove() {
	local text
	alone
	if installed && text=$(others); then
		write_crontab "$text"
	fi
	stop_loop
}

run() {
	load_settings
	cd "$STATE"
	exec "$PROGRAM/bin/$1" "${@:2}" >>"$LOG/jobs.log" 2>&1 </dev/null
}

rotate() {
	local f
	for f in "$LOG"/*.log; do
		if [ "$(stat -c %s "$f")" -gt "$LOG_MOST" ]; then
			# Its writers append: they go on in the emptied file.
			cp "$f" "$f.1" && : >"$f"
		fi
	done
}

command=$1
shift
case $command in
lines) lines ;;
install) install ;;
remove) remove ;;
state) if installed; then echo crontab; elif held jobs; then echo loop; fi ;;
run) run "$@" ;;
watch)
	rotate
	exec "$here/start.sh" watch >>"$LOG/jobs.log" 2>&1
	;;
*) exit 2 ;;
esac
