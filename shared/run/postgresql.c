/* shared/run/postgresql.c - PostgreSQL as a server of an environment */
#include <fcntl.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/text.h"
#include "shared/db/guest.h"
#include "shared/run/engine.h"
#include "shared/run/spawn.h"

static const char *const programs[] = { "/usr/lib/postgresql/15/bin/postgres", NULL };

#define MAKING (2 * MINUTE)
#define OWNER  "mf_admin" /* the cluster's own superuser: nobody is told its name */

static const char *const environment[] = { "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC",
	"HOME=/nonexistent", NULL };

/*
 * Commits are synced: a database that a power cut left torn could not be started again.  Shared
 * memory is in the data directory, where a killed server leaves nothing behind in the system's.
 */
static const char settings[] =
	"unix_socket_directories = '.'\nunix_socket_permissions = 0700\nmax_connections = 100\n"
	"shared_buffers = 32MB\ndynamic_shared_memory_type = mmap\nhuge_pages = off\n"
	"fsync = on\nsynchronous_commit = on\nmax_wal_size = 256MB\nmin_wal_size = 2MB\n"
	"jit = off\nmax_parallel_workers_per_gather = 0\nautovacuum_max_workers = 2\n"
	"logging_collector = off\nlog_destination = stderr\nlog_min_messages = warning\n"
	"log_checkpoints = off\nlog_min_error_statement = panic\ntimezone = UTC\n"
	"log_timezone = UTC\nwal_writer_delay = 1s\nbgwriter_delay = 2s\nssl = off\n"
	"password_encryption = scram-sha-256\n";

/*
 * The data directory, with the socket in it, is open to the server's own user only: who is
 * there may be anybody in it.  From the network everyone has a password; the owner never comes
 * from there.
 */
static const char access_rules[] =
	"local all all trust\nhost all " OWNER " all reject\nhost all all all scram-sha-256\n"
	"local replication all reject\nhost replication all all reject\n";

static bool
run(struct server *s, const char *const *argv, const char *data, int input)
{
	struct spawn spawn = { .argv = argv, .envp = environment, .directory = data, .uid = s->uid,
	    .gid = s->gid,
		.input = input };
	const char  *said;

	return spawn_run(s->mem, &spawn, MAKING, &said, s->why, sizeof(s->why));
}

/* Statements for a server of one user, each in a line. */
static bool
feed(struct server *s, const char *program, const char *data, const char *sql)
{
	const char *const argv[] = { program, "--single", "-D", data, "postgres", NULL };
	const char       *file = mem_fmt(s->mem, "%s/../template.sql", data);
	int               fd;
	bool              good;

	if (!engine_write(s, file, sql))
		return false;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	good = fd >= 0 && run(s, argv, data, fd);
	if (fd >= 0)
		close(fd);
	unlink(file);
	return good;
}

static bool
make(struct server *s, const char *program, const char *data)
{
	const char *initdb = mem_fmt(s->mem, "%.*sinitdb", (int)(strrchr(program, '/') + 1 - program),
	    program);
	const char *const argv[] = { initdb, "-D", data, "-U", OWNER, "--wal-segsize=1", "-E", "UTF8",
		"--locale=C.UTF-8", "--auth=trust", "-N", NULL };

	return run(s, argv, data, -1) &&
	    engine_write(s, mem_fmt(s->mem, "%s/postgresql.conf", data), settings) &&
	    engine_write(s, mem_fmt(s->mem, "%s/pg_hba.conf", data), access_rules) &&
	    feed(s, program, data, mem_fmt(s->mem,
	    "create role %s login;\ncreate database %s owner %s;\n",
	        s->user, s->database, s->user));
}

/*
 * The seventh line of postmaster.pid names the System V segment by which a server sees that another
 * one still works on its data: one that was killed leaves it behind.
 */
static void
sweep(const char *place)
{
	char        path[4096], text[1024];
	const char *line = text;
	int         fd;
	ssize_t     n;
	struct stat owner;

	snprintf(path, sizeof(path), "%s/data/postmaster.pid", place);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	n = fd >= 0 && fstat(fd, &owner) == 0 ? read(fd, text, sizeof(text) - 1) : -1;
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return;
	text[n] = '\0';
	for (int i = 1; line != NULL && i < 7; i++)
		line = (line = strchr(line, '\n')) != NULL ? line + 1 : NULL;
	if (line != NULL && (line = strpbrk(line + strspn(line, " "), " ")) != NULL) {
		int             id = (int)strtol(line, NULL, 10);
		struct shmid_ds d;

		if (shmctl(id, IPC_STAT, &d) == 0 && d.shm_nattch == 0 && d.shm_perm.uid == owner.st_uid)
			shmctl(id, IPC_RMID, NULL);
	}
	unlink(path);
}

/* Files that name a pid which is another program's by now would keep the server from starting. */
static bool
prepare(struct server *s, const char *place)
{
	sweep(place);
	unlink(mem_fmt(s->mem, "%s/data/.s.PGSQL.%lld", place, (long long)s->port));
	unlink(mem_fmt(s->mem, "%s/data/.s.PGSQL.%lld.lock", place, (long long)s->port));
	return true;
}

static const char *const *
command(struct server *s, const char *program, const char *place)
{
	const char *const argv[] = { program, "-D", mem_fmt(s->mem, "%s/data", place),
		"-p", mem_fmt(s->mem, "%lld", (long long)s->port),
		"-c", mem_fmt(s->mem, "listen_addresses=%s", s->address) };
	const char      **copy = mem_array(s->mem, const char *, COUNT(argv) + 1);

	memcpy(copy, argv, sizeof(argv));
	return copy;
}

/* The eighth line of postmaster.pid says so: asking a server that starts up costs it a process. */
static bool
is_ready(const char *place)
{
	char        path[4096], text[1024];
	const char *line = text;
	int         fd;
	ssize_t     n;

	snprintf(path, sizeof(path), "%s/data/postmaster.pid", place);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	for (int i = 1; line != NULL && i < 8; i++)
		line = (line = strchr(line, '\n')) != NULL ? line + 1 : NULL;
	return line != NULL && text_starts(line, "ready");
}

/* By way of the socket the password is set, from the network it is tried. */
static bool
usable(struct server *s, const char *place, int64_t pid)
{
	const char *door = mem_fmt(s->mem, "host=/proc/%lld/cwd port=%lld dbname=postgres user=" OWNER,
	    (long long)pid, (long long)s->port);
	const char *front = mem_fmt(s->mem,
	    "host=%s port=%lld dbname=postgres user=%s password=%s sslmode=disable", s->address,
	    (long long)s->port, s->user, s->password);

	return is_ready(place) && guest_ask(door, mem_fmt(s->mem, "do $$ begin if not exists "
	           "(select from pg_roles where rolname = '%s') then create role %s; end if; end $$; "
	           "alter role %s with login %s createdb password '%s'", s->user, s->user, s->user,
	           s->superuser ? "superuser" : "nosuperuser nocreaterole", s->password)) &&
	    guest_ask(front, "select 1");
}

const struct engine engine_postgresql = {
	.name = "postgresql", .programs = programs, .account = "postgres", .package = "postgresql-15",
	.user = "postgres", .database = "testdb",
	.stop_signal = SIGINT, .quick_signal = SIGQUIT,
	.make = make, .prepare = prepare, .command = command, .usable = usable, .sweep = sweep,
};
