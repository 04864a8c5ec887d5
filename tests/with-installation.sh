#!/bin/bash
# tests/with-installation.sh - run a command beside an installation of its own
#
#   tests/with-installation.sh lighttpd|apache|single|many COMMAND...
#
# many: lighttpd, and MF_SINGLE_USER=0.
# single: lighttpd and one process of one thread, as on a shared host.  The programs are those of
# build/$MODE.  The installation lives in a directory of its own on free ports, started and stopped
# by the scripts of `make up`; the command finds it described in TEST_* (they are read by
# tests/sdk/python/installation.py).  TEST_SETTINGS holds further settings, NAME=value apart by
# blanks.  KEEP=1 leaves it running.  Logs are shown when it fails.
set -eu
cd "$(dirname "$0")/.."
front=$1
shift
programs=$PWD/build/${MODE:-debug}
dir=$(mktemp -d "${TMPDIR:-/tmp}/mf-test.XXXXXX")
chmod 755 "$dir"
mkdir "$dir/sql"
cp -r httpd-conf "$dir/"
cp -r sql/migrations "$dir/sql/"

# Nothing of the caller's settings: what is tested is what is in the tree.
for name in $(compgen -e MF_ || true); do unset "$name"; done
unset MAKEFLAGS MAKELEVEL http_proxy https_proxy HTTP_PROXY HTTPS_PROXY

free_port() {
	local p=$1
	while ss -H -l -t -n | awk '{ print $4 }' | grep -q ":$p\$"; do p=$((p + 1)); done
	echo "$p"
}

finish() {
	status=$?
	if [ "${KEEP:-}" = 1 ]; then
		echo "left running: $dir" >&2
		exit $status
	fi
	"$dir/httpd-conf/up.sh" down > "$dir/down.log" 2>&1 || { cat "$dir/down.log" >&2; status=1; }
	# Threads nobody joins before the process ends are no leak.
	if grep -v 'ThreadSanitizer: thread leak' "$dir"/var/log/pool.log |
	    grep -A 30 -E 'WARNING: ThreadSan|ERROR: (Address|Leak)San|runtime error:' >&2; then
		status=1
	elif [ $status != 0 ]; then
		tail -n 60 "$dir"/var/log/*.log >&2 2>/dev/null || true
	fi
	rm -rf "$(readlink -f "$dir/var")" "$dir"
	exit $status
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

MF_PORT=$(free_port $((18000 + RANDOM % 1000)))
MF_TLS_PORT=$(free_port $((19000 + RANDOM % 1000)))
# Fifty in a row that nobody has; another suite may well run beside this one.
first=$((20000 + RANDOM % 8000))
past_used() {
	ss -H -a -t -n | awk -v a="$first" '{ sub(/.*:/, "", $4) }
		$4 >= a && $4 < a + 50 && $4 + 1 > most { most = $4 + 1 }
		END { print most }'
}
while past=$(past_used) && [ -n "$past" ]; do first=$past; done
export MF_PORT MF_TLS_PORT MF_WEB_PORTS=$first-$((first + 49))
# Where the tests of single sign-on start a provider: above all those, which do not listen yet.
TEST_SSO_ISSUER=http://127.0.0.1:$(free_port $((28100 + RANDOM % 900)))
TEST_SSO_CLIENT_ID=mockfactory-test TEST_SSO_SECRET='a secret: of+more %% than letters'
echo "$TEST_SSO_SECRET" > "$dir/sso.secret"
export TEST_SSO_ISSUER TEST_SSO_CLIENT_ID TEST_SSO_SECRET MF_SSO_ISSUER=$TEST_SSO_ISSUER \
	MF_SSO_CLIENT_ID=$TEST_SSO_CLIENT_ID MF_SSO_SECRET_FILE=$dir/sso.secret
# Most tests have no use for real servers: what those begin with is made by the first.
export MF_SERVER_READY=0
case $front in
lighttpd | apache) export MF_WEB=$front ;;
many) export MF_WEB=lighttpd MF_SINGLE_USER=0 ;;
single) export MF_WEB=lighttpd MF_PROCESSES=0 MF_THREADS=1 ;;
*) exit 2 ;;
esac

given=${TEST_SETTINGS:-}
unset TEST_SETTINGS
# shellcheck disable=SC2086
[ -z "$given" ] || export $given
"$dir/httpd-conf/up.sh" up "$programs" > "$dir/up.log" 2>&1 || { cat "$dir/up.log" >&2; exit 1; }
for name in $given; do unset "${name%%=*}"; done
unset MF_SERVER_READY MF_PORT MF_TLS_PORT MF_WEB_PORTS MF_WEB MF_SINGLE_USER MF_PROCESSES MF_THREADS
unset MF_SSO_ISSUER MF_SSO_CLIENT_ID MF_SSO_SECRET_FILE

setting() { (. "$dir/var/settings.env" && . "$dir/var/mockfactory.env" && eval "echo \"\$$1\""); }
as=
[ "$(id -u)" != 0 ] || as="setpriv --reuid mockfactory --regid mockfactory --init-groups"
TEST_FRONT=$front TEST_URL=$(setting MF_URL) TEST_URL_TLS=$(setting MF_URL_TLS)
TEST_DOMAIN=$(setting MF_DOMAIN) TEST_API_KEY=$(setting MF_API_KEY) TEST_DB=$(setting MF_DB)
TEST_STORE=$(setting MF_STORE) TEST_PROGRAMS=$programs TEST_DIR=$dir
TEST_CERTIFICATE="$as $dir/var/program/httpd-conf/certificate.sh environment"
TEST_ADMIN="$as $dir/var/program/httpd-conf/program.sh mf-admin"
# The authority where every user can read it.
cp "$dir/var/tls/ca.pem" "$dir/ca.pem" && chmod 644 "$dir/ca.pem"
TEST_CA=$dir/ca.pem
export TEST_FRONT TEST_URL TEST_URL_TLS TEST_DOMAIN TEST_API_KEY TEST_DB TEST_STORE TEST_PROGRAMS \
	TEST_DIR TEST_CERTIFICATE TEST_ADMIN TEST_CA
"$@"
