#!/bin/bash
# tests/public/run.sh - run a public suite of tests against an installation of its own
#
#   tests/public/run.sh SUITE DIRECTORY [ARGUMENT...]
#
# DIRECTORY is a checkout of the suite that is there already; docs/TESTING.md says of which project
# and commit.  Arguments go to the suite's own runner, as -k copy.  Of a suite are here:
#   SUITE.sh             runs it:  SUITE.sh DIRECTORY WORK [ARGUMENT...]  beside an installation
#                        (TEST_*, as tests/with-installation.sh says); WORK is an empty directory,
#                        and what came out of each case goes to WORK/results (tally.py)
#   SUITE.requirements   what Python packages it wants, if any
#   SUITE.exclude        the cases that are not asked to pass, each with the argument (tally.py)
# With arguments nothing is said of exclusions that no case used.
# PUBLIC_FRONT=apache: behind that web server.  A virtual environment and the last WORK stay in
# build/public/SUITE.  Exits 1 when a case failed that is not excluded, or when nothing ran.
set -eu
suite=$1
directory=$(realpath "$2")
shift 2
[ $# = 0 ] || export PUBLIC_PART=1
cd "$(dirname "$0")/../.."
here=tests/public
kept=$PWD/build/public/$suite
[ -x "$here/$suite.sh" ] || { echo "there is no $here/$suite.sh" >&2; exit 2; }

wanted=$here/$suite.requirements
mkdir -p "$kept"
if [ -e "$wanted" ] && ! cmp -s "$wanted" "$kept/installed"; then
	rm -rf "$kept/venv"
	/usr/bin/python3 -m venv "$kept/venv"
	"$kept/venv/bin/pip" install -q --disable-pip-version-check -r "$wanted"
	cp "$wanted" "$kept/installed"
fi
front=${PUBLIC_FRONT:-lighttpd}
rm -rf "${kept:?}/$front"
mkdir "$kept/$front"
export PUBLIC_VENV=$kept/venv PYTHONPATH=$PWD/$here:$PWD/tests/sdk/python PYTHONDONTWRITEBYTECODE=1
export AWS_EC2_METADATA_DISABLED=true AWS_DEFAULT_REGION=us-east-1
tests/with-installation.sh "$front" \
	"$here/$suite.sh" "$directory" "$kept/$front" "$@" || true
/usr/bin/python3 $here/tally.py "$here/$suite.exclude" "$kept/$front/results"
