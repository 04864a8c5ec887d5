/* shared/core/life.c - environments made, found and listed */
#include "shared/core/life.h"

#include <string.h>

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/core/secret.h"
#include "shared/core/server.h"
#include "shared/db/db.h"

enum { MOST_TRIES = 50 };

/* The lists of one environment's AWS accounts, column by column, as the statement takes them. */
struct columns {
	const char **account_id, **access_key_id, **secret, **owner_id, **display_name, **email;
};

/* What was left open of an account is made up. */
static void
complete(struct task *t, struct aws_account *a, size_t number)
{
	if (a->account_id == NULL)
		a->account_id = mem_fmt(t->mem, "%s%s", id_text(&t->ids, t->mem, "123456789", 1),
		    id_text(&t->ids, t->mem, ID_DIGITS, 11));
	if (a->access_key_id == NULL)
		a->access_key_id = mem_fmt(t->mem, "AKIA%s", id_text(&t->ids, t->mem, ID_BASE32, 16));
	if (a->secret_access_key == NULL)
		a->secret_access_key = id_text(&t->ids, t->mem, ID_BASE62, 40);
	if (a->owner_id == NULL)
		a->owner_id = id_text(&t->ids, t->mem, ID_HEX, 64);
	if (a->display_name == NULL)
		a->display_name = mem_fmt(t->mem, "account-%zu", number);
	if (a->email == NULL)
		a->email = mem_fmt(t->mem, "account-%zu@example.com", number);
}

static void
fill_columns(struct task *t, const struct life *e, struct columns *c)
{
	const char ***lists[] = { &c->account_id, &c->access_key_id, &c->secret, &c->owner_id,
		&c->display_name, &c->email };

	for (size_t i = 0; i < COUNT(lists); i++)
		*lists[i] = mem_array(t->mem, const char *, e->n_accounts);
	for (size_t i = 0; i < e->n_accounts; i++) {
		const struct aws_account *a = &e->accounts[i];
		size_t                    n;
		const void               *sealed = secret_seal(t, a->access_key_id, a->secret_access_key,
			                      strlen(a->secret_access_key), &n);

		c->account_id[i] = a->account_id;
		c->access_key_id[i] = a->access_key_id;
		c->secret[i] = text_hex(t->mem, sealed, n);
		c->owner_id[i] = a->owner_id;
		c->display_name[i] = a->display_name;
		c->email[i] = a->email;
	}
}

/* One attempt; false: another environment took the port or the id meanwhile. */
static bool
try_create(struct task *t, const struct life_wish *w, const struct columns *c, struct life *e)
{
	size_t      n = e->n_accounts;
	struct rows r;

	e->public_id = mem_fmt(t->mem, "env-%s", id_text(&t->ids, t->mem, ID_LOWER, 10));
	r = db_rows(t, &Q_life_create, db_i64(w->account), db_text(e->public_id), db_text(w->name),
	    db_text(w->provider), db_text(w->package), db_text(w->hourly_rate),
	    db_i64(w->auto_shutdown_hours), db_bool(w->persistent), db_bool(w->lenient),
	    db_bool(w->port && w->port_last > 0), db_i64(w->port_first), db_i64(w->port_last),
	    db_time(t->now), db_texts(w->services, w->n_services), db_texts(c->account_id, n),
	    db_texts(c->access_key_id, n), db_texts(c->secret, n), db_texts(c->owner_id, n),
	    db_texts(c->display_name, n), db_texts(c->email, n), db_text(e->state));
	e->refusal = row_text(&r, 0, "refusal");
	if (row_null(&r, 0, "id"))
		return e->refusal != NULL;
	e->id = row_i64(&r, 0, "id");
	e->port = row_i64(&r, 0, "port");
	return true;
}

struct life *
life_create(struct task *t, const struct life_wish *w)
{
	struct life   *e = mem_one(t->mem, struct life);
	bool           real = server_count(w->services, w->n_services) > 0;
	struct columns c;

	*e = (struct life){
		.name = w->name, .provider = w->provider, .package = w->package,
		.state = real ? "provisioning" : "running",
		.generation = 1, .hourly_rate = w->hourly_rate,
		.auto_shutdown_hours = w->auto_shutdown_hours, .persistent = w->persistent,
		.lenient = w->lenient, .created_at = t->now, .changed_at = t->now,
		.services = w->services, .n_services = w->n_services,
		.n_accounts = w->n_accounts > 0 ? w->n_accounts : 1,
	};
	e->accounts = mem_array(t->mem, struct aws_account, e->n_accounts);
	for (size_t i = 0; i < e->n_accounts; i++) {
		if (w->n_accounts > 0)
			e->accounts[i] = w->accounts[i];
		complete(t, &e->accounts[i], i + 1);
	}
	fill_columns(t, e, &c);
	if (real)
		db_begin(t);
	for (int i = 0; !try_create(t, w, &c, e); i++)
		if (i == MOST_TRIES)
			task_throw(t, &FAULT_CONFLICT, "no port could be had in %d tries", MOST_TRIES);
	if (real && e->refusal == NULL)
		server_create(t, w->conf, e);
	return e;
}

static struct life
read_life(struct task *t, const struct rows *r, size_t i)
{
	struct life e = {
		.id = row_i64(r, i, "id"),
		.public_id = row_text(r, i, "public_id"),
		.name = row_text(r, i, "name"),
		.provider = row_text(r, i, "provider"),
		.package = row_text(r, i, "package"),
		.state = row_text(r, i, "state"),
		.reason = row_text(r, i, "reason"),
		.generation = row_i64(r, i, "generation"),
		.hourly_rate = row_text(r, i, "hourly_rate"),
		.auto_shutdown_hours = row_i64(r, i, "auto_shutdown_hours"),
		.persistent = row_bool(r, i, "persistent"),
		.lenient = row_bool(r, i, "lenient"),
		.port = row_i64(r, i, "port"),
		.created_at = row_time(r, i, "created_at"),
		.changed_at = row_time(r, i, "changed_at"),
		.destroyed_at = row_time(r, i, "destroyed_at"),
		.clock = { row_i64(r, i, "clock_offset"), row_time(r, i, "clock_frozen") },
	};

	e.n_services = row_texts(t, r, i, "services", &e.services);
	return e;
}

struct life *
life_find(struct task *t, int64_t account, const char *public_id)
{
	struct rows  r = db_rows(t, &Q_life_find, db_i64(account), db_text(public_id));
	struct life *e;

	if (r.n == 0)
		return NULL;
	e = mem_one(t->mem, struct life);
	*e = read_life(t, &r, 0);
	server_load(t, e, 1);
	if (row_null(&r, 0, "access_key_id"))
		return e;
	e->n_accounts = r.n;
	e->accounts = mem_array(t->mem, struct aws_account, r.n);
	for (size_t i = 0; i < r.n; i++)
		e->accounts[i] = environment_read_account(t, &r, i);
	return e;
}

size_t
life_list(struct task *t, int64_t account, const char *state, const char *after, size_t most,
    struct life **out)
{
	struct rows r = db_rows(t, &Q_life_list, db_i64(account), db_text(state), db_text(after),
	    db_i64((int64_t)most));

	*out = mem_array(t->mem, struct life, r.n);
	for (size_t i = 0; i < r.n; i++)
		(*out)[i] = read_life(t, &r, i);
	server_load(t, *out, r.n);
	return r.n;
}
