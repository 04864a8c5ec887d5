/* fcgi/segment.c - the memory that the processes of the pool share */
#include "fcgi/segment.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fcgi/board.h"
#include "fcgi/wake.h"
#include "shared/base/id.h"
#include "shared/base/log.h"
#include "shared/core/limit.h"

enum { LAYOUT = 1, HOST = 16 }; /* raise LAYOUT when meaning changes but no size does */

/* The beginning; wake, board and limit follow, each at a multiple of 64. */
struct head {
	uint64_t layout;
	int      outgoing;
	char     host[HOST + 1];
};

static size_t
round_up(size_t n)
{
	return (n + 63) / 64 * 64;
}

static uint64_t
layout(void)
{
	return LAYOUT + ((uint64_t)wake_size() << 32) + ((uint64_t)board_size() << 8) +
	    ((uint64_t)limit_size() << 16);
}

static size_t
size(void)
{
	return round_up(sizeof(struct head)) + round_up(wake_size()) +
	    round_up(board_size()) + limit_size();
}

static struct head *
map(int file)
{
	void *p = mmap(NULL, size(), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

	return p == MAP_FAILED ? NULL : p;
}

static void
point(struct segment *s, struct head *head, int file)
{
	char *at = (char *)head + round_up(sizeof(*head));

	s->file = file;
	s->wake = (struct wake *)at;
	s->board = (struct board *)(at + round_up(wake_size()));
	s->limit = (struct limit *)((char *)s->board + round_up(board_size()));
	s->outgoing = head->outgoing;
	s->host = head->host;
}

void
segment_new(struct segment *s)
{
	struct id_source ids = { 0 };
	unsigned char    random[HOST / 2];
	int              file = memfd_create("mockfactory", 0);
	struct head     *head;

	if (file < 0 || ftruncate(file, (off_t)size()) != 0 || (head = map(file)) == NULL)
		log_die("pool", "shared memory: %s", strerror(errno));
	head->layout = layout();
	head->outgoing = eventfd(0, EFD_NONBLOCK);
	if (head->outgoing < 0)
		log_die("pool", "eventfd: %s", strerror(errno));
	id_bytes(&ids, random, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(head->host + 2 * i, 3, "%02x", random[i]);
	point(s, head, file);
	wake_set_outgoing_fd(s->wake, s->outgoing);
}

bool
segment_adopt(struct segment *s, int file)
{
	struct stat  st;
	struct head *head;

	if (fstat(file, &st) != 0 || (size_t)st.st_size != size() || (head = map(file)) == NULL)
		return false;
	if (head->layout != layout()) {
		munmap(head, size());
		return false;
	}
	point(s, head, file);
	return true;
}
