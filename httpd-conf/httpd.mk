# httpd-conf/httpd.mk - from a clone to a running installation
UP_MODE  := $(if $(filter file default,$(origin MODE)),release,$(MODE))
UP_SUDO  := $(if $(filter 0,$(shell id -u)),,sudo)
UP_WEB    = $(if $(filter apache,$(MF_WEB)),apache2-bin libapache2-mod-xsendfile, \
	lighttpd lighttpd-mod-openssl)
UP_NEEDS  = gcc make libc6-dev pkg-config libpq-dev libxml2-dev libjson-c-dev \
	libssl-dev libargon2-dev libcurl4-openssl-dev libmariadb-dev libhiredis-dev spawn-fcgi \
	postgresql redis-server mariadb-server openssl ca-certificates curl procps iproute2 $(UP_WEB)

up: ## build, and start what does not run: web server, pool, database, jobs
	@missing=$$(httpd-conf/packages.sh missing $(UP_NEEDS)) && if [ -n "$$missing" ]; then \
		echo "Installing" $$missing; \
		$(UP_SUDO) httpd-conf/packages.sh install $$missing || \
		{ echo "Not installed. As root: apt-get install" $$missing; exit 1; }; fi
	@$(MAKE) -s MODE=$(UP_MODE) all
	@httpd-conf/up.sh up build/$(UP_MODE)

down: ## stop what `make up` started
	@httpd-conf/up.sh down

status: ## what runs
	@httpd-conf/up.sh status

logs: ## follow the logs
	@httpd-conf/up.sh logs

certificate: ## a certificate for the hosts of an environment: make certificate ENV=env-...
	@httpd-conf/up.sh certificate "$(ENV)"

docs: all ## print docs/SETTINGS.md and docs/COVERAGE.md from the tables
	@{ printf '# Settings\n\nPrinted by `make docs` from the table in %s.\n\n' \
		'`shared/base/conf.c`'; \
		env -i $(B)/mf-admin settings; } > docs/SETTINGS.md.new
	@mv docs/SETTINGS.md.new docs/SETTINGS.md
	@$(B)/mockfactory.fcgi --coverage > docs/COVERAGE.md.new
	@mv docs/COVERAGE.md.new docs/COVERAGE.md

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: up down status logs certificate docs help
