/* shared/core/server.c - the real servers of environments, as rows: what is wished of them */
#include "shared/core/server.h"

#include "queries.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/core/life.h"
#include "shared/core/secret.h"
#include "shared/db/db.h"

enum { MOST_TRIES = 20, PASSWORD = 24, PREFERRED_LAST = 32767 };

#define FIXED_PASSWORD "mockfactory" /* of the only user there is (MF_SINGLE_USER) */
#define SEEN_WITHIN    (5 * MINUTE)

/* The versions a test suite may name and be content with what stands here. */
static const struct standing {
	const char *service, *engine, *user, *database, *versions, *scheme;
} standings[] = {
	{ "redis", "redis", "", "", "7 7.0", "redis" },
	{ "mysql", "mariadb", "root", "testdb", "8 8.0", "mysql" },
	{ "postgresql", "postgresql", "postgres", "testdb", "15", "postgresql" },
};

static const struct standing *
standing_of(const char *service)
{
	for (size_t i = 0; i < COUNT(standings); i++)
		if (strcmp(standings[i].service, service) == 0)
			return &standings[i];
	return NULL;
}

const char *
server_engine(const char *service)
{
	const struct standing *s = standing_of(service);

	return s != NULL ? s->engine : NULL;
}

bool
server_version_fits(const char *service, const char *version, const char **out)
{
	const struct standing *s = standing_of(service);
	size_t                 n = strlen(version);

	*out = s != NULL ? s->versions : "";
	if (strcmp(version, "latest") == 0)
		return true;
	for (const char *p = *out; *p != '\0'; p += strcspn(p, " "), p += strspn(p, " "))
		if (strcspn(p, " ") == n && strncmp(p, version, n) == 0)
			return true;
	return false;
}

size_t
server_count(const char *const *services, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += standing_of(services[i]) != NULL;
	return count;
}

size_t
server_engines(struct task *t, struct server_engine_seen **out)
{
	struct rows r = db_rows(t, &Q_server_engines, db_time(t->now - SEEN_WITHIN));

	*out = mem_array(t->mem, struct server_engine_seen, r.n);
	for (size_t i = 0; i < r.n; i++)
		(*out)[i] = (struct server_engine_seen){ row_text(&r, i, "engine"),
			row_text(&r, i, "version"), row_text(&r, i, "why") };
	return r.n;
}

const char *
server_refusal(struct task *t, const struct server_engine_seen *list, size_t n, const char *service,
    const char **version)
{
	const struct standing *s = standing_of(service);

	if (s == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].engine, s->engine) == 0) {
			*version = list[i].version;
			return *version != NULL ? NULL : list[i].why;
		}
	return mem_fmt(t->mem, "%s is a real server, and no mf-provision runs here", service);
}

/* --- making them --- */

const char *
server_context(struct task *t, const char *environment)
{
	return mem_fmt(t->mem, "server:%s", environment);
}

/* The lists of one environment's servers, column by column, as the statement takes them. */
struct columns {
	const char **service, **engine, **version, **user, **database, **password;
	size_t       n;
};

static void
fill_columns(struct task *t, const struct conf *c, const struct life *e, struct columns *out)
{
	const char               ***lists[] = { &out->service, &out->engine, &out->version, &out->user,
		&out->database, &out->password };
	const char                 *context = server_context(t, e->public_id);
	struct server_engine_seen  *seen;
	size_t                      n_seen = server_engines(t, &seen), sealed_n;

	for (size_t i = 0; i < COUNT(lists); i++)
		*lists[i] = mem_array(t->mem, const char *, e->n_services);
	for (size_t i = 0; i < e->n_services; i++) {
		const struct standing *s = standing_of(e->services[i]);
		const char            *version = NULL, *why, *password;
		const void            *sealed;

		if (s == NULL)
			continue;
		why = server_refusal(t, seen, n_seen, e->services[i], &version);
		if (why != NULL)
			task_throw(t, &FAULT_UNAVAILABLE, "%s", why);
		password = c->single_user ? FIXED_PASSWORD
		                          : id_text(&t->ids, t->mem, ID_BASE62, PASSWORD);
		sealed = secret_seal(t, context, password, strlen(password), &sealed_n);
		out->service[out->n] = e->services[i];
		out->engine[out->n] = s->engine;
		out->version[out->n] = version;
		out->user[out->n] = s->user;
		out->database[out->n] = s->database;
		out->password[out->n++] = text_hex(t->mem, sealed, sealed_n);
	}
}

/* Where to look first: two who look at once do not meet at the same port. */
static int64_t
some_port(struct task *t, const struct conf *c)
{
	int64_t  last = c->server_port_last < PREFERRED_LAST ? c->server_port_last : PREFERRED_LAST;
	int64_t  n = last >= c->server_port_first ? last - c->server_port_first + 1 : 1;
	uint32_t random;

	id_bytes(&t->ids, &random, sizeof(random));
	return c->server_port_first + random % n;
}

static void
take_user(struct task *t, const struct conf *c, int64_t environment)
{
	for (int i = 0; c->server_uid_first != 0; i++) {
		if (i == MOST_TRIES)
			task_throw(t, &FAULT_UNAVAILABLE, "no user id is left in MF_SERVER_UIDS");
		if (db_rows(t, &Q_server_take_user, db_i64(environment), db_i64(c->server_uid_first),
		        db_i64(c->server_uid_last)).n == 1)
			return;
	}
}

void
server_create(struct task *t, const struct conf *c, struct life *e)
{
	struct columns k = { .n = 0 };
	size_t         made = 0;

	fill_columns(t, c, e, &k);
	take_user(t, c, e->id);
	for (int i = 0; made < k.n; i++) {
		if (i == MOST_TRIES)
			task_throw(t, &FAULT_UNAVAILABLE, "no port is left in MF_SERVER_PORTS");
		made += db_rows(t, &Q_server_create, db_i64(e->id), db_texts(k.service, k.n),
		    db_texts(k.engine, k.n), db_texts(k.version, k.n), db_texts(k.user, k.n),
		    db_texts(k.database, k.n), db_texts(k.password, k.n), db_text(c->server_address),
		    db_i64(c->server_port_first), db_i64(c->server_port_last), db_i64(some_port(t, c)),
		    db_time(t->now)).n;
	}
	server_load(t, e, 1);
}

/* --- reading them --- */

static struct server_row
read_row(struct task *t, const struct rows *r, size_t i, const char *context)
{
	size_t      n;
	const void *sealed = row_bytes(r, i, "password", &n);

	return (struct server_row){
		.id = row_i64(r, i, "id"), .environment = row_i64(r, i, "environment_id"),
		.service = row_text(r, i, "service"), .engine = row_text(r, i, "engine"),
		.version = row_text(r, i, "version"), .wish = row_text(r, i, "wish"),
		.state = row_text(r, i, "state"), .address = row_text(r, i, "address"),
		.port = row_i64(r, i, "port"), .user = row_text(r, i, "user_name"),
		.password = secret_open(t, context, sealed, n),
		.database = row_text(r, i, "database_name"), .reason = row_text(r, i, "reason"),
		.tries = row_i64(r, i, "tries"), .changed_at = row_time(r, i, "changed_at"),
	};
}

static void
add_rows(struct task *t, const struct rows *r, struct life *e)
{
	e->servers = mem_array(t->mem, struct server_row, r->n);
	e->n_servers = 0;
	for (size_t i = 0; i < r->n; i++)
		if (row_i64(r, i, "environment_id") == e->id)
			e->servers[e->n_servers++] = read_row(t, r, i, server_context(t, e->public_id));
}

/* One statement for all; none when no environment has any. */
void
server_load(struct task *t, struct life *list, size_t n)
{
	int64_t    *ids = mem_array(t->mem, int64_t, n + 1);
	size_t      n_ids = 0;
	struct rows r;

	for (size_t i = 0; i < n; i++)
		if (server_count(list[i].services, list[i].n_services) > 0 ||
		    strcmp(list[i].state, "destroying") == 0)
			ids[n_ids++] = list[i].id;
	if (n_ids == 0)
		return;
	r = db_rows(t, &Q_server_list, db_i64s(ids, n_ids));
	for (size_t i = 0; i < n; i++)
		add_rows(t, &r, &list[i]);
}

const char *
server_url(struct task *t, const struct server_row *s)
{
	const struct standing *k = standing_of(s->service);

	return mem_fmt(t->mem, "%s://%s:%s@%s:%lld%s%s", k != NULL ? k->scheme : s->engine, s->user,
	    s->password, s->address, (long long)s->port, s->database[0] != '\0' ? "/" : "",
	    s->database);
}

const char *
server_title(struct task *t, const struct server_row *s)
{
	return mem_fmt(t->mem, "%s %s", s->engine, s->version);
}

bool
server_pending(const struct server_row *s)
{
	if (strcmp(s->wish, "gone") == 0)
		return true;
	return strcmp(s->wish, s->state) != 0 && strcmp(s->state, "failed") != 0;
}
