#!/bin/bash
# httpd-conf/root.sh - mf-provision as root, where servers have users of their own
#
#   root.sh start <state> <built programs>   run it, when the settings have MF_SERVER_UIDS
#   root.sh stop <state>                     stop it and every server
#   root.sh watch <home>                     start it again when its keeper died; for root's crontab
#   root.sh run <home>                       be it; for the keeper
#
# All that root executes or writes is in <home>, below /var/lib/mockfactory-servers, which is root's
# alone: the installation's own user cannot change it.  Of that user's files only the settings are
# read, as text, and the key.
set -eu
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=httpd-conf/lib.sh
. "$here/lib.sh"
base=$ROOT_SERVERS

use_home() {
	home=$1
	RUN=$home/run
}

# read_settings <file> - NAME=value lines, without the shell's quotes
read_settings() {
	sed -n "s/^\(MF_[A-Z_]*\)='\([^']*\)'\$/\1=\2/p" "$1"
}

# crontab_line <add|remove>
crontab_line() {
	local tag="# mockfactory $home"
	command -v crontab >/dev/null || return 0
	{
		crontab -l 2>/dev/null | grep -v -F "$tag" || true
		[ "$1" = remove ] || echo "* * * * * $home/root.sh watch $home $tag"
	} | crontab - 2>/dev/null || true
}

keep() {
	held provision ||
		detach "$home/keep.sh" "$RUN" "$home/log" provision TERM "$home/root.sh" run "$home"
}

start() {
	local state=$1 programs=$2
	read_settings "$state/settings.env" | grep -q '^MF_SERVER_UIDS=.' || { stop; return 0; }
	mkdir -p "$base" "$home" "$RUN" "$home/servers"
	chmod 0711 "$base" "$home/servers"
	# Beside and renamed: what runs goes on with what it has.
	for f in "$programs/mf-provision" "$here/keep.sh" "$here/lib.sh" "$here/root.sh"; do
		cp "$f" "$home/new" && mv "$home/new" "$home/$(basename "$f")"
	done
	chmod 0755 "$home"/*.sh "$home/mf-provision"
	read_settings "$state/settings.env" >"$home/settings.new"
	chmod 0600 "$home/settings.new"
	mv "$home/settings.new" "$home/settings"
	(umask 077 && : >>"$home/log")
	STATE=$home
	if held provision; then
		kill "$(pid_of provision)" 2>/dev/null || true
	fi
	keep
	wait_until 5 held provision || die "could not start mf-provision: see $home/log"
	crontab_line add
}

stop() {
	[ -e "$home" ] || return 0
	crontab_line remove
	if held provision; then
		kill "$(cat "$RUN/provision.keeper")"
		wait_until 10 gone provision || die "mf-provision does not stop"
	fi
	(run --rest) >>"$home/log" 2>&1 || true
	# Without servers that wait for the next `make up` nothing stays.
	if [ -z "$(find "$home/servers" -mindepth 1 -maxdepth 1 -not -name '.*' 2>/dev/null)" ]; then
		rm -rf "$home"
		rmdir "$base" 2>/dev/null || true
	fi
}

run() {
	local list
	mapfile -t list <"$home/settings"
	cd "$home"
	# In its place: what its keeper stops is mf-provision itself.
	exec env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin LANG=C.UTF-8 TZ=UTC "${list[@]}" \
		"$home/mf-provision" "$@"
}

[ "$(id -u)" = 0 ] || die "only root runs servers as other users"
command=$1
case $command in
start | stop) use_home "$base/$(printf %s "$2" | sha256sum | cut -c1-12)" ;;
*) use_home "$2" ;;
esac
case $command in
start) start "$2" "$3" ;;
stop) stop ;;
watch) STATE=$home && keep ;;
run) run ;;
*) exit 2 ;;
esac
