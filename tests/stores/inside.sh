#!/bin/bash
# tests/stores/inside.sh - what run.sh runs beside each installation
set -u
failed=0
if [ "$TEST_STORE_KIND" = oci ]; then
	build/test/venv-stores/bin/pytest -q -p no:cacheprovider --noconftest \
		tests/stores/test_oci_double.py || failed=1
fi
if [ -n "${TEST_STORE_URL-}" ]; then
	"$1" -c tests/sdk/python/pytest.ini tests/stores/test_faults.py || failed=1
fi
"$@" || failed=1
exit $failed
