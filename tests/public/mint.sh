#!/bin/bash
# tests/public/mint.sh - minio/mint: its parts awscli, over HTTPS, and s3cmd
#
#   mint.sh DIRECTORY WORK [PART...]    run by run.sh
# A part stops at its first failure, which is then one of its lines; the rest is not counted.
set -eu
directory=$1
work=$2
here=$(cd "$(dirname "$0")" && pwd)
shift 2
[ $# != 0 ] || set -- awscli s3cmd
eval "$(/usr/bin/python3 "$here/exports.py" mint aws_s3)"
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_DEFAULT_REGION
export MINT_MODE=core SERVER_REGION=us-east-1 ENABLE_VIRTUAL_STYLE=0 MINT_DATA_DIR=$work/data
export HOME=$work/home PATH=$PUBLIC_VENV/bin:$PATH
plain=$SERVER_ENDPOINT
mkdir "$HOME" "$MINT_DATA_DIR"
# What its image has ready: files of these sizes.
for file in 0-b:0 1-b:1 1-kB:1K 10-kB:10K 100-kB:100K 1-MB:1M 5-MB:5M 5243880-b:5243880 \
	10-MB:10M 65-MB:65M; do
	head -c "${file#*:}" /dev/urandom > "$MINT_DATA_DIR/datafile-${file%:*}"
done
for part; do
	if [ "$part" = awscli ]; then
		export ENABLE_HTTPS=1 SERVER_ENDPOINT=$PUBLIC_PATH_TLS
		export AWS_CA_BUNDLE=$TEST_CA CURL_CA_BUNDLE=$TEST_CA
	else
		export ENABLE_HTTPS=0 SERVER_ENDPOINT=$plain
	fi
	log=$work/$part.log status=0
	: > "$log"
	(cd "$directory/run/core/$part" && ./run.sh "$log" "$work/$part.err") || status=$?
	/usr/bin/python3 "$here/mint_results.py" "$part" "$log" $status >> "$work/results"
done
