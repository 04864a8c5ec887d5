#!/bin/bash
# httpd-conf/welcome.sh - what `make up` prints at the end
set -eu
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=httpd-conf/lib.sh
. "$here/lib.sh"
state "$here/../.."
load_settings
# shellcheck source=/dev/null
. "$STATE/mockfactory.env"

cat <<END

MockFactory runs.

  address   $MF_URL   (HTTPS: $MF_URL_TLS, authority $STATE/tls/ca.pem)
  dashboard $MF_URL/dashboard/
  API key   $MF_API_KEY
  both in   $STATE/mockfactory.env

Create an environment and use its S3, with unchanged boto3 (apt install python3-boto3, or pip):

  . $STATE/mockfactory.env
  python3 - <<'PYTHON'
END
tail -n +2 "$here/example.py"
cat <<END
PYTHON
END
