#!/bin/bash
# tests/tidy.sh - clang-tidy and cppcheck over all C; slow, and not part of `make check`
set -u
flags="-std=c11 -D_GNU_SOURCE -I. -Ibuild/gen -include shared/base/banned.h
	$(pkg-config --cflags libpq libxml-2.0 json-c openssl libcurl libmariadb hiredis)"
checks='-*,bugprone-*,clang-analyzer-*,-bugprone-easily-swappable-parameters'
checks="$checks,-bugprone-assignment-in-if-condition,-bugprone-narrowing-conversions"
checks="$checks,-bugprone-reserved-identifier,-bugprone-macro-parentheses"
checks="$checks,-bugprone-implicit-widening-of-multiplication-result,-bugprone-branch-clone"
# memcpy and snprintf with bounds are what this project uses.
checks="$checks,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling"
failed=0
make -s build/gen/queries.h || exit 1
if command -v clang-tidy > /dev/null; then
	# shellcheck disable=SC2086
	for file in $(find fcgi jobs shared -name '*.c' | LC_ALL=C sort); do
		clang-tidy --quiet --warnings-as-errors='*' --checks="$checks" "$file" -- $flags \
		    2> /dev/null || failed=1
	done
else
	echo "SKIP: clang-tidy is not installed"
fi
if command -v cppcheck > /dev/null; then
	# It does not see that a throw does not return, and looks for null pointers where clang-tidy
	# does better; POSIX has NULL as a pointer.
	cppcheck -q --std=c11 --inline-suppr --error-exitcode=1 -I. -Ibuild/gen \
	    --enable=warning,portability --suppress=missingIncludeSystem \
	    --suppress=nullPointerRedundantCheck --suppress=ctunullpointer --suppress=nullPointer \
	    --suppress=arrayIndexOutOfBoundsCond --suppress=varFuncNullUB \
	    --suppress=nullPointerArithmeticRedundantCheck --suppress=uninitvar \
	    --suppress=legacyUninitvar fcgi jobs shared || failed=1
else
	echo "SKIP: cppcheck is not installed"
fi
exit $failed
