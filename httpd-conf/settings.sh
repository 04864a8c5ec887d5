#!/bin/bash
# httpd-conf/settings.sh - the settings an installation runs under; sourced by start.sh
# shellcheck disable=SC2034
#
# var/settings.given holds what people asked for, NAME=value a line: a setting in the environment of
# `make up` is taken over into it.  var/settings.env is that and everything chosen here, to be read
# by a shell; it is written anew by each `make up`.

declare -A given chosen previous

# read_lines <file> <array> - NAME=value lines
read_lines() {
	local -n into=$2
	local line
	[ -e "$1" ] || return 0
	while IFS= read -r line; do
		[[ $line == MF_*=* ]] && into[${line%%=*}]=${line#*=}
	done <"$1"
	return 0
}

# write_private <file> - standard input, readable by us alone, in one step
write_private() {
	(umask 077 && cat >"$1.new")
	mv "$1.new" "$1"
}

# settings_given - what is in the file, and over it the environment
settings_given() {
	local name sentence
	read_lines "$STATE/settings.given" given
	forget_client
	for name in $(compgen -e MF_); do
		[[ ${!name} != *$'\n'* ]] || die "$name has a line break in it"
		given[$name]=${!name}
	done
	for name in MF_SOCKET MF_SENDFILE; do
		[ -z "${given[$name]+set}" ] || die "$name is chosen by make up and cannot be given"
	done
	sentence=$(under given "$PROGRAM/bin/mf-admin" settings 2>&1) || die "${sentence#*: }"
	case ${given[MF_WEB]-lighttpd} in
	lighttpd | apache) ;;
	*) die "MF_WEB=${given[MF_WEB]} is neither lighttpd nor apache" ;;
	esac
}

# under <array> <command ...> - run it under the settings of the array and no others
under() {
	local -n from=$1
	local list=() name
	shift
	for name in "${!from[@]}"; do
		list+=("$name=${from[$name]}")
	done
	env -i PATH="$PATH" "${list[@]}" "$@"
}

# settings_try - what does not work is refused before anything is kept or changed for it: a store, a
# provider, a key file, somebody else's database
settings_try() {
	local said
	said=$(under chosen "$PROGRAM/bin/mockfactory.fcgi" --check 2>&1) || die "${said#*: }"
	[ -n "${given[MF_DB]+set}" ] || return 0
	said=$(PGCONNECT_TIMEOUT=10 psql -X -w -A -t -d "${given[MF_DB]}" -c "
		select case when current_setting('server_version_num')::int < 150000
		            then 'is older than PostgreSQL 15'
		            when current_setting('server_encoding') <> 'UTF8'
		            then 'is not encoded in UTF-8' end" 2>&1) || die "MF_DB: ${said#*: }"
	[ -z "$said" ] || die "the database of MF_DB $said"
}

# setting <name> <otherwise> - the given one, or what we choose
setting() {
	chosen[$1]=${given[$1]-$2}
}

# port <name> <first> - the given one; else the one we had; else the next free one.  While our own
# web server runs it is what keeps its port busy.
port() {
	local p
	if [ -n "${given[$1]+set}" ]; then
		chosen[$1]=${given[$1]}
		held web || port_free "${given[$1]}" ||
			die "$1=${given[$1]} is in use by another program"
		return
	fi
	p=${previous[$1]-$2}
	if [ -z "${previous[$1]+set}" ] || ! held web; then
		while ! port_free "$p" || [ "$p" = "${chosen[MF_PORT]-}" ]; do
			p=$((p + 1))
		done
	fi
	[ "$p" = "${previous[$1]-$2}" ] || say "Port ${previous[$1]-$2} is in use: $1=$p"
	chosen[$1]=$p
}

block_free() {
	local p
	for ((p = ${1%-*}; p <= ${1#*-}; p++)); do
		port_free "$p" || return 1
	done
}

# claimed <block> - whether another installation has it, running or not
claimed() {
	local file owner
	for file in /var/tmp/mockfactory-ports-*/"$1"; do
		owner=$(head -1 "$file" 2>/dev/null) || continue
		[ "$owner" = "$STATE" ] || [ ! -e "$owner/settings.env" ] || return 0
	done
	return 1
}

# claim <block> - write down that it is ours, where all users of the machine can read it
claim() {
	local dir
	dir=/var/tmp/mockfactory-ports-$(id -u)
	mkdir -m 755 "$dir" 2>/dev/null || true
	[ -O "$dir" ] && [ ! -L "$dir" ] && echo "$STATE" >"$dir/$1"
}

# A block of ports for environments, kept from the first `make up` on.
web_ports() {
	local first block had=${previous[MF_WEB_PORTS]-}
	if [ -n "${given[MF_WEB_PORTS]+set}" ]; then
		chosen[MF_WEB_PORTS]=${given[MF_WEB_PORTS]}
		first=${given[MF_WEB_PORTS]}
		[ -z "$first" ] || held web || block_free "$first" ||
			die "some of MF_WEB_PORTS=$first are in use by another program"
		return
	fi
	if [ -n "$had" ] && { held web || block_free "$had"; }; then
		chosen[MF_WEB_PORTS]=$had
		return
	fi
	for first in 30000 30200 30400 30600 30800; do
		block=$first-$((first + 199))
		! claimed "$block" && block_free "$block" || continue
		[ -z "$had" ] || say "Some of the ports $had are in use: MF_WEB_PORTS=$block"
		chosen[MF_WEB_PORTS]=$block
		claim "$block" || true
		return
	done
	say "No block of 200 ports is free: environments are reached by path and host only"
	chosen[MF_WEB_PORTS]=
}

# Only what led to a full set of settings is kept.
write_given() {
	local name
	for name in "${!given[@]}"; do
		printf '%s=%s\n' "$name" "${given[$name]}"
	done | LC_ALL=C sort | write_private "$STATE/settings.given"
}

# Servers of strangers need a user id for each environment, which only root can give: a block that
# no other installation here has, by the path.
server_users() {
	local first
	if [ "${chosen[MF_SINGLE_USER]}" = 0 ] && [ "${AS_ROOT-}" = 1 ]; then
		first=$((1000000 + 0x$(printf %s "$STATE" | sha256sum | cut -c1-6) % 1000 * 1000))
		setting MF_SERVER_UIDS "$first-$((first + 999))"
	fi
	if [ -n "${chosen[MF_SERVER_UIDS]-}" ]; then
		setting MF_SERVERS "$ROOT_SERVERS/$(printf %s "$STATE" | sha256sum | cut -c1-12)/servers"
	else
		setting MF_SERVERS "$STATE/servers"
	fi
}

# settings_choose - decide everything
settings_choose() {
	local name
	BUSY=$(listening)
	if [ -e "$STATE/settings.env" ]; then
		eval "$(sed -n "s/^\(MF_[A-Z_]*\)=\('.*'\)$/previous[\1]=\2/p" \
			"$STATE/settings.env")"
	fi

	for name in "${!given[@]}"; do
		chosen[$name]=${given[$name]}
	done
	setting MF_WEB lighttpd
	unset 'chosen[MF_PORT]'
	port MF_PORT 8080
	port MF_TLS_PORT 8443
	web_ports
	setting MF_DB "host=$RUN dbname=mockfactory user=mockfactory"
	setting MF_STORE "disk:$STATE/store"
	setting MF_SECRET_KEY_FILE "$STATE/secret.key"
	setting MF_SINGLE_USER 1
	server_users
	setting MF_HAND_OUT_PORTS "${chosen[MF_SINGLE_USER]}"
	setting MF_DOMAIN mockfactory.localhost
	setting MF_URL "http://127.0.0.1:${chosen[MF_PORT]}"
	setting MF_URL_TLS "https://127.0.0.1:${chosen[MF_TLS_PORT]}"
	chosen[MF_SENDFILE]=${chosen[MF_WEB]}
}

# settings_write - both files
settings_write() {
	local name
	write_given
	{
		echo "# What this installation runs under; written by make up."
		for name in "${!chosen[@]}"; do
			echo "$name=$(quoted "${chosen[$name]}")"
		done | LC_ALL=C sort
	} | write_private "$STATE/settings.env"
}
