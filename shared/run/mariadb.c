/* shared/run/mariadb.c - MariaDB as a server of an environment, for those who ask for MySQL */
#include <signal.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/run/engine.h"
#include "shared/run/spawn.h"
#include "shared/run/tree.h"

static const char *const programs[] = { "/usr/sbin/mariadbd", "/usr/bin/mariadbd", NULL };
static const char *const installers[] = { "/usr/bin/mariadb-install-db", NULL };

#define MAKING (2 * MINUTE)

/* What all of them have: small, quick to start, and nothing of it read from the machine's files. */
#define COMMON \
	"--no-defaults", "--innodb-log-file-size=4M", "--innodb-buffer-pool-size=32M", \
	"--innodb-temp-data-file-path=ibtmp1:1M:autoextend", "--performance-schema=OFF", \
	"--skip-name-resolve", "--skip-log-bin", "--character-set-server=utf8mb4", \
	"--collation-server=utf8mb4_general_ci", "--innodb-buffer-pool-load-at-startup=OFF", \
	"--innodb-buffer-pool-dump-at-shutdown=OFF", "--innodb-use-native-aio=OFF", \
	"--key-buffer-size=1M", "--aria-pagecache-buffer-size=8M", "--socket=mysql.sock"

/*
 * Root may come from anywhere, as in MySQL's image.  The password is set at each start, so that the
 * address we tell is always true.
 */
static const char *
root_sql(struct server *s)
{
	return mem_fmt(s->mem,
	    "create user if not exists '%s'@'%%';\n"
	    "grant all privileges on *.* to '%s'@'%%' with grant option;\n"
	    "alter user '%s'@'%%' identified by '%s';\n", s->user, s->user, s->user, s->password);
}

static const char *const *
list(struct server *s, const char *const *from, size_t n)
{
	const char **copy = mem_array(s->mem, const char *, n + 1);

	memcpy(copy, from, n * sizeof(*from));
	return copy;
}

static bool
run(struct server *s, const char *const *argv, const char *data)
{
	static const char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
		"TZ=UTC", "HOME=/nonexistent", NULL };
	const char              *said;
	struct spawn             spawn = { .argv = argv, .envp = environment, .directory = data,
		              .uid = s->uid, .gid = s->gid };

	return spawn_run(s->mem, &spawn, MAKING, &said, s->why, sizeof(s->why));
}

/* A server that runs its orders and goes: what it leaves is what new ones begin with. */
static bool
make(struct server *s, const char *program, const char *data)
{
	const char *orders = mem_fmt(s->mem, "%s/../template.sql", data);
	const char *const install[] = { installers[0], COMMON,
		mem_fmt(s->mem, "--datadir=%s", data), "--auth-root-authentication-method=normal",
		"--skip-test-db", "--cross-bootstrap", NULL };
	const char *const first[] = { program, COMMON, mem_fmt(s->mem, "--datadir=%s", data),
		"--skip-networking", mem_fmt(s->mem, "--init-file=%s", orders), NULL };

	if (!run(s, install, data))
		return false;
	if (!engine_write(s, orders, mem_fmt(s->mem, "%s"
	    "delete from mysql.global_priv where user = '' or (user = 'root' and host <> '%%');\n"
	    "flush privileges;\ncreate database %s;\nshutdown;\n", root_sql(s), s->database)))
		return false;
	return run(s, first, data) && unlink(orders) == 0;
}

static bool
prepare(struct server *s, const char *place)
{
	return engine_write(s, mem_fmt(s->mem, "%s/start.sql", place), root_sql(s));
}

/*
 * A commit is in the kernel's hands before it is answered, so the death of any process loses
 * nothing; a power cut loses the last second (innodb-flush-log-at-trx-commit=2).  Files are
 * read and written in the server's own directory only, whatever FILE privilege root has.
 */
static const char *const *
command(struct server *s, const char *program, const char *place)
{
	const char *const argv[] = { program, COMMON,
		mem_fmt(s->mem, "--datadir=%s/data", place),
		mem_fmt(s->mem, "--bind-address=%s", s->address),
		mem_fmt(s->mem, "--port=%lld", (long long)s->port),
		mem_fmt(s->mem, "--init-file=%s/start.sql", place),
		mem_fmt(s->mem, "--secure-file-priv=%s/data", place),
		"--innodb-flush-log-at-trx-commit=2", "--max-connections=100", "--pid-file=mysql.pid",
		"--open-files-limit=2048", "--table-open-cache=400", "--max-allowed-packet=64M",
		"--tmpdir=.", "--skip-symbolic-links", "--thread-cache-size=4" };

	return list(s, argv, COUNT(argv));
}

static bool
usable(struct server *s, const char *place, int64_t pid)
{
	(void)place;
	(void)pid;
	return mariadb_login(s, SECOND);
}

const struct engine engine_mariadb = {
	.name = "mariadb", .programs = programs, .account = "mysql", .package = "mariadb-server",
	.user = "root", .database = "testdb",
	.stop_signal = SIGTERM, .quick_signal = SIGKILL,
	.make = make, .prepare = prepare, .command = command, .usable = usable,
};
