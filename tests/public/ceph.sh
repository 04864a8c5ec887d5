#!/bin/bash
# tests/public/ceph.sh - ceph/s3-tests: test_s3.py and test_headers.py, what is about S3
#
#   ceph.sh DIRECTORY WORK [PYTEST-ARGUMENT...]    run by run.sh
# Arguments narrow the run (-k, -m); each case has ten minutes.
set -eu
directory=$1
work=$2
shift 2
export S3TEST_CONF=$work/s3tests.conf PUBLIC_ENVIRONMENT=$work/environment
export PUBLIC_RESULTS=$work/results
"$PUBLIC_VENV/bin/python" "$(dirname "$0")/ceph_conf.py" "$S3TEST_CONF" "$PUBLIC_ENVIRONMENT"
cd "$directory"
"$PUBLIC_VENV/bin/pytest" -q -p no:cacheprovider -p pytest_results -p ceph_plugin \
	--timeout 600 --tb short -o log_file="$work/log" \
	s3tests/functional/test_headers.py s3tests/functional/test_s3.py "$@" || true
