#!/bin/bash
# tests/stores/with-store.sh - run a command beside an installation whose store is not the disk
#
#   tests/stores/with-store.sh oci|s3|ceph COMMAND...
#
# oci: the double of oci_double.py.  s3: another installation with a store on disk, behind a proxy
# that can be told to fail.  ceph: the S3 service that CEPH_ENDPOINT, CEPH_BUCKET, CEPH_KEY and
# CEPH_SECRET describe; without them the Ceph of with-ceph.sh.  The command finds what
# with-installation.sh describes, and TEST_STORE_URL where the store takes its faults (not of ceph).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=$here/../../build/test/venv-stores/bin/python
kind=$1
shift

free_port() {
	local p=$1
	while ss -H -l -t -n | awk '{ print $4 }' | grep -q ":$p\$"; do p=$((p + 1)); done
	echo "$p"
}

wait_for() {
	local i
	for i in $(seq 300); do
		curl -s -o "$dir/answer" "$1/_faults" && return
		sleep 0.1
	done
	echo "$1 does not answer" >&2
	cat "$dir"/*.log >&2
	exit 1
}

if [ "$kind" = s3 ] && [ -z "${STORE_BEHIND-}" ]; then
	# Once more, beside the installation that is to be the store.
	STORE_BEHIND=1 exec "$here/../with-installation.sh" lighttpd "$0" s3 "$@"
fi
if [ "$kind" = ceph ] && [ -z "${CEPH_ENDPOINT-}" ]; then
	exec "$here/with-ceph.sh" "$0" ceph "$@"
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/mf-store.XXXXXX")
chmod 755 "$dir"
server=
finish() {
	status=$?
	[ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
	[ $status = 0 ] || tail -n 30 "$dir"/*.log >&2 2>/dev/null || true
	rm -rf "$dir"
	exit $status
}
trap finish EXIT
trap 'exit 1' INT TERM HUP
port=$(free_port $((17000 + RANDOM % 900)))

case $kind in
oci)
	fingerprint=20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34
	openssl genrsa -out "$dir/key.pem" 2048 2>"$dir/openssl.log"
	openssl rsa -in "$dir/key.pem" -pubout -out "$dir/public.pem" 2>>"$dir/openssl.log"
	chmod 644 "$dir/key.pem"
	echo "ocid1.tenancy.oc1..t/ocid1.user.oc1..u/$fingerprint" >"$dir/key_id"
	"$python" "$here/oci_double.py" "$port" "$dir" >"$dir/double.log" 2>&1 &
	server=$!
	TEST_STORE_KEY=$dir/key.pem
	export TEST_STORE_KEY
	settings="MF_STORE=oci:mockns MF_OCI_TENANCY=ocid1.tenancy.oc1..t
		MF_OCI_USER=ocid1.user.oc1..u MF_OCI_FINGERPRINT=$fingerprint
		MF_OCI_COMPARTMENT=ocid1.compartment.oc1..c MF_OCI_KEY_FILE=$dir/key.pem
		MF_STORE_ENDPOINT=http://127.0.0.1:$port"
	;;
s3)
	"$python" "$here/make_bucket.py" "$port" "$dir" >"$dir/settings"
	"$python" "$here/s3_proxy.py" "$port" "${TEST_URL#http://}" >"$dir/proxy.log" 2>&1 &
	server=$!
	settings=$(cat "$dir/settings")
	TEST_STORE_BEHIND=$(cat "$dir/behind.json")
	export TEST_STORE_BEHIND
	;;
ceph)
	printf '%s\n' "$CEPH_SECRET" >"$dir/secret"
	chmod 644 "$dir/secret"
	settings="MF_STORE=s3:$CEPH_BUCKET MF_STORE_ENDPOINT=$CEPH_ENDPOINT
		MF_STORE_KEY=$CEPH_KEY MF_STORE_SECRET_FILE=$dir/secret"
	STORE_SETTINGS="MF_STORE_TIMEOUT=10s ${STORE_SETTINGS-}"
	;;
*) exit 2 ;;
esac
if [ -n "$server" ]; then
	TEST_STORE_URL=http://127.0.0.1:$port
	export TEST_STORE_URL
	wait_for "$TEST_STORE_URL"
fi
TEST_STORE_KIND=$kind TEST_SETTINGS="$settings MF_STORE_TIMEOUT=1s ${STORE_SETTINGS-}" \
	STORE_BEHIND='' "$here/../with-installation.sh" "${STORE_FRONT:-lighttpd}" "$@"
