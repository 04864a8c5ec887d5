#!/bin/bash
# tests/public/moto.sh - getmoto/moto: what its tests of S3 and SQS have checked on AWS
#
#   moto.sh DIRECTORY WORK [PYTEST-ARGUMENT...]    run by run.sh
# The suite marks those cases "aws_verified" and runs them against AWS itself; here the endpoint is
# ours.  Arguments narrow the run; each case has two minutes.
set -eu
directory=$1
work=$2
shift 2
eval "$("$PUBLIC_VENV/bin/python" "$(dirname "$0")/exports.py" moto aws_s3 aws_sqs)"
export AWS_ENDPOINT_URL=http://$SERVER_ENDPOINT MOTO_TEST_ALLOW_AWS_REQUEST=true
export PUBLIC_RESULTS=$work/results
cd "$directory"
# The checkout's own package comes first.
PYTHONPATH=$PWD:$PYTHONPATH "$PUBLIC_VENV/bin/pytest" -q -p no:cacheprovider -p pytest_results \
	-p moto_plugin --timeout 120 --tb short -o log_file="$work/log" \
	-m aws_verified tests/test_s3 tests/test_sqs "$@" || true
