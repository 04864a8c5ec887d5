#!/bin/bash
# tests/check.sh - run suites one after the other, to the end; the last line adds them up
#
#   tests/check.sh SUITE...
# First installs the Debian packages the tests need, when it may.  With CI=true it has to.
set -u
packages="gcc make libc6-dev pkg-config libpq-dev libxml2-dev libjson-c-dev libssl-dev
	libcurl4-openssl-dev libmariadb-dev libhiredis-dev libcmocka-dev postgresql redis-server
	mariadb-server spawn-fcgi lighttpd lighttpd-mod-openssl apache2-bin
	libapache2-mod-xsendfile openssl curl procps iproute2 python3-venv python3-boto3
	awscli s3cmd rclone restic libnss-wrapper"
command -v node > /dev/null || packages="$packages nodejs npm"
command -v go > /dev/null || packages="$packages golang-go"
command -v javac > /dev/null || packages="$packages default-jdk-headless"
command -v chromium > /dev/null || packages="$packages chromium fonts-liberation"
command -v mvn > /dev/null || packages="$packages maven"

# shellcheck disable=SC2086
missing=$(httpd-conf/packages.sh missing $packages)
if [ -n "$missing" ]; then
	sudo=
	[ "$(id -u)" = 0 ] || sudo="sudo -n"
	echo "Installing" $missing
	# shellcheck disable=SC2086
	$sudo httpd-conf/packages.sh install $missing || {
		echo "SKIP: cannot install" $missing
		[ "${CI:-}" != true ] || exit 1
	}
fi

rm -rf build/test/counts build/test/raw
mkdir -p build/test/counts build/test/raw
for suite; do
	echo "== $suite"
	start=$SECONDS
	if ! make --no-print-directory -j"$(nproc)" "$suite"; then
		# It did not come as far as counting: that is one failure.
		[ -e "build/test/counts/$suite" ] || echo 0 1 0 > "build/test/counts/$suite"
	fi
	echo "   $((SECONDS - start)) s"
done
tests/count.sh
