/* fcgi/main.c - mockfactory.fcgi: serves requests that a web server hands over by FastCGI */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "fcgi/coverage.h"
#include "fcgi/pool.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/text.h"
#include "shared/core/oidc.h"
#include "shared/core/secret.h"
#include "shared/store/store.h"

static const char usage[] =
    "usage: mockfactory.fcgi [--help | --check | --operations | --coverage]\n\n"
    "Serves MockFactory to a web server, over FastCGI: on standard input where that is a\n"
    "listening socket (spawn-fcgi, lighttpd's bin-path), else on MF_SOCKET.  SIGTERM drains,\n"
    "SIGHUP restarts without failing a request and picks up a new program.  --check looks at\n"
    "the settings only, --operations and --coverage print what there is, for tests and as\n"
    "docs/COVERAGE.md.\n";

/* Parked requests hold a descriptor each: as many as the system allows. */
static void
raise_descriptors(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) != 0)
		return;
	l.rlim_cur = l.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &l) != 0)
		log_say("main", "descriptors: %s", strerror(errno));
}

int
main(int argc, char **argv)
{
	static struct conf conf;
	struct store      *store;
	const char        *adopt = NULL;
	char               error[512];

	if (argc == 2 && strcmp(argv[1], "--operations") == 0) {
		coverage_print(stdout);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--coverage") == 0) {
		coverage_print_markdown(stdout);
		return 0;
	}
	conf_start(&conf, argc, argv, usage);
	if (argc > 2 ||
	    (argc == 2 && strcmp(argv[1], "--check") != 0 && !text_starts(argv[1], "--adopt="))) {
		fputs(usage, stderr);
		return 2;
	}
	store = store_open(&conf, error, sizeof(error));
	if (store == NULL) {
		fprintf(stderr, "%s: %s\n", argv[0], error);
		return 2;
	}
	secret_start(&conf);
	oidc_free(oidc_open(&conf, error, sizeof(error)));
	if (error[0] != '\0') {
		fprintf(stderr, "%s: %s\n", argv[0], error);
		return 2;
	}
	if (argc == 2 && strcmp(argv[1], "--check") == 0) {
		store_close(store);
		return 0;
	}
	if (argc == 2)
		adopt = argv[1] + strlen("--adopt=");
	raise_descriptors();
	if (conf.processes == 0)
		pool_plain(&conf, store);
	pool_run(&conf, store, argv, adopt);
}
