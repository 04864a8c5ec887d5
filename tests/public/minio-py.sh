#!/bin/bash
# tests/public/minio-py.sh - minio/minio-py: its functional tests, with the client of the checkout
#
#   minio-py.sh DIRECTORY WORK    run by run.sh
set -eu
directory=$1
work=$2
here=$(cd "$(dirname "$0")" && pwd)
eval "$(/usr/bin/python3 "$here/exports.py" minio-py aws_s3)"
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_DEFAULT_REGION
export MINT_MODE=full SERVER_REGION=us-east-1 ENABLE_HTTPS=0 RUN_ON_FAIL=1
cd "$work" # where it makes its files
status=0
PYTHONPATH=$directory "$PUBLIC_VENV/bin/python" "$here/minio_py_run.py" \
	"$directory/tests/functional/tests.py" \
	> "$work/log" 2> "$work/err" || status=$?
/usr/bin/python3 "$here/mint_results.py" minio-py "$work/log" $status > "$work/results"
