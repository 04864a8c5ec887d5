# tests/runtime.mk - mockfactory.fcgi as a process, spoken to in FastCGI
check-process: all ## requests, waiting, restarts, kills: the pool by itself
	@BUILD=$(B) tests/suite.sh $@ tests/with-postgres.sh tests/runtime/run.py $(ARGS)
.PHONY: check-process
