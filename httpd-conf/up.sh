#!/bin/bash
# httpd-conf/up.sh - `make up`, `down`, `status` ...: who runs what, and where
#
#   up.sh up <directory of the built programs>
#   up.sh down | status | logs
#   up.sh certificate <id of an environment>
#
# As root everything runs as the system user mockfactory; otherwise as oneself.  State is in var/,
# or where that leads when the user cannot reach it, or when its path has characters in it that
# configurations cannot hold.  Root itself writes nothing below var/: it hands the programs to that
# user as an archive.
set -eu
umask 022
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=httpd-conf/lib.sh
. "$here/lib.sh"
ROOT=$(dirname "$here")
USER_NAME=mockfactory

# plain <path> - whether it can stand in any configuration
plain() {
	[[ $1 =~ ^[A-Za-z0-9._/+@:,=-]+$ ]]
}

# as_owner <command ...> - as the user the installation belongs to, in a clean environment
as_owner() {
	local list=() name
	for name in $(compgen -e MF_); do
		list+=("$name=${!name}")
	done
	set -- env -i PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin LANG=C.UTF-8 TZ=UTC \
		"HOME=$STATE" "AS_ROOT=$([ "$(id -u)" != 0 ] || echo 1)" "${list[@]}" "$@"
	if [ "$(id -u)" = 0 ]; then
		(cd / && exec setpriv --reuid "$USER_NAME" --regid "$USER_NAME" --init-groups "$@")
	else
		"$@"
	fi
}

system_user() {
	id -u "$USER_NAME" >/dev/null 2>&1 ||
		useradd --system --user-group --home-dir /var/lib/mockfactory --no-create-home \
			--shell /usr/sbin/nologin "$USER_NAME"
}

# state_directory <elsewhere> <test ...> - var/ when its path is plain and the test succeeds; else a
# link to a directory of its own in <elsewhere>
state_directory() {
	local elsewhere
	[ ! -e "$ROOT/var" ] && [ ! -L "$ROOT/var" ] || return 0
	if plain "$ROOT" && "${@:2}"; then
		mkdir "$ROOT/var"
		return
	fi
	elsewhere=$1/$(printf %s "$ROOT" | sha256sum | cut -c1-12)
	plain "$elsewhere" || die "the path $elsewhere has characters in it that break configurations"
	mkdir -p "$elsewhere"
	ln -s "$elsewhere" "$ROOT/var"
}

# Make var/, or a link to where the owner can reach it.
make_state() {
	local owner
	if [ "$(id -u)" != 0 ]; then
		state_directory ~/.local/state/mockfactory true
		owner=$(stat -L -c %U "$ROOT/var")
		[ -O "$ROOT/var" ] ||
			die "$ROOT/var belongs to $owner: run this as root or as $owner"
		return
	fi
	STATE=/
	state_directory /var/lib/mockfactory as_owner test -x "$ROOT"
	[ "$(stat -L -c %u "$ROOT/var")" != 0 ] ||
		chown "$USER_NAME:$USER_NAME" "$(readlink -f "$ROOT/var")"
	owner=$(stat -L -c %U "$ROOT/var")
	[ "$owner" = "$USER_NAME" ] || die "$ROOT/var belongs to $owner: run this as $owner"
}

# Ports of environments shall not be taken by outgoing connections.
reserve_ports() {
	local file=/proc/sys/net/ipv4/ip_local_reserved_ports range=30000-32767 now
	[ "$(id -u)" = 0 ] && [ -w "$file" ] || return 0
	now=$(cat "$file")
	case ,$now, in
	*,$range,*) ;;
	*) (echo "${now:+$now,}$range" >"$file") 2>/dev/null || true ;;
	esac
}

# Root may start the cron daemon where one is installed and the machine's policy has nothing against
# it; it is stopped again when no installation has jobs in it any more.
no_cron() {
	! cron_runs
}

cron_mark=/run/mockfactory-started-cron
start_cron() {
	[ "$(id -u)" = 0 ] && command -v cron >/dev/null && ! cron_runs || return 0
	[ ! -x /usr/sbin/policy-rc.d ] || /usr/sbin/policy-rc.d cron start >/dev/null 2>&1 ||
		return 0
	service cron start </dev/null >/dev/null 2>&1 && wait_until 3 cron_runs || return 0
	touch "$cron_mark"
}

stop_cron() {
	[ "$(id -u)" = 0 ] && [ -e "$cron_mark" ] || return 0
	! grep -q -r '# mockfactory ' /var/spool/cron/crontabs 2>/dev/null || return 0
	service cron stop </dev/null >/dev/null 2>&1 || true
	wait_until 5 no_cron || true
	rm -f "$cron_mark"
}

# Programs and scripts go to var/program as a whole, unless they are there already.
install_program() {
	local stage
	stage=$(mktemp -d)
	mkdir "$stage/bin"
	cp "$1"/mockfactory.fcgi "$1"/mf-* "$stage/bin/"
	rm -f "$stage"/bin/*.d "$stage"/bin/*.o
	cp -r "$ROOT/httpd-conf" "$ROOT/sql/migrations" "$stage/"
	chmod -R u+rwX,go=rX "$stage"
	tar -C "$stage" -c . | as_owner sh -c '
		set -eu
		cd "$1"
		exec 9>install.lock
		flock 9
		rm -rf program.new program.old
		mkdir program.new
		tar -C program.new -x
		if diff -r -q program.new program >/dev/null 2>&1; then
			rm -rf program.new
		else
			[ ! -e program ] || mv program program.old
			mv program.new program
			rm -rf program.old
		fi' sh "$STATE"
	rm -rf "$stage"
}

logs() {
	cd "$(readlink -f "$ROOT/var")/log" || exit 1
	if [ -t 1 ]; then
		exec tail -n 20 -F ./*.log
	fi
	exec tail -n 50 ./*.log
}

command=$1
case $command in
up)
	[ "$(id -u)" != 0 ] || system_user
	make_state
	state "$ROOT/var"
	reserve_ports
	start_cron
	install_program "$2"
	as_owner "$PROGRAM/httpd-conf/start.sh" up
	[ "$(id -u)" != 0 ] || "$here/root.sh" start "$STATE" "$2"
	;;
down | status)
	[ -e "$ROOT/var/program" ] || { say "There is no installation here."; exit 0; }
	state "$ROOT/var"
	if [ "$command" = down ]; then
		[ "$(id -u)" != 0 ] || "$here/root.sh" stop "$STATE"
		as_owner "$PROGRAM/httpd-conf/stop.sh"
		stop_cron
	else
		as_owner "$PROGRAM/httpd-conf/status.sh"
	fi
	;;
certificate)
	[ -e "$ROOT/var/program" ] || die "there is no installation here: make up"
	state "$ROOT/var"
	as_owner "$PROGRAM/httpd-conf/certificate.sh" environment "${2-}"
	;;
logs) logs ;;
*) exit 2 ;;
esac
