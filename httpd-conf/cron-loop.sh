#!/bin/bash
# httpd-conf/cron-loop.sh - runs the lines of `jobs.sh lines` where there is no cron daemon
#
# Each field may be *, */n or a number; that is all our lines use.
set -u
here=$(dirname "$(readlink -f "$0")")

# due <field> <value>
due() {
	case $1 in
	'*') return 0 ;;
	'*/'*) [ $(($2 % ${1#*/})) = 0 ] ;;
	*) [ "$1" = "$2" ] ;;
	esac
}

each_minute() {
	local minute hour day month weekday now command
	read -ra now <<<"$(date '+%-M %-H %-d %-m %w')"
	while read -r minute hour day month weekday command; do
		if due "$minute" "${now[0]}" && due "$hour" "${now[1]}" && due "$day" "${now[2]}" &&
			due "$month" "${now[3]}" && due "$weekday" "${now[4]}"; then
			sh -c "${command//\\%/%}" </dev/null &
		fi
	done < <("$here/jobs.sh" lines)
}

nap=
trap 'kill "$nap" 2>/dev/null; exit 0' TERM INT
while :; do
	sleep $((60 - 10#$(date +%S))) &
	nap=$!
	wait "$nap"
	each_minute
done
