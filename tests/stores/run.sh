#!/bin/bash
# tests/stores/run.sh - the tests of stores, and S3's own on each store
#
#   tests/stores/run.sh "STORE..." [PYTEST-ARGUMENT...]
# Of each store: what test_faults.py says, then S3's tests with the arguments.  For oci the double
# is first held against Oracle's own SDK.  Without arguments it is a choice that takes a minute or
# two: every fault on oci, S3's own tests of bodies and a few faults on s3.
set -u
cd "$(dirname "$0")/../.."
failed=0
for store in $1; do
	echo "-- on $store"
	tests/stores/with-store.sh "$store" tests/stores/inside.sh "${@:2}" || failed=1
done
exit $failed
