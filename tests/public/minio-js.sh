#!/bin/bash
# tests/public/minio-js.sh - minio/minio-js: its functional tests
#
#   minio-js.sh DIRECTORY WORK [MOCHA-ARGUMENT...]    run by run.sh
# DIRECTORY has its packages already (npm ci --ignore-scripts).  Arguments narrow the run (--grep).
set -eu
directory=$1
work=$2
here=$(cd "$(dirname "$0")" && pwd)
shift 2
eval "$(/usr/bin/python3 "$here/exports.py" minio-js aws_s3)"
export ENABLE_HTTPS=0
cd "$directory"
node_modules/.bin/mocha --no-config --require ./babel-register.js --exit --reporter json \
	--reporter-option output="$work/mocha.json" "$@" \
	tests/functional/functional-tests.js > "$work/log" 2>&1 || true
/usr/bin/python3 "$here/mocha_results.py" "$work/mocha.json" > "$work/results"
