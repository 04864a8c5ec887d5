#!/bin/bash
# tests/examples.sh - build programs of several languages as they stand, for the tests that run them
#
#   tests/examples.sh SOURCE DIRECTORY
#
# Copies of SOURCE/node, go and java with what they need go to DIRECTORY/<language>, built once;
# what Go and Maven download, to build/test/examples/cache.  A language whose tools are missing or
# too old has no directory afterwards: the line that says so is loud, and with CI=true its test
# fails.
set -u
cd "$(dirname "$0")/.." || exit 1
from=$1
cache=$PWD/build/test/examples/cache
mkdir -p "$2" "$cache"
out=$(readlink -f "$2")
# Go protects what it keeps from writing; then nobody but root could remove build/.
export GOMODCACHE=$cache/go GOCACHE=$cache/go-build GOFLAGS=-modcacherw

modern="process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)"

without() {
	echo "SKIP: $from for $1 is not built: $2" >&2
	rm -rf "${out:?}/$1"
}

# copy <language> - the programs without what an earlier build left
copy() {
	rm -rf "${out:?}/$1"
	cp -r "$from/$1" "$out/$1"
}

build_node() {
	command -v npm > /dev/null && node -e "$modern" ||
		{ without node "there is no npm, or no Node.js 20"; return; }
	copy node
	(cd "$out/node" && npm ci --silent --no-audit --no-fund) || without node "npm ci failed"
}

build_go() {
	command -v go > /dev/null || { without go "there is no Go"; return; }
	copy go
	# Go downloads what go.sum names and nothing else.
	(cd "$out/go" && go build -mod=readonly -o bin/ ./...) ||
		without go "$(go version) does not build them"
}

build_java() {
	command -v mvn > /dev/null && command -v javac > /dev/null ||
		{ without java "there is no Maven or no JDK"; return; }
	copy java
	(cd "$out/java" && mvn -q -B -Dmaven.repo.local="$cache/maven" compile) ||
		without java "Maven failed"
}

for language in node go java; do
	[ ! -d "$from/$language" ] || "build_$language"
done
