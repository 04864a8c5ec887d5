#!/bin/bash
# tests/lint.sh - layers, formatting and syntax of every file; prints file:line: message
set -u
cd "$(dirname "$0")/.." || exit 1

# Everything but what is built, kept at run time, or data of a test.
files() {
	find . \( -path ./.git -o -path ./build -o -path ./var -o -name node_modules \
	    -o -name __pycache__ -o -path ./tests/fuzz/corpus -o -path ./tests/data \) -prune -o \
	    -type f "$@" -print | sed 's|^\./||' | LC_ALL=C sort
}

failed=0
files \( -name '*.[ch]' -o -name '*.sql' -o -name '*.awk' -o -name '*.sh' -o -name '*.py' \
    -o -name '*.mk' -o -name '*.md' -o -name '*.mjs' -o -name '*.js' \
    -o -name '*.css' -o -name '*.go' -o -name '*.java' -o -name '*.def' -o -name Makefile \
    -o -path './.ci/*' -o -path './httpd-conf/*.conf' \) |
    LC_ALL=C xargs awk -f tests/lint.awk || failed=1

for f in $(files \( -name '*.sh' -o -path './.ci/run' \)); do
	case $(head -1 "$f") in
	*bash*) bash -n "$f" || failed=1 ;;
	*) sh -n "$f" || failed=1 ;;
	esac
	[ -x "$f" ] || { echo "$f:1: not executable"; failed=1; }
done

files -name '*.py' | xargs -r python3 -c '
import ast, sys
bad = 0
for path in sys.argv[1:]:
    try:
        ast.parse(open(path, encoding="utf-8").read(), path)
    except SyntaxError as e:
        print(f"{path}:{e.lineno}: {e.msg}")
        bad = 1
sys.exit(bad)' || failed=1

# What stands at the top is decided; anything else got there by mistake.
for f in $(git ls-files 2>/dev/null | cut -d/ -f1 | sort -u); do
	case $f in
	.ci|.gitignore|Makefile|README.md|docs|fcgi|httpd-conf|jobs|shared|sql|tests) ;;
	*) echo "$f:1: has no place here"; failed=1 ;;
	esac
done

for number in $(find sql/migrations -name '*.sql' -printf '%f\n' | cut -c1-4 | sort | uniq -d); do
	echo "sql/migrations: two files are number $number"
	failed=1
done

exit $failed
