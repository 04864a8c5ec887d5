/* tests/bench/answer.c - reading HTTP/1.1 answers as they arrive */
#include "tests/bench/answer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void
answer_start(struct answer *a, const char *expect, size_t expect_size, bool no_body)
{
	a->state = ANSWER_HEAD;
	a->status = 0;
	a->no_body = no_body;
	a->close = a->differs = false;
	a->left = a->body = 0;
	a->expect = expect;
	a->expect_size = expect_size;
	a->head_len = a->start_len = 0;
}

/* The value of a header, or NULL; head ends with an empty line. */
static const char *
find_header(const char *head, const char *name)
{
	size_t n = strlen(name);

	for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n"))
		if (strncasecmp(line + 2, name, n) == 0 && line[2 + n] == ':')
			return line + 2 + n + 1 + strspn(line + 2 + n + 1, " ");
	return NULL;
}

static void
read_head(struct answer *a)
{
	const char *length, *coding, *connection;

	a->head[a->head_len] = '\0';
	a->status = (int)strtol(strncmp(a->head, "HTTP/1.", 7) == 0 ? a->head + 8 : "", NULL, 10);
	length = find_header(a->head, "Content-Length");
	coding = find_header(a->head, "Transfer-Encoding");
	connection = find_header(a->head, "Connection");
	a->close = connection != NULL && strncasecmp(connection, "close", 5) == 0;
	a->head_len = 0;
	if (a->status >= 100 && a->status < 200)
		return; /* 100 Continue: the answer is still to come */
	if (a->no_body || a->status == 204 || a->status == 304) {
		a->state = ANSWER_DONE;
	} else if (coding != NULL && strncasecmp(coding, "chunked", 7) == 0) {
		a->state = ANSWER_CHUNK_SIZE;
	} else if (length != NULL) {
		a->left = strtoll(length, NULL, 10);
		a->state = a->left == 0 ? ANSWER_DONE : ANSWER_BODY;
	} else {
		a->state = ANSWER_BROKEN;
	}
}

/* Gather a line, or the whole head, in head[]; true when `end` closes it. */
static size_t
gather(struct answer *a, const char *p, size_t n, const char *end, bool *whole)
{
	size_t len = strlen(end), i = 0;

	*whole = false;
	while (i < n && !*whole) {
		if (a->head_len + 1 >= sizeof(a->head)) {
			a->state = ANSWER_BROKEN;
			return i;
		}
		a->head[a->head_len++] = p[i++];
		*whole = a->head_len >= len && memcmp(a->head + a->head_len - len, end, len) == 0;
	}
	a->head[a->head_len] = '\0';
	return i;
}

static void
compare(struct answer *a, const char *p, size_t n)
{
	while (n > 0 && a->expect != NULL && !a->differs) {
		size_t at = (size_t)a->body % a->expect_size;
		size_t part = n < a->expect_size - at ? n : a->expect_size - at;

		a->differs = memcmp(a->expect + at, p, part) != 0;
		a->body += (int64_t)part;
		p += part;
		n -= part;
	}
	a->body += (int64_t)n;
}

static size_t
read_body(struct answer *a, const char *p, size_t n)
{
	size_t part = (int64_t)n < a->left ? n : (size_t)a->left;
	size_t room = sizeof(a->start) - a->start_len, keep = part < room ? part : room;

	memcpy(a->start + a->start_len, p, keep);
	a->start_len += keep;
	compare(a, p, part);
	a->left -= (int64_t)part;
	if (a->left == 0)
		a->state = a->state == ANSWER_BODY ? ANSWER_DONE : ANSWER_CHUNK_END;
	return part;
}

static void
read_chunk_size(struct answer *a)
{
	char *end;

	a->left = strtoll(a->head, &end, 16);
	a->state = end == a->head || a->left < 0 ? ANSWER_BROKEN
	    : a->left == 0 ? ANSWER_TRAILER : ANSWER_CHUNK;
}

static void
read_line(struct answer *a)
{
	if (a->state == ANSWER_CHUNK_SIZE)
		read_chunk_size(a);
	else if (a->state == ANSWER_CHUNK_END)
		a->state = a->head_len == 2 ? ANSWER_CHUNK_SIZE : ANSWER_BROKEN;
	else if (a->head_len == 2) /* ANSWER_TRAILER: up to an empty line */
		a->state = ANSWER_DONE;
	a->head_len = 0;
}

size_t
answer_add(struct answer *a, const char *p, size_t n)
{
	size_t used = 0;
	bool   whole;

	while (used < n && a->state != ANSWER_DONE && a->state != ANSWER_BROKEN) {
		if (a->state == ANSWER_BODY || a->state == ANSWER_CHUNK) {
			used += read_body(a, p + used, n - used);
		} else if (a->state == ANSWER_HEAD) {
			used += gather(a, p + used, n - used, "\r\n\r\n", &whole);
			if (whole)
				read_head(a);
		} else {
			used += gather(a, p + used, n - used, "\r\n", &whole);
			if (whole)
				read_line(a);
		}
	}
	return used;
}
