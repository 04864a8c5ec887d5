/* shared/core/seed_work.c - made-up records on their way into real servers: the loading */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "queries.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/client/load.h"
#include "shared/core/secret.h"
#include "shared/core/seed.h"
#include "shared/core/server.h"
#include "shared/db/db.h"
#include "shared/run/proc.h"

enum { MOST_TRIES = 5, SEEN_EVERY = 100, RECORD_MEMORY = 1 << 20 };

#define LEASE    (3 * MINUTE) /* longer than any one step may take */
#define REPORT   (500 * MILLISECOND)
#define MOST     (10 * MINUTE) /* from the request to the last try */
#define STARTING (300 * MILLISECOND) /* its server does not run yet: look again then */
#define KEEP     DAY

/* What is in hand. */
struct seed_hand {
	struct task   *t;
	struct seeder *s;
	int64_t        id, count, tries, created_at, reported;
	const char    *public_id, *engine;
	const struct mock_template *template;
	struct mock_inputs          in;
	bool           made, there, running;
	struct load    load;
	const struct load_ops *ops;
	struct mem    *record; /* where one is made */
};

static void
reached(const struct seeder *s, const char *step)
{
	if (s->conf->test && strcmp(s->conf->seed_fault, step) == 0)
		kill(getpid(), SIGKILL);
}

static void
say(const struct seed_hand *h, const char *what, const char *why)
{
	struct log l = log_begin("seed");

	log_text(&l, "env", h->public_id);
	log_int(&l, "seeding", h->id);
	log_text(&l, "into", h->engine);
	log_text(&l, "done", what);
	log_text(&l, "why", why);
	log_end(&l);
}

/* --- how it is told --- */

/* False: it was taken out of our hands. */
static bool
report(struct seed_hand *h, int64_t done)
{
	struct task    *t = h->t;
	struct mem_mark mark = mem_mark(t->mem);
	bool            ours;

	t->now = clock_now();
	ours = db_rows(t, &Q_seeding_progress, db_i64(h->id), db_text(h->s->who), db_i64(done),
	    db_bool(h->load.made), db_time(t->now), db_time(t->now + LEASE)).n == 1;
	mem_release(t->mem, mark);
	h->reported = clock_monotonic();
	return ours;
}

static void
settle(struct seed_hand *h, const char *state, const char *fault, const char *why, int64_t due)
{
	h->t->now = clock_now();
	db_rows(h->t, &Q_seeding_settle, db_i64(h->id), db_text(h->s->who), db_text(state),
	    db_bool(h->load.made), db_text(fault), db_text(why),
	    due != 0 ? db_time(due) : db_null(db_time(0)), db_time(h->t->now));
	say(h, due != 0 ? "again" : state, why);
}

/* When it is due again; 0: it is over. */
static int64_t
put_off(struct seed_hand *h)
{
	int64_t due = clock_now() + h->tries * SECOND;

	if (h->tries >= MOST_TRIES || due - h->created_at > MOST) {
		settle(h, "failed", "unavailable", h->load.why, 0);
		return 0;
	}
	settle(h, "waiting", NULL, h->load.why, due);
	return due;
}

/* --- the loading --- */

static void
close_load(void *arg)
{
	struct seed_hand *h = arg;

	h->ops->close(&h->load);
}

static void
free_record(void *arg)
{
	mem_free(arg);
}

static void
set_columns(struct seed_hand *h)
{
	static const enum load_type types[] = { [MOCK_TEXT] = LOAD_TEXT, [MOCK_INT] = LOAD_INT,
		[MOCK_NUMBER] = LOAD_NUMBER, [MOCK_BOOL] = LOAD_BOOL, [MOCK_DATE] = LOAD_DATE,
		[MOCK_TIME] = LOAD_TIME, [MOCK_LIST] = LOAD_LIST };
	struct load_column *columns = mem_array(h->t->mem, struct load_column, h->template->n_fields);

	for (size_t i = 0; i < h->template->n_fields; i++)
		columns[i] = (struct load_column){ h->template->fields[i].name,
			types[h->template->fields[i].type] };
	h->load.columns = columns;
	h->load.n_columns = h->template->n_fields;
}

static enum load_result
load_record(struct seed_hand *h, int64_t index)
{
	const struct mock_value *made = mock_make(h->record, h->template, &h->in, (uint64_t)index);
	size_t                   n = h->template->n_fields;
	struct load_value       *values = mem_array(h->record, struct load_value, n);
	enum load_result         r;

	for (size_t i = 0; i < n; i++)
		values[i] = (struct load_value){ made[i].text, made[i].list, made[i].n };
	r = h->ops->row(&h->load, values);
	mem_reset(h->record);
	return r;
}

/* Out of our hands: another does it, or it is too late. */
static enum load_result
taken(struct seed_hand *h)
{
	return load_fail(&h->load, LOAD_AGAIN, "taken over by another process");
}

static enum load_result
load_records(struct seed_hand *h)
{
	enum load_result r = LOAD_OK;

	for (int64_t i = 0; i < h->count && r == LOAD_OK; i++) {
		r = load_record(h, i);
		if (i == h->count / 2)
			reached(h->s, "half");
		if (r == LOAD_OK && i % SEEN_EVERY == 0 && clock_monotonic() - h->reported >= REPORT &&
		    !report(h, i + 1))
			r = taken(h);
	}
	return r;
}

static enum load_result
load_all(struct seed_hand *h)
{
	enum load_result r = h->ops->open(&h->load);

	if (r != LOAD_OK)
		return r;
	if (!report(h, 0))
		return taken(h);
	reached(h->s, "opened");
	r = load_records(h);
	if (r == LOAD_OK)
		r = h->ops->complete(&h->load);
	if (r != LOAD_OK)
		return r;
	reached(h->s, "completed");
	if (!report(h, h->count))
		return taken(h);
	r = h->ops->commit(&h->load);
	reached(h->s, "committed");
	return r;
}

/* --- one of them --- */

static bool
claim(struct task *t, struct seeder *s, struct seed_hand *h)
{
	struct rows r = db_rows(t, &Q_seeding_claim, db_text(s->who), db_time(t->now),
	    db_time(t->now + LEASE));
	const void *sealed;
	size_t      n;

	if (r.n == 0)
		return false;
	*h = (struct seed_hand){ .t = t, .s = s,
		.id = row_i64(&r, 0, "id"), .count = row_i64(&r, 0, "count"),
		.tries = row_i64(&r, 0, "tries"), .created_at = row_time(&r, 0, "created_at"),
		.public_id = row_text(&r, 0, "public_id"), .engine = row_text(&r, 0, "engine"),
		.template = mock_template(row_text(&r, 0, "template")),
		.in = { .seed = (uint64_t)row_i64(&r, 0, "seed"),
			.today = row_i64(&r, 0, "reference_day"), .related = row_i64(&r, 0, "related") },
		.there = row_bool(&r, 0, "there"), .running = row_bool(&r, 0, "running"),
		.load = { .mem = t->mem, .address = row_text(&r, 0, "address"),
			.port = row_i64(&r, 0, "port"), .user = row_text(&r, 0, "user_name"),
			.database = row_text(&r, 0, "database_name"), .into = row_text(&r, 0, "into_name") },
	};
	reached(s, "claimed");
	if (!h->there)
		return true;
	sealed = row_bytes(&r, 0, "password", &n);
	h->load.password = secret_open(t, server_context(t, h->public_id), sealed, n);
	h->ops = load_into(h->engine);
	return true;
}

static int64_t
wait_for_server(struct seed_hand *h)
{
	int64_t due = clock_now() + STARTING;

	if (due - h->created_at > MOST) {
		settle(h, "failed", "unavailable", "The server did not start in time.", 0);
		return 0;
	}
	db_rows(h->t, &Q_seeding_postpone, db_i64(h->id), db_text(h->s->who), db_time(due),
	    db_bool(false));
	return due;
}

int64_t
seed_do(struct seed_hand *h)
{
	if (!h->there || h->template == NULL || h->ops == NULL) {
		settle(h, "failed", "interrupted",
		    "The server was stopped, reset or destroyed before the records were in it.", 0);
		return 0;
	}
	if (h->tries > MOST_TRIES) {
		settle(h, "failed", "unavailable", "Who loaded the records died, again and again.", 0);
		return 0;
	}
	if (!h->running)
		return wait_for_server(h);
	set_columns(h);
	h->record = mem_new_small(RECORD_MEMORY);
	mem_defer(h->t->mem, free_record, h->record);
	mem_defer(h->t->mem, close_load, h);
	switch (load_all(h)) {
	case LOAD_OK:
		settle(h, "succeeded", NULL, NULL, 0);
		return 0;
	case LOAD_REFUSED:
		settle(h, "failed", "unfit", h->load.why, 0);
		return 0;
	case LOAD_AGAIN:
		break;
	}
	return put_off(h);
}

struct seed_hand *
seed_take(struct task *t, struct seeder *s, volatile int64_t *id, const char **public_id)
{
	struct seed_hand *h = mem_one(t->mem, struct seed_hand);

	if (!claim(t, s, h))
		return NULL;
	*id = h->id;
	*public_id = h->public_id;
	return h;
}

void
seed_drop(struct task *t, struct seeder *s, int64_t id)
{
	db_rows(t, &Q_seeding_postpone, db_i64(id), db_text(s->who), db_time(t->now + SECOND),
	    db_bool(true));
}

int64_t
seed_due(struct task *t)
{
	struct rows r = db_rows0(t, &Q_seeding_due);

	return r.n > 0 ? row_time(&r, 0, "due_at") : 0;
}

/* --- who we are, and who died --- */

/* Containers of one machine share its boot, not the numbers of their processes. */
void
seed_introduce(struct seeder *s)
{
	char    boot[40] = "", space[32] = "";
	ssize_t n = readlink("/proc/self/ns/pid", space, sizeof(space) - 1);

	proc_boot(boot);
	space[n > 0 ? n : 0] = '\0';
	snprintf(s->machine, sizeof(s->machine), "%s/%s/", boot, space);
	snprintf(s->who, sizeof(s->who), "%s%lld/%lld", s->machine, (long long)getpid(),
	    (long long)proc_started(getpid()));
}

void
seed_look(struct task *t, struct seeder *s)
{
	struct rows r = db_rows(t, &Q_seeding_locks, db_text(s->machine));

	for (size_t i = 0; i < r.n; i++) {
		const char *who = row_text(&r, i, "locked_by");
		long long   pid, started;

		if (sscanf(who + strlen(s->machine), "%lld/%lld", &pid, &started) == 2 &&
		    proc_started(pid) == started)
			continue;
		db_rows(t, &Q_seeding_unlock, db_text(who));
		log_say("seed", "took over from %s", who);
	}
	db_rows(t, &Q_seeding_forget, db_time(t->now - KEEP));
}
