/* shared/run/redis.c - Redis as a server of an environment */
#include <signal.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/run/dial.h"
#include "shared/run/engine.h"

static const char *const programs[] = { "/usr/bin/redis-server", "/usr/local/bin/redis-server",
    NULL };

/* A new Redis begins with nothing. */
static bool
make(struct server *s, const char *program, const char *data)
{
	(void)s;
	(void)program;
	(void)data;
	return true;
}

/*
 * Every write is in the kernel's hands before it is answered (appendonly), so the death of any
 * process loses nothing; a power cut loses the last second (everysec).  The title stays as it
 * is because it is written over the environment, in which our mark is.  A password on the
 * command line could be read by everyone.
 */
static bool
prepare(struct server *s, const char *place)
{
	return engine_write(s, mem_fmt(s->mem, "%s/redis.conf", place), mem_fmt(s->mem,
	    "bind %s\nport %lld\nrequirepass %s\nprotected-mode yes\n"
	    "dir %s/data\nappendonly yes\nappendfsync everysec\nsave \"\"\n"
	    "auto-aof-rewrite-min-size 16mb\nmaxmemory 256mb\nmaxmemory-policy noeviction\n"
	    "maxclients 500\nset-proc-title no\nlogfile \"\"\ndaemonize no\n",
	    s->address, (long long)s->port, s->password, place));
}

static const char *const *
command(struct server *s, const char *program, const char *place)
{
	const char **argv = mem_array(s->mem, const char *, 3);

	argv[0] = program;
	argv[1] = mem_fmt(s->mem, "%s/redis.conf", place);
	return argv;
}

static bool
usable(struct server *s, const char *place, int64_t pid)
{
	static const char expected[] = "+OK\r\n+PONG\r\n";
	const char       *talk = mem_fmt(s->mem, "AUTH %s\r\nPING\r\n", s->password);
	char              answer[sizeof(expected) - 1];
	int               fd = dial(s->address, s->port, SECOND);
	bool              good;

	(void)place;
	(void)pid;
	if (fd < 0)
		return false;
	good = dial_write(fd, talk, strlen(talk)) && dial_read(fd, answer, sizeof(answer)) &&
	    memcmp(answer, expected, sizeof(answer)) == 0;
	close(fd);
	return good;
}

const struct engine engine_redis = {
	.name = "redis", .programs = programs, .account = "redis", .package = "redis-server",
	.user = "", .database = "",
	.stop_signal = SIGTERM, .quick_signal = SIGKILL,
	.make = make, .prepare = prepare, .command = command, .usable = usable,
};
