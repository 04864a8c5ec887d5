#!/bin/bash
# httpd-conf/web.sh - the web server of an installation
#
#   web.sh configure   write var/run/web.conf for the server MF_WEB names; 0 when it changed, else 1
#   web.sh run         be that server, in the foreground
#   web.sh reload      configure, and let the running one take it over without dropping a request
set -eu
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=httpd-conf/lib.sh
. "$here/lib.sh"
state "$here/../.."
load_settings
conf=$RUN/web.conf

bind_addresses() {
	if [ "$MF_SINGLE_USER" = 1 ]; then
		echo 127.0.0.1
		[ ! -e /proc/net/if_inet6 ] || echo "[::1]"
	else
		echo 0.0.0.0
		[ ! -e /proc/net/if_inet6 ] || echo "[::]"
	fi
}

# The largest body with what aws-chunked puts around it, in bytes.
body_limit() {
	local object=${MF_OBJECT_MAX-5g} number unit
	number=${object%[kmgt]}
	unit=${object#"$number"}
	case $unit in
	k) number=$((number << 10)) ;;
	m) number=$((number << 20)) ;;
	g) number=$((number << 30)) ;;
	t) number=$((number << 40)) ;;
	esac
	echo $((number + number / 50 + (1 << 20)))
}

files_limit() {
	local most
	most=$(ulimit -Hn)
	[ "$most" != unlimited ] && [ "$most" -lt 16384 ] || most=16384
	echo "$most"
}

web_ports() {
	[ -z "$MF_WEB_PORTS" ] || seq "${MF_WEB_PORTS%-*}" "${MF_WEB_PORTS#*-}"
}

# Environments with a certificate of their own.
certificates() {
	find "$STATE/tls/environments" -name 'env-*.pem' -printf '%f\n' | sed 's/\.pem$//' |
		LC_ALL=C sort
}

regex() {
	sed 's/[.]/\\./g' <<<"$1"
}

lighttpd_certificates() {
	local id
	for id in $(certificates); do
		# shellcheck disable=SC2016
		printf '$HTTP["host"] =~ "(^|\\.)%s\\.%s(:[0-9]+)?$" {\n\tssl.pemfile = "%s"\n}\n' \
			"$id" "$(regex "$MF_DOMAIN")" "$STATE/tls/environments/$id.pem"
	done
}

lighttpd_sockets() {
	local address first=1 port
	for address in $(bind_addresses); do
		# The first one is server.bind and server.port.
		[ "$first" = 1 ] || echo "\$SERVER[\"socket\"] == \"$address:$MF_PORT\" { }"
		echo "\$SERVER[\"socket\"] == \"$address:$MF_TLS_PORT\" { ssl.engine = \"enable\" }"
		[ "$first" = 1 ] || continue
		first=0
		for port in $(web_ports); do
			echo "\$SERVER[\"socket\"] == \"$address:$port\" { }"
		done
	done
}

apache_modules() {
	local m
	for m in mpm_event authz_core env headers setenvif mime dir alias reqtimeout proxy proxy_fcgi \
		socache_shmcb ssl xsendfile; do
		echo "LoadModule ${m}_module /usr/lib/apache2/modules/mod_$m.so"
	done
}

# apache_host <pem file> <name> [alias] - a virtual host with its certificate
apache_host() {
	printf '<VirtualHost *:%s>\n\tServerName %s\n' "$MF_TLS_PORT" "$2"
	[ -z "${3-}" ] || printf '\tServerAlias %s\n' "$3"
	printf '\tSSLEngine on\n\tSSLCertificateFile "%s"\n</VirtualHost>\n' "$1"
}

# The first virtual host is the default.
apache_tls() {
	local id
	apache_host "$STATE/tls/server.pem" localhost
	for id in $(certificates); do
		apache_host "$STATE/tls/environments/$id.pem" "$id.$MF_DOMAIN" "*.$id.$MF_DOMAIN"
	done
}

apache_sockets() {
	local address first=1 port
	for address in $(bind_addresses); do
		echo "Listen $address:$MF_PORT"
		echo "Listen $address:$MF_TLS_PORT https"
		[ "$first" = 1 ] || continue
		first=0
		for port in $(web_ports); do
			echo "Listen $address:$port http"
		done
	done
	apache_tls
}

# What the dashboard's pages may load: files of this origin, and no text as script or markup.
page_policy() {
	printf "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
	printf "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
	printf "require-trusted-types-for 'script'; trusted-types 'none'"
}

# fill <template> <sockets> - the template with everything filled in
fill() {
	local text body
	text=$(cat "$1")
	body=$(body_limit)
	text=${text//@STATE@/"$STATE"}
	text=${text//@PROGRAM@/"$PROGRAM"}
	text=${text//@RUN@/"$RUN"}
	text=${text//@BIND@/"$(bind_addresses | head -1)"}
	text=${text//@PORT@/"$MF_PORT"}
	text=${text//@TLS_PORT@/"$MF_TLS_PORT"}
	text=${text//@DOMAIN_RE@/"$(regex "$MF_DOMAIN")"}
	text=${text//@PAGE_POLICY@/"$(page_policy)"}
	text=${text//@FILES@/"$(files_limit)"}
	text=${text//@BODY@/"$body"}
	text=${text//@BODY_KB@/"$((body >> 10))"}
	text=${text//@CERTIFICATES@/"$(lighttpd_certificates)"}
	text=${text//@MODULES@/"$(apache_modules)"}
	text=${text//@SOCKETS@/"$2"}
	printf '%s\n' "$text"
}

configure() {
	fill "$here/$MF_WEB.conf.in" "$("${MF_WEB}_sockets")" >"$conf.new"
	if cmp -s "$conf.new" "$conf"; then
		rm "$conf.new"
		return 1
	fi
	mv "$conf.new" "$conf"
}

# Uploads that a killed server had gathered.  One that is ending gracefully still reads its own.
remove_spooled() {
	pgrep -u "$(id -u)" -f " -f $conf( |\$)" >/dev/null ||
		find "$STATE/tmp" -maxdepth 1 -type f -delete
}

run() {
	remove_spooled
	ulimit -n "$(files_limit)"
	export TMPDIR=$STATE/tmp
	case $MF_WEB in
	lighttpd) exec lighttpd -D -f "$conf" ;;
	apache) exec apache2 -f "$conf" -D FOREGROUND ;;
	esac
}

reload() {
	local pid
	# A certificate may be new while the configuration is the same.
	configure || true
	pid=$(pid_of web) || return 0
	kill -USR1 "$pid"
}

PATH=$PATH:/usr/sbin
case $1 in
configure) configure ;;
run) run ;;
reload) reload ;;
*) exit 2 ;;
esac
