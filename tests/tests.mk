# tests/tests.mk - what is tested, and how; docs/TESTING.md says where a new test goes
T       := build/test
PYTEST  := $(T)/venv/bin/pytest
SDK     := tests/sdk/python
BESIDE   = env -u MAKEFLAGS -u MAKELEVEL MODE=$(MODE) tests/suite.sh $@ tests/with-installation.sh
# Every suite of `make check`, in this order.
SUITES  := lint check-docs check-sql check-unit check-fuzz check-tsan check-process check-up \
	check-sdk check-stores check-dashboard check-many check-front check-runtime \
	check-crash

quick: lint check-docs check-sql check-unit ## what every change must pass, within a minute

check: ## everything; the last line adds up all suites
	@tests/check.sh $(SUITES)

suites:
	@echo $(SUITES)

lint: ## layers, formatting, syntax
	@tests/suite.sh $@ tests/lint.sh

check-docs: all ## pages printed from tables are as the tables are
	@tests/suite.sh $@ tests/docs.sh $(B)

check-sql: ## every query prepares; tests/sql/*.sql answer as their .out
	@tests/with-postgres.sh tests/sql.sh

check-unit: $(units) ## tests/unit, each program in a scratch database
	@tests/with-postgres.sh tests/units.sh check-unit $(units)

check-tsan: MODE = tsan
check-tsan: $(PYTEST) ## many clients at once, the pool under ThreadSanitizer
	@$(MAKE) --no-print-directory MODE=tsan all
	@$(BESIDE) lighttpd $(PYTEST) $(SDK) -m concurrent $(ARGS)

check-fuzz: $(fuzzes) ## parsers of outside bytes over their corpus
	@tests/fuzz.sh $(fuzzes)

check-sdk: $(T)/examples/built $(T)/programs/built
check-sdk: all $(PYTEST) $(T)/js ## vendors' SDKs and clients, examples, the API
	@$(BESIDE) lighttpd $(PYTEST) $(SDK) $(ARGS)

check-dashboard: all $(T)/js $(T)/dashboard/built ## the dashboard in Chromium, with axe-core
	@MODULES=$(CURDIR)/$(T)/dashboard $(BESIDE) lighttpd tests/dashboard/run.sh $(ARGS)

check-many: all $(PYTEST) ## real servers of several customers, each with a user of its own
	@$(BESIDE) many $(PYTEST) $(SDK)/test_servers_many.py $(ARGS)

check-front: all $(PYTEST) ## the same journey behind Apache
	@$(BESIDE) apache $(PYTEST) $(SDK) -m every_front $(ARGS)

check-runtime: all $(PYTEST) ## S3 and the API in one process of one thread, as on a shared host
	@$(BESIDE) single $(PYTEST) $(SDK) -m "not clients and not scale" $(ARGS)

$(PYTEST): $(SDK)/requirements.txt
	@mkdir -p $(T)
	@rm -rf $(T)/venv && /usr/bin/python3 -m venv $(T)/venv
	@$(T)/venv/bin/pip install -q --disable-pip-version-check -r $<
	@touch $@

# STORES=oci, s3 or ceph; ARGS="tests/sdk/python/test_s3_*.py" is all of S3 on each, and all faults.
STORES ?= oci s3
check-stores: all $(PYTEST) $(T)/venv-stores/bin/pytest ## S3 on stores of others; stores that fail
	@env -u MAKEFLAGS -u MAKELEVEL MODE=$(MODE) tests/suite.sh $@ \
		tests/stores/run.sh "$(STORES)" $(ARGS)

$(T)/venv-stores/bin/pytest: tests/stores/requirements.txt
	@mkdir -p $(T)
	@rm -rf $(T)/venv-stores && /usr/bin/python3 -m venv $(T)/venv-stores
	@$(T)/venv-stores/bin/pip install -q --disable-pip-version-check -r $<
	@touch $@

# Without node the JavaScript test says so itself.
$(T)/js: tests/sdk/js/package-lock.json
	@mkdir -p $(T)
	@if command -v npm > /dev/null; then \
		cd tests/sdk/js && npm ci --silent --no-audit --no-fund; fi
	@touch $@

$(T)/dashboard/built: tests/dashboard/package-lock.json
	@mkdir -p $(@D)
	@cp tests/dashboard/package.json tests/dashboard/package-lock.json $(@D)
	@if command -v npm > /dev/null; then \
		cd $(@D) && npm ci --silent --no-audit --no-fund; fi
	@touch $@

# Both download into one cache: one after the other.
$(T)/examples/built: tests/examples.sh $(shell find docs/examples -type f)
	@tests/examples.sh docs/examples $(@D)
	@touch $@

$(T)/programs/built: tests/examples.sh $(shell find tests/sdk/go tests/sdk/java -type f) \
		| $(T)/examples/built
	@tests/examples.sh tests/sdk $(@D)
	@touch $@

# make public-ceph DIRECTORY=... [ARGS="-k copy"]: docs/TESTING.md says where the suites are.
public-%: all
	@env -u MAKEFLAGS -u MAKELEVEL MODE=$(MODE) tests/public/run.sh $* $(DIRECTORY) $(ARGS)

tidy: ## clang-tidy and cppcheck
	@tests/tidy.sh

.PHONY: quick check suites lint tidy check-docs check-sql check-unit check-tsan check-fuzz \
	check-sdk check-stores check-dashboard check-many check-front check-runtime
