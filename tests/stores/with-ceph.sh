#!/bin/bash
# tests/stores/with-ceph.sh - run a command beside a Ceph of its own
#
#   tests/stores/with-ceph.sh COMMAND...
#
# A monitor, one OSD that keeps everything in memory, and a gateway that speaks S3, from Debian's
# ceph-mon, ceph-osd and radosgw, on free ports of 127.0.0.1 and in a directory of their own; up in
# some 15 seconds.  The command finds CEPH_ENDPOINT, CEPH_BUCKET, CEPH_KEY and CEPH_SECRET, as
# with-store.sh wants them.
# https://docs.ceph.com/en/pacific/install/manual-deployment/
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for program in ceph ceph-authtool ceph-mon ceph-osd monmaptool radosgw radosgw-admin; do
	command -v $program >/dev/null || {
		echo "$program is missing: apt-get install ceph-mon ceph-osd radosgw" >&2
		exit 3
	}
done

dir=$(mktemp -d "${TMPDIR:-/tmp}/mf-ceph.XXXXXX")
finish() {
	status=$?
	for daemon in radosgw osd mon; do
		[ ! -s "$dir/$daemon.pid" ] || kill -9 "$(cat "$dir/$daemon.pid")" 2>/dev/null || true
	done
	rm -rf "$dir"
	exit $status
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

free_port() {
	local p=$1
	while ss -H -l -t -n | awk '{ print $4 }' | grep -q ":$p\$"; do p=$((p + 1)); done
	echo "$p"
}

monitor=[v2:127.0.0.1:$(free_port $((18000 + RANDOM % 900)))]
gateway=127.0.0.1:$(free_port $((19000 + RANDOM % 900)))
cluster=$(cat /proc/sys/kernel/random/uuid)
osd=$(cat /proc/sys/kernel/random/uuid)

# One copy of everything: there is one OSD.  Without a manager nobody counts placement groups, so
# there are few of them.  A memory of 16 GiB is what it may take, not what it takes.
cat >"$dir/ceph.conf" <<CONF
[global]
fsid = $cluster
mon host = $monitor
public addr = 127.0.0.1
ms bind msgr1 = false
keyring = $dir/keyring
log file = $dir/\$name.log
admin socket = $dir/\$name.\$pid.asok
run dir = $dir
mon data = $dir/mon
mon allow pool size one = true
mon max pg per osd = 1000
mon warn on insecure global id reclaim allowed = false
auth allow insecure global id reclaim = false
osd data = $dir/osd
osd objectstore = memstore
memstore device bytes = 17179869184
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
rgw frontends = beast endpoint=$gateway
CONF
export CEPH_CONF=$dir/ceph.conf

key() { ceph-authtool "$dir/keyring" --gen-key "$@" >>"$dir/keys.log"; }

start_monitor() {
	touch "$dir/keyring"
	key -n mon. --cap mon 'allow *'
	key -n client.admin --cap mon 'allow *' --cap osd 'allow *'
	key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *'
	mkdir "$dir/mon"
	monmaptool --create --fsid "$cluster" --addv a "$monitor" "$dir/map" >>"$dir/keys.log"
	ceph-mon --mkfs -i a --monmap "$dir/map" --keyring "$dir/keyring"
	ceph-mon -i a --pid-file "$dir/mon.pid"
}

start_osd() {
	mkdir "$dir/osd"
	ceph osd new "$osd" >>"$dir/osd.new.log"
	ceph-osd -i 0 --mkfs --osd-uuid "$osd"
	ceph-osd -i 0 --pid-file "$dir/osd.pid"
}

start_gateway() {
	radosgw -n client.admin --pid-file "$dir/radosgw.pid"
	for _ in $(seq 600); do
		! curl -s -o "$dir/answer" "http://$gateway/" || return 0
		sleep 0.1
	done
	return 1
}

start() (
	set -e
	start_monitor
	start_osd
	start_gateway
	radosgw-admin user create --uid=mockfactory --display-name=MockFactory \
		--access-key="$CEPH_KEY" --secret-key="$CEPH_SECRET" >"$dir/user.log"
)

CEPH_KEY=mockfactory
CEPH_SECRET=$(openssl rand -hex 20)
# They say on stderr that they have no manager and no NUMA nodes.
set +e
start 2>"$dir/start.log"
started=$?
set -e
[ $started = 0 ] || {
	tail -n 20 "$dir"/*.log >&2
	exit 1
}
CEPH_ENDPOINT=http://$gateway
CEPH_BUCKET=mockfactory
export CEPH_ENDPOINT CEPH_BUCKET CEPH_KEY CEPH_SECRET
AWS_ACCESS_KEY_ID=$CEPH_KEY AWS_SECRET_ACCESS_KEY=$CEPH_SECRET AWS_DEFAULT_REGION=us-east-1 \
	"$here/../../build/test/venv/bin/python" -c "import boto3
boto3.client('s3', endpoint_url='$CEPH_ENDPOINT').create_bucket(Bucket='$CEPH_BUCKET')"
"$@"
