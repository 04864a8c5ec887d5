/* fcgi/board.c - what the pool's processes know of each other, in shared memory */
#include "fcgi/board.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "shared/base/buf.h"
#include "shared/base/clock.h"
#include "shared/base/mem.h"

#define DEATHS_WITHIN MINUTE
#define REFUSED_FOR   (10 * MINUTE)

static const int64_t bounds_us[] = { 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000,
	500000, 1000000, 2500000, 5000000, 10000000, 30000000 };
enum { BOUNDS = COUNT(bounds_us), CLASSES = 6 };

enum { FREE, TAKEN, NAMED };
enum { STACK = 16 * 1024 };

struct op_count {
	_Atomic int      state;
	char             name[BOARD_NAME];
	_Atomic uint64_t by_class[CLASSES]; /* 2: 2xx ... */
	_Atomic uint64_t bucket[BOUNDS + 1];
	_Atomic uint64_t us;
};

struct thread {
	_Atomic uint64_t hash;   /* 0: idle */
	_Atomic int      culprit;
	int64_t          whose;  /* written before hash */
	char             op[BOARD_NAME];
};

struct process {
	_Atomic int      ready;
	_Atomic uint64_t parked;
	_Atomic uint64_t shown[sizeof(struct board_process) / sizeof(uint64_t)];
	struct thread    thread[BOARD_THREADS];
};

struct refused {
	_Atomic uint64_t hash;
	_Atomic int64_t  died;  /* real time of the last death */
	_Atomic int64_t  until; /* refused until then */
};

struct board {
	_Atomic unsigned bell;  /* index + 1 of the process that has it */
	_Atomic int      stopping;
	_Atomic uint64_t restarts;
	struct op_count  ops[BOARD_OPS];
	struct refused   refused[BOARD_REFUSED];
	struct process   process[WAKE_PROCESSES];
};

static _Thread_local struct thread *me;

size_t
board_size(void)
{
	return sizeof(struct board);
}

static uint64_t
hash_name(const char *name, uint64_t seed)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ seed;

	for (const unsigned char *p = (const unsigned char *)name; *p != '\0'; p++)
		hash = (hash ^ *p) * UINT64_C(0x100000001b3);
	hash ^= hash >> 29;
	return hash != 0 ? hash : 1;
}

static void
copy_name(char out[BOARD_NAME], const char *name)
{
	size_t n = strnlen(name, BOARD_NAME - 1);

	memcpy(out, name, n);
	out[n] = '\0';
}

/* The entry of an operation, made on first use; NULL when the table is full. */
static struct op_count *
find_op(struct board *b, const char *name)
{
	unsigned at = (unsigned)(hash_name(name, 0) % BOARD_OPS);

	for (unsigned i = 0; i < BOARD_OPS; i++, at = (at + 1) % BOARD_OPS) {
		struct op_count *o = &b->ops[at];
		int              state = FREE;

		if (atomic_compare_exchange_strong(&o->state, &state, TAKEN)) {
			copy_name(o->name, name);
			atomic_store(&o->state, NAMED);
			return o;
		}
		/* Another thread is just writing the name: no time, unless its process died there. */
		for (int spins = 0; state == TAKEN && spins < 10000; spins++)
			state = atomic_load(&o->state);
		if (state == NAMED && strncmp(o->name, name, BOARD_NAME - 1) == 0)
			return o;
	}
	return NULL;
}

void
board_count(struct board *b, const char *op, int status, int64_t us)
{
	struct op_count *o = find_op(b, op);
	unsigned         i = 0;

	if (o == NULL)
		return;
	while (i < BOUNDS && us > bounds_us[i])
		i++;
	atomic_fetch_add(&o->bucket[i], 1);
	atomic_fetch_add(&o->us, (uint64_t)us);
	atomic_fetch_add(&o->by_class[status >= 100 && status < 600 ? status / 100 : 0], 1);
}

void
board_show(struct board *b, unsigned index, const struct board_process *p)
{
	uint64_t values[sizeof(*p) / sizeof(uint64_t)];

	memcpy(values, p, sizeof(values));
	for (size_t i = 0; i < COUNT(values); i++)
		atomic_store(&b->process[index].shown[i], values[i]);
}

void
board_parked(struct board *b, unsigned index, size_t n)
{
	atomic_store(&b->process[index].parked, n);
}

static void
print_requests(struct board *b, struct buf *out)
{
	buf_text(out, "# HELP mf_requests_total Requests by operation and class of status.\n"
	              "# TYPE mf_requests_total counter\n");
	for (unsigned i = 0; i < BOARD_OPS; i++)
		for (unsigned c = 0; c < CLASSES && atomic_load(&b->ops[i].state) == NAMED; c++) {
			uint64_t n = atomic_load(&b->ops[i].by_class[c]);

			if (n > 0)
				buf_fmt(out, "mf_requests_total{op=\"%s\",status=\"%uxx\"} %llu\n",
				    b->ops[i].name, c, (unsigned long long)n);
		}
}

static void
print_seconds(struct board *b, struct buf *out)
{
	buf_text(out, "# HELP mf_request_seconds How long requests took, waiting included.\n"
	              "# TYPE mf_request_seconds histogram\n");
	for (unsigned i = 0; i < BOARD_OPS; i++) {
		struct op_count *o = &b->ops[i];
		uint64_t         sum = 0;

		if (atomic_load(&o->state) != NAMED)
			continue;
		for (unsigned k = 0; k <= BOUNDS; k++) {
			sum += atomic_load(&o->bucket[k]);
			buf_fmt(out, "mf_request_seconds_bucket{op=\"%s\",le=\"", o->name);
			if (k < BOUNDS)
				buf_fmt(out, "%g", (double)bounds_us[k] / 1e6);
			else
				buf_text(out, "+Inf");
			buf_fmt(out, "\"} %llu\n", (unsigned long long)sum);
		}
		buf_fmt(out, "mf_request_seconds_sum{op=\"%s\"} %.6f\n", o->name,
		    (double)atomic_load(&o->us) / 1e6);
		buf_fmt(out, "mf_request_seconds_count{op=\"%s\"} %llu\n", o->name,
		    (unsigned long long)sum);
	}
}

static void
print_processes(struct board *b, struct buf *out)
{
	/* In the order of struct board_process. */
	static const struct { const char *name, *type, *help; } shown[] = {
		{ "mf_sessions", "gauge", "Requests in hand, waiting ones included." },
		{ "mf_db_connections", "gauge", "Open database connections." },
		{ "mf_db_busy", "gauge", "Database connections in use." },
		{ "mf_db_statements_total", "counter", "Statements sent." },
		{ "mf_db_connects_total", "counter", "Connections opened." },
		{ "mf_db_failures_total", "counter", "Connections lost." },
		{ "mf_resident_bytes", "gauge", "Resident memory." },
	};

	_Static_assert(COUNT(shown) == sizeof(struct board_process) / sizeof(uint64_t),
	    "one row per field");
	for (size_t i = 0; i < COUNT(shown); i++) {
		buf_fmt(out, "# HELP %s %s\n# TYPE %s %s\n", shown[i].name, shown[i].help, shown[i].name,
		    shown[i].type);
		for (unsigned k = 0; k < WAKE_PROCESSES; k++)
			if (atomic_load(&b->process[k].ready))
				buf_fmt(out, "%s{process=\"%u\"} %llu\n", shown[i].name, k,
				    (unsigned long long)atomic_load(&b->process[k].shown[i]));
	}
}

static void
print_parked(struct board *b, struct buf *out)
{
	buf_text(out, "# HELP mf_parked Requests that wait without a thread.\n"
	              "# TYPE mf_parked gauge\n");
	for (unsigned i = 0; i < WAKE_PROCESSES; i++)
		if (atomic_load(&b->process[i].ready))
			buf_fmt(out, "mf_parked{process=\"%u\"} %llu\n", i,
			    (unsigned long long)atomic_load(&b->process[i].parked));
}

void
board_print(struct board *b, struct buf *out)
{
	unsigned ready = 0;

	print_requests(b, out);
	print_seconds(b, out);
	print_parked(b, out);
	print_processes(b, out);
	for (unsigned i = 0; i < WAKE_PROCESSES; i++)
		ready += atomic_load(&b->process[i].ready) != 0;
	buf_fmt(out, "# HELP mf_processes Processes that serve.\n# TYPE mf_processes gauge\n"
	             "mf_processes %u\n", ready);
	buf_fmt(out, "# HELP mf_restarts_total Processes started again after a death.\n"
	             "# TYPE mf_restarts_total counter\nmf_restarts_total %llu\n",
	    (unsigned long long)atomic_load(&b->restarts));
}

void
board_ready(struct board *b, unsigned index)
{
	atomic_store(&b->process[index].ready, 1);
}

bool
board_is_ready(const struct board *b, unsigned index)
{
	return atomic_load(&b->process[index].ready) != 0;
}

void
board_clear(struct board *b, unsigned index)
{
	struct process *p = &b->process[index];
	unsigned        bell = index + 1;

	atomic_store(&p->ready, 0);
	atomic_store(&p->parked, 0);
	for (unsigned i = 0; i < BOARD_THREADS; i++) {
		atomic_store(&p->thread[i].hash, 0);
		atomic_store(&p->thread[i].culprit, 0);
	}
	for (size_t i = 0; i < COUNT(p->shown); i++)
		atomic_store(&p->shown[i], 0);
	atomic_compare_exchange_strong(&b->bell, &bell, 0);
}

void
board_stop(struct board *b)
{
	atomic_store(&b->stopping, 1);
}

bool
board_stopping(const struct board *b)
{
	return atomic_load(&b->stopping) != 0;
}

void
board_restarted(struct board *b)
{
	atomic_fetch_add(&b->restarts, 1);
}

bool
board_take_bell(struct board *b, unsigned index)
{
	unsigned nobody = 0;

	return atomic_load(&b->bell) == index + 1 ||
	    atomic_compare_exchange_strong(&b->bell, &nobody, index + 1);
}

void
board_thread(struct board *b, unsigned index, unsigned thread)
{
	/* A thread that has used up its stack needs another one to say so. */
	static _Thread_local char stack[STACK];
	const stack_t             other = { .ss_sp = stack, .ss_size = sizeof(stack) };
	stack_t                   now;

	me = thread < BOARD_THREADS ? &b->process[index].thread[thread] : NULL;
	/* A sanitizer has given the thread one already, and takes it back. */
	if (me != NULL && sigaltstack(NULL, &now) == 0 && (now.ss_flags & SS_DISABLE) != 0)
		sigaltstack(&other, NULL);
}

static bool
is_refused(const struct board *b, uint64_t hash)
{
	for (unsigned i = 0; i < BOARD_REFUSED; i++)
		if (atomic_load(&b->refused[i].hash) == hash)
			return atomic_load(&b->refused[i].until) > clock_now();
	return false;
}

bool
board_enter(struct board *b, int64_t whose, const char *op)
{
	uint64_t hash = hash_name(op, (uint64_t)whose * UINT64_C(0x9e3779b97f4a7c15));

	if (is_refused(b, hash))
		return false;
	if (me != NULL) {
		me->whose = whose;
		copy_name(me->op, op);
		atomic_store(&me->hash, hash);
	}
	return true;
}

void
board_leave(void)
{
	if (me != NULL)
		atomic_store(&me->hash, 0);
}

void
board_blame(void)
{
	if (me != NULL)
		atomic_store(&me->culprit, 1);
}

/* The entry for hash: its own, or the one whose last death is longest ago. */
static struct refused *
refused_entry(struct board *b, uint64_t hash)
{
	struct refused *oldest = &b->refused[0];

	for (unsigned i = 0; i < BOARD_REFUSED; i++) {
		struct refused *r = &b->refused[i];

		if (atomic_load(&r->hash) == hash)
			return r;
		if (atomic_load(&r->died) < atomic_load(&oldest->died))
			oldest = r;
	}
	atomic_store(&oldest->until, 0);
	atomic_store(&oldest->died, 0);
	atomic_store(&oldest->hash, hash);
	return oldest;
}

const char *
board_died(struct board *b, unsigned index, int64_t *whose, bool *refused)
{
	int64_t now = clock_now();

	for (unsigned i = 0; i < BOARD_THREADS; i++) {
		struct thread  *t = &b->process[index].thread[i];
		uint64_t        hash = atomic_load(&t->hash);
		struct refused *r;

		if (!atomic_load(&t->culprit) || hash == 0)
			continue;
		r = refused_entry(b, hash);
		*refused = now - atomic_load(&r->died) < DEATHS_WITHIN;
		if (*refused)
			atomic_store(&r->until, now + REFUSED_FOR);
		atomic_store(&r->died, now);
		*whose = t->whose;
		return t->op;
	}
	return NULL;
}
