#!/bin/bash
# tests/stores/inside.sh - what run.sh runs beside each installation
set -u
pytest=build/test/venv/bin/pytest
sdk=tests/sdk/python
failed=0

faults() {
	[ -z "${TEST_STORE_URL-}" ] || "$pytest" -c $sdk/pytest.ini tests/stores/test_faults.py "$@" ||
		failed=1
}

if [ "$TEST_STORE_KIND" = oci ]; then
	build/test/venv-stores/bin/pytest -q -p no:cacheprovider --noconftest \
		tests/stores/test_oci_double.py || failed=1
fi
if [ $# -gt 0 ]; then
	faults
	"$pytest" "$@" || failed=1
elif [ "$TEST_STORE_KIND" = oci ]; then
	faults
else
	faults -k "part_fails or killed or everything_of or cut or made_up"
	"$pytest" $sdk/test_s3_multipart.py $sdk/test_s3_object.py $sdk/test_s3_journey.py \
		$sdk/test_data.py || failed=1
fi
exit $failed
