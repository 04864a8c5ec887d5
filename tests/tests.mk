# tests/tests.mk - what is tested, and how; docs/TESTING.md says where a new test goes
#
# quick    what every change must pass, within a minute
# check    everything; its last line adds up all suites
T := build/test

quick: lint check-sql check-unit

lint:
	@tests/lint.sh
check-sql:
	@tests/with-postgres.sh tests/sql.sh
check-unit: $(units)
	@tests/with-postgres.sh tests/units.sh $(units)

.PHONY: quick check lint tidy check-sql check-unit
