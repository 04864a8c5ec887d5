/* shared/core/environment.c - environments as the data plane sees them */
#include "shared/core/environment.h"

#include <string.h>

#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/secret.h"
#include "shared/db/db.h"
#include "queries.h"

static enum environment_state
state_named(const char *name)
{
	static const char *const names[] = {
		[ENV_PROVISIONING] = "provisioning", [ENV_RUNNING] = "running",
		[ENV_STOPPED] = "stopped", [ENV_DESTROYING] = "destroying", [ENV_DESTROYED] = "destroyed" };

	for (size_t i = 0; i < COUNT(names); i++)
		if (strcmp(names[i], name) == 0)
			return (enum environment_state)i;
	return ENV_ERROR;
}

static void
read_services(struct task *t, const struct rows *r, struct environment *e)
{
	const char **names;
	int64_t     *spaces;

	e->n_services = row_texts(t, r, 0, "services", &names);
	row_i64s(t, r, 0, "spaces", &spaces);
	e->services = mem_array(t->mem, struct environment_service, e->n_services + 1);
	for (size_t i = 0; i < e->n_services; i++)
		e->services[i] = (struct environment_service){ names[i], spaces[i] };
}

struct aws_account
environment_read_account(struct task *t, const struct rows *r, size_t i)
{
	const char *key = row_text(r, i, "access_key_id");
	size_t      n;
	const void *sealed = row_bytes(r, i, "secret", &n);

	return (struct aws_account){
		.account_id = row_text(r, i, "aws_account_id"),
		.access_key_id = key,
		.secret_access_key = secret_open(t, key, sealed, n),
		.owner_id = row_text(r, i, "owner_id"),
		.display_name = row_text(r, i, "display_name"),
		.email = row_text(r, i, "email"),
	};
}

static struct environment *
load(struct task *t, const char *public_id, struct param port)
{
	struct rows         r = db_rows(t, &Q_environment_load, db_text(public_id), port);
	struct environment *e = mem_one(t->mem, struct environment);

	if (r.n == 0)
		return NULL;
	*e = (struct environment){
		.id = row_i64(&r, 0, "id"),
		.public_id = row_text(&r, 0, "public_id"),
		.generation = row_i64(&r, 0, "generation"),
		.state = state_named(row_text(&r, 0, "state")),
		.account = row_i64(&r, 0, "account_id"),
		.storage = row_i64(&r, 0, "storage"),
		.lenient = row_bool(&r, 0, "lenient"),
		.clock_offset = row_i64(&r, 0, "clock_offset"),
		.clock_frozen = row_time(&r, 0, "clock_frozen"),
	};
	e->n_clock_past = row_i64s(t, &r, 0, "clock_past", &e->clock_past);
	read_services(t, &r, e);
	if (row_null(&r, 0, "access_key_id"))
		return e;
	e->n_accounts = r.n;
	e->accounts = mem_array(t->mem, struct aws_account, r.n);
	for (size_t i = 0; i < r.n; i++)
		e->accounts[i] = environment_read_account(t, &r, i);
	return e;
}

struct environment *
environment_load(struct task *t, const char *public_id)
{
	return load(t, public_id, db_null(db_i64(0)));
}

struct environment *
environment_load_by_port(struct task *t, int64_t port)
{
	return load(t, NULL, db_i64(port));
}

struct environment *
environment_copy(struct mem *m, const struct environment *e)
{
	struct environment *copy = mem_copy(m, e, sizeof(*e));

	copy->public_id = mem_text(m, e->public_id);
	copy->clock_past = mem_copy(m, e->clock_past, e->n_clock_past * sizeof(*e->clock_past));
	copy->services = mem_copy(m, e->services, e->n_services * sizeof(*e->services));
	for (size_t i = 0; i < e->n_services; i++)
		copy->services[i].service = mem_text(m, e->services[i].service);
	copy->accounts = mem_copy(m, e->accounts, e->n_accounts * sizeof(*e->accounts));
	for (size_t i = 0; i < e->n_accounts; i++) {
		const struct aws_account *a = &e->accounts[i];

		copy->accounts[i] = (struct aws_account){
			.account_id = mem_text(m, a->account_id),
			.access_key_id = mem_text(m, a->access_key_id),
			.secret_access_key = mem_text(m, a->secret_access_key),
			.owner_id = mem_text(m, a->owner_id),
			.display_name = mem_text(m, a->display_name),
			.email = mem_text(m, a->email),
		};
	}
	return copy;
}

const struct aws_account *
environment_account(const struct environment *e, const char *access_key_id)
{
	for (size_t i = 0; i < e->n_accounts; i++)
		if (strcmp(e->accounts[i].access_key_id, access_key_id) == 0)
			return &e->accounts[i];
	return NULL;
}

int64_t
environment_now(const struct task *t, const struct environment *e)
{
	return e->clock_frozen != 0 ? e->clock_frozen : t->now + e->clock_offset;
}

int64_t
environment_moved_since(const struct environment *e, int64_t since)
{
	int64_t then = e->clock_offset;

	for (size_t i = e->n_clock_past / 2; i-- > 0 && e->clock_past[2 * i] > since;)
		then = e->clock_past[2 * i + 1];
	return e->clock_offset - then;
}

bool
environment_space(const struct task *t, const struct environment *e, const char *service,
    struct space *out)
{
	for (size_t i = 0; i < e->n_services; i++)
		if (strcmp(e->services[i].service, service) == 0) {
			*out = (struct space){ .environment = e->id, .generation = e->generation,
				.id = e->services[i].space, .now = environment_now(t, e) };
			return true;
		}
	return false;
}
