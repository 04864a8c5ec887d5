#!/bin/bash
# httpd-conf/program.sh - run a program of the installation with its settings
#
#   program.sh <name> [argument ...]
set -eu
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=httpd-conf/lib.sh
. "$here/lib.sh"
state "$here/../.."
load_settings
cd "$STATE"
name=$1
shift
exec "$PROGRAM/bin/$name" "$@"
