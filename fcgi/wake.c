/* fcgi/wake.c - tells waiting requests that something happened: any thread, process, host */
#include "fcgi/wake.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "shared/base/channel.h"
#include "shared/base/clock.h"

enum { WORDS = WAKE_SLOTS / 64 };

struct process {
	_Atomic uint32_t rung;             /* 1: something is in bits; what the futex waits on */
	_Atomic uint64_t bits[WORDS];
	_Atomic uint32_t waiters[WAKE_SLOTS];
};

/*
 * Everything here is sequentially consistent on purpose: a ring writes `last` and then reads
 * `interest`, a waiter writes `interest` and then reads `last`; one of the two must see the other.
 */
struct wake {
	_Atomic uint64_t rings;                           /* how many there were: numbers them */
	_Atomic uint64_t last[WAKE_SLOTS];                /* the number of the slot's latest ring */
	_Atomic uint64_t interest[WAKE_SLOTS][WAKE_PROCESSES / 64]; /* which processes wait */
	_Atomic uint64_t outgoing[WORDS];
	_Atomic uint32_t any_outgoing;
	int              outgoing_fd;                     /* set before there are threads; 0: none */
	struct process   process[WAKE_PROCESSES];
};

size_t
wake_size(void)
{
	return sizeof(struct wake);
}

struct wake *
wake_create(void)
{
	void *p = mmap(NULL, sizeof(struct wake), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	    -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

unsigned
wake_slot(const char *channel)
{
	return channel_slot(channel);
}

static void
set_bit(_Atomic uint64_t *words, unsigned bit)
{
	atomic_fetch_or(&words[bit / 64], UINT64_C(1) << bit % 64);
}

void
wake_nudge(struct wake *w, unsigned index)
{
	struct process *p = &w->process[index];

	if (atomic_exchange(&p->rung, 1) == 0)
		syscall(SYS_futex, &p->rung, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void
wake_ring_here(struct wake *w, unsigned slot)
{
	uint64_t number = atomic_fetch_add(&w->rings, 1) + 1;
	uint64_t seen = atomic_load(&w->last[slot]);

	assert(slot < WAKE_SLOTS);
	while (seen < number && !atomic_compare_exchange_weak(&w->last[slot], &seen, number))
		continue;
	for (unsigned i = 0; i < WAKE_PROCESSES / 64; i++)
		for (uint64_t set = atomic_load(&w->interest[slot][i]); set != 0; set &= set - 1) {
			unsigned index = i * 64 + (unsigned)__builtin_ctzll(set);

			set_bit(w->process[index].bits, slot);
			wake_nudge(w, index);
		}
}

void
wake_ring(struct wake *w, unsigned slot)
{
	uint64_t one = 1;

	wake_ring_here(w, slot);
	set_bit(w->outgoing, slot);
	if (atomic_exchange(&w->any_outgoing, 1) == 0 && w->outgoing_fd > 0)
		(void)!write(w->outgoing_fd, &one, sizeof(one));
}

uint64_t
wake_now(const struct wake *w)
{
	return atomic_load(&w->rings);
}

bool
wake_rang_since(const struct wake *w, unsigned slot, uint64_t since)
{
	return atomic_load(&w->last[slot]) > since;
}

void
wake_watch(struct wake *w, unsigned index, unsigned slot, int change)
{
	_Atomic uint32_t *waiters = &w->process[index].waiters[slot];
	_Atomic uint64_t *interest = &w->interest[slot][index / 64];
	uint64_t          bit = UINT64_C(1) << index % 64;

	assert(index < WAKE_PROCESSES && slot < WAKE_SLOTS && (change == 1 || change == -1));
	/* The caller's lock orders the threads of one process; the atomics are for the others. */
	if (change > 0) {
		if (atomic_fetch_add(waiters, 1) == 0)
			atomic_fetch_or(interest, bit);
	} else {
		assert(atomic_load(waiters) > 0);
		if (atomic_fetch_sub(waiters, 1) == 1)
			atomic_fetch_and(interest, ~bit);
	}
}

bool
wake_wait(struct wake *w, unsigned index, int64_t deadline)
{
	struct process *p = &w->process[index];

	while (atomic_exchange(&p->rung, 0) == 0) {
		int64_t         left = deadline - clock_monotonic();
		struct timespec t;

		if (left <= 0)
			return false;
		t = (struct timespec){ .tv_sec = left / SECOND, .tv_nsec = left % SECOND * 1000 };
		syscall(SYS_futex, &p->rung, FUTEX_WAIT, 0, &t, NULL, 0);
	}
	return true;
}

static void
take_bits(_Atomic uint64_t *from, uint64_t bits[WORDS])
{
	for (unsigned i = 0; i < WORDS; i++)
		bits[i] = atomic_load(&from[i]) != 0 ? atomic_exchange(&from[i], 0) : 0;
}

void
wake_take(struct wake *w, unsigned index, uint64_t bits[WORDS])
{
	take_bits(w->process[index].bits, bits);
}

void
wake_clear(struct wake *w, unsigned index)
{
	struct process *p = &w->process[index];
	uint64_t        bit = UINT64_C(1) << index % 64;

	for (unsigned i = 0; i < WAKE_SLOTS; i++) {
		atomic_fetch_and(&w->interest[i][index / 64], ~bit);
		atomic_store(&p->waiters[i], 0);
	}
	for (unsigned i = 0; i < WORDS; i++)
		atomic_store(&p->bits[i], 0);
	atomic_store(&p->rung, 0);
}

void
wake_take_outgoing(struct wake *w, uint64_t bits[WORDS])
{
	atomic_store(&w->any_outgoing, 0);
	take_bits(w->outgoing, bits);
}

void
wake_set_outgoing_fd(struct wake *w, int fd)
{
	w->outgoing_fd = fd;
}
