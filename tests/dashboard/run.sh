#!/bin/bash
# tests/dashboard/run.sh - run.mjs, where there are Node.js, its modules and Chromium
#
#   MODULES=directory tests/dashboard/run.sh [PART OF A TEST'S NAME]
set -u
here=$(dirname "$0")
CHROMIUM=${CHROMIUM:-$(command -v chromium)}
export CHROMIUM
modern="process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)"
if [ -n "$CHROMIUM" ] && [ -d "$MODULES/node_modules" ] &&
    command -v node > /dev/null && node -e "$modern"; then
	exec node "$here/run.mjs" "$@"
fi
echo "SKIP: the dashboard is not tested: no Chromium, no Node.js 20, or not its modules" >&2
[ "${CI:-}" != true ] || exit 1
echo 0 0 1 >> "${TEST_COUNTS:-/dev/null}"
