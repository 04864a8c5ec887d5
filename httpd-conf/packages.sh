#!/bin/bash
# httpd-conf/packages.sh - the Debian packages an installation needs
#
#   packages.sh missing <package ...>   print those that are not installed
#   packages.sh install <package ...>   install them, as root
#
# The services that come with packages are neither started nor enabled when they are new here, and
# those that ran before are not touched: while apt works, policy-rc.d refuses to start or stop any.
set -eu

policy=/usr/sbin/policy-rc.d
saved=$policy.before-mockfactory
no_cluster=/etc/postgresql-common/createcluster.d/mockfactory.conf

missing() {
	local p
	for p; do
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -q -x installed ||
			echo "$p"
	done
}

restore() {
	rm -f "$policy" "$no_cluster"
	[ ! -e "$saved" ] || mv "$saved" "$policy"
}

# Services that exist now, by the names of their start scripts.
services() {
	find /etc/init.d -maxdepth 1 -type f -perm /111 -printf '%f\n' | LC_ALL=C sort
}

install() {
	local before new
	export DEBIAN_FRONTEND=noninteractive

	before=$(mktemp)
	services >"$before"
	trap restore EXIT
	trap 'exit 1' INT TERM HUP
	# A run that was killed left its policy behind, and the machine's own beside it.
	[ -e "$saved" ] || [ ! -e "$policy" ] || mv "$policy" "$saved"
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
	mkdir -p "${no_cluster%/*}"
	echo "create_main_cluster = false" >"$no_cluster"

	apt-get update -q
	apt-get install -y -q --no-install-recommends "$@"

	for new in $(services | LC_ALL=C comm -13 "$before" -); do
		case $new in
		apache* | lighttpd | postgresql | redis-server | mariadb)
			update-rc.d "$new" disable >/dev/null 2>&1 || true
			;;
		esac
	done
	rm -f "$before"
}

command=$1
shift
case $command in
missing) missing "$@" ;;
install) install "$@" ;;
*) exit 2 ;;
esac
