#!/bin/bash
# httpd-conf/certificate.sh - the local authority and the certificates it signs, in var/tls
#
#   certificate.sh server             the authority and the server's certificate, when missing or
#                                     made for another MF_DOMAIN
#   certificate.sh environment <id>   one for the hosts of an environment, which a wildcard for
#                                     MF_DOMAIN does not cover (s3.<id>.<domain>,
#                                     bucket.s3.<id>.<domain>), then reload the web server
#   certificate.sh remove <id>        forget an environment's
#
# Clients trust var/tls/ca.pem (AWS_CA_BUNDLE, NODE_EXTRA_CA_CERTS, SSL_CERT_FILE).
set -eu
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=httpd-conf/lib.sh
. "$here/lib.sh"
state "$here/../.."
load_settings
tls=$STATE/tls
umask 077

# Services with hosts of their own under an environment, and buckets or accounts in front of those.
services="s3 r2 blob spaces storage azure gcp cloudflare digitalocean supabase neon ecr"

authority() {
	[ ! -s "$tls/ca.pem" ] || return 0
	mkdir -p "$tls/environments"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
		-subj "/O=MockFactory/CN=MockFactory on $(uname -n)" \
		-addext basicConstraints=critical,CA:TRUE,pathlen:0 \
		-addext keyUsage=critical,keyCertSign,cRLSign \
		-keyout "$tls/ca.key" -out "$tls/ca.pem.new" 2>/dev/null
	mv "$tls/ca.pem.new" "$tls/ca.pem"
	chmod 644 "$tls/ca.pem"
}

# sign <file without ending> <common name> <alternative names> - key and chain in one .pem
sign() {
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" \
		-keyout "$1.key" -out "$1.csr" 2>/dev/null
	printf '%s\n' "subjectAltName=$3" basicConstraints=critical,CA:FALSE \
		keyUsage=critical,digitalSignature extendedKeyUsage=serverAuth >"$1.ext"
	openssl x509 -req -in "$1.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -days 820 \
		-set_serial "0x$(openssl rand -hex 16)" -extfile "$1.ext" -out "$1.crt" 2>/dev/null
	cat "$1.key" "$1.crt" "$tls/ca.pem" >"$1.pem.new"
	mv "$1.pem.new" "$1.pem"
	rm -f "$1.csr" "$1.ext" "$1.key" "$1.crt"
}

server() {
	local names="DNS:localhost,IP:127.0.0.1,IP:::1,DNS:$MF_DOMAIN,DNS:*.$MF_DOMAIN"
	authority
	if [ -s "$tls/server.pem" ] && [ "$(cat "$tls/server.names" 2>/dev/null)" = "$names" ] &&
		openssl x509 -in "$tls/server.pem" -noout -checkend 2592000 >/dev/null; then
		return
	fi
	sign "$tls/server" "$MF_DOMAIN" "$names"
	printf '%s\n' "$names" >"$tls/server.names"
}

environment() {
	local host=$1.$MF_DOMAIN names service
	[[ $1 =~ ^env-[a-z0-9]{10}$ ]] || die "$1 is not the id of an environment"
	names="DNS:$host,DNS:*.$host"
	for service in $services; do
		names+=",DNS:*.$service.$host"
	done
	sign "$tls/environments/$1" "$1" "$names"
}

command=$1
shift
case $command in
server) server ;;
environment)
	environment "$1"
	"$here/web.sh" reload
	;;
remove)
	[[ $1 =~ ^env-[a-z0-9]{10}$ ]] || die "$1 is not the id of an environment"
	rm -f "$tls/environments/$1.pem"
	"$here/web.sh" reload
	;;
*) exit 2 ;;
esac
