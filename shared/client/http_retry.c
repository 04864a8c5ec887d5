/* shared/client/http_retry.c - trying again, and leaving alone who does not answer */
#include <time.h>

#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/task.h"
#include "shared/client/http.h"

enum { TRIES = 3, FAILURES = 5, FIRST_PAUSE = 100 };

#define LEFT_ALONE SECOND

bool
http_may_try(struct http_service *s)
{
	int64_t now = clock_monotonic(), until = atomic_load(&s->away_until);

	if (until == 0)
		return true;
	if (now < until)
		return false;
	/* One looks; the others wait for what it finds, as long as that may take. */
	return atomic_compare_exchange_strong(&s->away_until, &until, now + 2 * s->timeout);
}

void
http_note(struct http_service *s, bool answered)
{
	unsigned n;

	if (answered) {
		atomic_store(&s->failures, 0);
		if (atomic_exchange(&s->away_until, 0) != 0)
			log_say(s->name, "%s answers again", s->origin);
		return;
	}
	n = atomic_fetch_add(&s->failures, 1) + 1;
	if (n < FAILURES)
		return;
	if (n == FAILURES)
		log_say(s->name, "%s does not answer", s->origin);
	atomic_store(&s->away_until, clock_monotonic() + LEFT_ALONE);
}

static bool
worth_it(const struct http_tries *tries, int status)
{
	if (status == 429 || status == 503)
		return true;
	return !tries->refused && (status == 0 || status == 500 || status == 502 || status == 504);
}

bool
http_again(struct task *t, struct http_service *s, struct http_tries *tries, int status)
{
	int64_t         now = clock_monotonic();
	unsigned char   chance;
	int64_t         pause;
	struct timespec ts;

	if (tries->n == 0)
		tries->began = now;
	if (!worth_it(tries, status) || ++tries->n == TRIES || now - tries->began > s->timeout ||
	    (status == 0 && atomic_load(&s->away_until) != 0))
		return false;
	id_bytes(&t->ids, &chance, sizeof(chance));
	pause = ((int64_t)FIRST_PAUSE << (2 * (tries->n - 1))) * (256 + chance) / 512;
	ts = (struct timespec){ .tv_nsec = (long)(pause * 1000 * 1000) };
	nanosleep(&ts, NULL);
	return true;
}
