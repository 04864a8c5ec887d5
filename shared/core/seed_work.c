/* shared/core/seed_work.c - made-up records on their way: who takes which, what becomes of it */
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
#include "shared/core/secret.h"
#include "shared/core/seed_hand.h"
#include "shared/core/server.h"
#include "shared/db/db.h"
#include "shared/run/proc.h"

enum { MOST_TRIES = 5, RECORD_MEMORY = 1 << 20 };

#define MOST     (10 * MINUTE) /* from the request to the last try */
#define STARTING (300 * MILLISECOND) /* its server does not run yet: look again then */
#define KEEP     DAY

void
seed_reached(const struct seeder *s, const char *step)
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
	log_text(&l, "into", h->bucket != NULL ? h->bucket : h->engine);
	log_text(&l, "done", what);
	log_text(&l, "why", why);
	log_end(&l);
}

/* --- how it is told --- */

enum seed_end
seed_because(struct seed_hand *h, enum seed_end end, const char *why)
{
	snprintf(h->why, sizeof(h->why), "%s", why);
	return end;
}

enum seed_end
seed_gone(struct seed_hand *h)
{
	return seed_because(h, SEED_INTERRUPTED, h->bucket != NULL
	    ? "The environment was stopped, reset or destroyed before the records were in it."
	    : "The server was stopped, reset or destroyed before the records were in it.");
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
		settle(h, "failed", "unavailable", h->why, 0);
		return 0;
	}
	settle(h, "waiting", NULL, h->why, due);
	return due;
}

/* --- who may have servers in hand --- */

/* A thread's leave to have a server in hand. */
struct seat {
	struct seeder *s;
	bool           taken;
};

static void
stand_up(void *arg)
{
	struct seat *seat = arg;

	if (seat->taken)
		atomic_fetch_sub(&seat->s->serving, 1);
	seat->taken = false;
}

static struct seat *
sit_down(struct task *t, struct seeder *s)
{
	int64_t      threads = s->conf->seed_threads;
	struct seat *seat = mem_one(t->mem, struct seat);

	*seat = (struct seat){ s, true };
	mem_defer(t->mem, stand_up, seat);
	if (atomic_fetch_add(&s->serving, 1) >= threads - 1 && threads > 1)
		stand_up(seat);
	return seat;
}

/* --- one of them --- */

static bool
claim(struct task *t, struct seeder *s, bool buckets, struct seed_hand *h)
{
	struct rows r = db_rows(t, &Q_seeding_claim, db_text(s->who), db_time(t->now),
	    db_time(t->now + SEED_LEASE), db_bool(buckets));
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
		.bucket = row_text(&r, 0, "bucket"), .prefix = row_text(&r, 0, "into_name"),
		.space = row_i64(&r, 0, "space"), .done = row_i64(&r, 0, "done"),
	};
	seed_reached(s, "claimed");
	if (!h->there || h->bucket != NULL)
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

static void
free_record(void *arg)
{
	mem_free(arg);
}

static enum seed_end
work(struct seed_hand *h)
{
	h->record = mem_new_small(RECORD_MEMORY);
	mem_defer(h->t->mem, free_record, h->record);
	return h->bucket != NULL ? seed_bucket(h) : seed_server(h);
}

static int64_t
finish(struct seed_hand *h, enum seed_end end)
{
	static const char *const faults[] = { [SEED_UNFIT] = "unfit",
		[SEED_INTERRUPTED] = "interrupted", [SEED_FULL] = "full" };

	switch (end) {
	case SEED_DONE:
		if (h->bucket == NULL)
			settle(h, "succeeded", NULL, NULL, 0);
		else
			say(h, "succeeded", NULL);
		return 0;
	case SEED_GOES_ON:
		return h->t->now;
	case SEED_AGAIN:
		return put_off(h);
	case SEED_UNFIT:
	case SEED_INTERRUPTED:
	case SEED_FULL:
		break;
	}
	settle(h, "failed", faults[end], h->why, 0);
	return 0;
}

static int64_t
do_it(struct seed_hand *h)
{
	if (!h->there || h->template == NULL || (h->bucket == NULL && h->ops == NULL))
		return finish(h, seed_gone(h));
	if (h->tries > MOST_TRIES) {
		settle(h, "failed", "unavailable", "Who loaded the records died, again and again.", 0);
		return 0;
	}
	return h->running ? finish(h, work(h)) : wait_for_server(h);
}

int64_t
seed_do(struct seed_hand *h)
{
	int64_t again = do_it(h);

	stand_up(h->seat);
	return again;
}

struct seed_hand *
seed_take(struct task *t, struct seeder *s, volatile int64_t *id, const char **public_id)
{
	struct seat      *seat = sit_down(t, s);
	struct seed_hand *h = mem_one(t->mem, struct seed_hand);
	bool              found = claim(t, s, !seat->taken, h);

	if (!found || h->bucket != NULL)
		stand_up(seat);
	if (!found)
		return NULL;
	h->seat = seat;
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
