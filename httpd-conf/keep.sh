#!/bin/sh
# httpd-conf/keep.sh - run a program, and start it again whenever it ends
#
#   keep.sh <run directory> <log file> <name> <stop signal> <command> [argument ...]
#
# Holds <run>/<name>.lock while it lives; its own pid is in <name>.keeper, the program's in
# <name>.pid.  TERM stops the program with its signal, and then the keeper.  HUP starts a second
# program beside the first and then stops the first: for one that accepts on the standard input both
# inherit, so that a new version comes in without failing a request.  The program gets the stop
# signal when its keeper dies, so nothing runs unwatched; whoever looks after keepers (jobs.sh
# watch) starts a new one.
set -u
run=$1 log=$2 name=$3 signal=$4
shift 4

exec 9>"$run/$name.lock"
# Those who look whether it is held hold it for a moment themselves.
flock -w 2 9 || exit 0
exec 3<&0 </dev/null >>"$log" 2>&1
echo $$ >"$run/$name.keeper"

stop=0 again=0 pid=
trap 'stop=1; [ -z "$pid" ] || kill -s "$signal" "$pid" 2>/dev/null' TERM INT
trap 'again=1' HUP

start() {
	setpriv --pdeathsig "$signal" "$@" <&3 3<&- 9>&- &
	pid=$!
	echo "$pid" >"$run/$name.pid"
}

replace() {
	old=$pid again=0
	start "$@"
	sleep 1
	if kill -0 "$pid" 2>/dev/null; then
		kill -s "$signal" "$old"
	else
		echo "keeper: the new $name did not stay; the old one goes on"
		pid=$old
		echo "$pid" >"$run/$name.pid"
	fi
}

delay=0
while [ "$stop" = 0 ]; do
	began=$(date +%s)
	start "$@"
	status=0
	while kill -0 "$pid" 2>/dev/null; do
		wait "$pid" && status=0 || status=$?
		# Once more for a HUP that came while it was being replaced.
		while [ "$again" = 1 ]; do
			replace "$@"
		done
	done
	[ "$stop" = 0 ] || break
	echo "keeper: $name ended with status $status; starting it again"
	# At once when it had been well, else more and more slowly.
	if [ $(($(date +%s) - began)) -ge 2 ]; then
		delay=0
	fi
	case $delay in
	0) delay=0.2; sleep 0.05 ;;
	0.2) delay=1; sleep 0.2 ;;
	*) sleep 1 ;;
	esac
done
rm -f "$run/$name.pid" "$run/$name.keeper"
