/* fcgi/bell.c - what rings here is told to the other hosts, and what rings there rings here */
#include "fcgi/bell.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fcgi/board.h"
#include "fcgi/call.h"
#include "fcgi/wake.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/db/listen.h"

#define GATHER      (5 * MILLISECOND)
#define FIRST_RETRY SECOND
#define LAST_RETRY  (10 * SECOND)
enum { PAYLOAD_MOST = 7900, HOST_MOST = 32, IDLE_MS = 1000 };

struct bell {
	const struct world *world;
	unsigned            index;
	int                 outgoing;
	char                host[HOST_MOST];
	struct listen      *listen;
	int64_t             retry;    /* how long to wait before the next attempt to connect */
	int64_t             sent;     /* monotonic */
};

static void
sleep_us(int64_t us)
{
	if (us > 0)
		usleep((useconds_t)us);
}

static void
ring(void *arg, unsigned slot)
{
	struct bell *b = arg;

	wake_ring_here(b->world->wake, slot);
}

static void
hear(void *arg, const char *payload)
{
	struct bell *b = arg;

	channel_read(payload, b->host, ring, b);
}

/* Put slots in the payload from *at on; returns its length, without slots 0. */
static size_t
fill_payload(const struct bell *b, const uint64_t *bits, unsigned *at, char payload[PAYLOAD_MOST])
{
	size_t start = (size_t)snprintf(payload, PAYLOAD_MOST, "%s:", b->host), n = start;

	for (; *at < WAKE_SLOTS && n + 8 < PAYLOAD_MOST; ++*at)
		if (bits[*at / 64] >> *at % 64 & 1)
			n += (size_t)snprintf(payload + n, PAYLOAD_MOST - n, "%s%x", n > start ? "," : "", *at);
	return n > start ? n : 0;
}

static bool
tell(struct bell *b)
{
	uint64_t bits[WAKE_SLOTS / 64], count;
	char     payload[PAYLOAD_MOST];

	sleep_us(b->sent + GATHER - clock_monotonic());
	(void)!read(b->outgoing, &count, sizeof(count));
	wake_take_outgoing(b->world->wake, bits);
	b->sent = clock_monotonic();
	for (unsigned at = 0; at < WAKE_SLOTS;)
		if (fill_payload(b, bits, &at, payload) > 0 && !listen_tell(b->listen, payload))
			return false;
	return true;
}

static bool
connected(struct bell *b)
{
	if (b->listen != NULL)
		return true;
	b->listen = listen_open(b->world->conf, CHANNEL_NOTIFY);
	if (b->listen != NULL) {
		b->retry = FIRST_RETRY;
		return true;
	}
	sleep_us(b->retry);
	b->retry = b->retry * 2 < LAST_RETRY ? b->retry * 2 : LAST_RETRY;
	return false;
}

/* One turn of the process that has the bell. */
static void
turn(struct bell *b)
{
	struct pollfd p[2] = { { .fd = b->outgoing, .events = POLLIN },
		{ .fd = listen_fd(b->listen), .events = POLLIN } };
	bool          good = true;

	if (poll(p, 2, IDLE_MS) < 0)
		return;
	if (p[1].revents != 0)
		good = listen_take(b->listen, hear, b);
	if (good && (p[0].revents & POLLIN) != 0)
		good = tell(b) && listen_take(b->listen, hear, b);
	if (!good) {
		log_say("bell", "the connection to the database is lost");
		listen_close(b->listen);
		b->listen = NULL;
	}
}

static void *
run(void *arg)
{
	struct bell *b = arg;

	for (;;) {
		if (!board_take_bell(b->world->board, b->index))
			sleep_us(SECOND);
		else if (connected(b))
			turn(b);
	}
	return NULL;
}

void
bell_start(const struct world *world, unsigned index, int outgoing, const char *host)
{
	struct bell *b = calloc(1, sizeof(*b));
	pthread_t    thread;

	if (b == NULL)
		abort();
	*b = (struct bell){ .world = world, .index = index, .outgoing = outgoing,
		.retry = FIRST_RETRY };
	snprintf(b->host, sizeof(b->host), "%s", host);
	if (pthread_create(&thread, NULL, run, b) != 0)
		log_die("bell", "cannot start a thread");
	pthread_detach(thread);
}
