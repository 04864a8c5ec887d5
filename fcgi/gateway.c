/* fcgi/gateway.c - FastCGI 1.0: the responder's side of one connection */
#include "fcgi/gateway.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fcgi/record.h"
#include "shared/base/buf.h"
#include "shared/base/mem.h"

/* Sections 5.1 and 5.5. */
enum { RESPONDER = 1, REQUEST_COMPLETE = 0, CANT_MPX_CONN = 1, UNKNOWN_ROLE = 3 };

enum {
	PATIENCE_MS = 60 * 1000, /* for the next byte from a peer that owes us one, or room to send */
	LINGER_MS = 2 * 1000,    /* the same when all is said and we only wait for it to close */
	PARAMS_MOST = 512 * 1024,
	IOV_MOST = 64,
};

void
gateway_open(struct gateway *g, int fd)
{
	g->fd = fd;
	g->id = 0;
	g->lost = g->stdin_over = false;
	g->left = g->padding = 0;
	g->at = g->have = 0;
	g->sent = 0;
	g->patience = PATIENCE_MS;
}

/* A record of eight bytes of content: END_REQUEST and UNKNOWN_TYPE (5.5, 4.2). */
static void
send_short(struct gateway *g, unsigned type, unsigned id, unsigned b0, unsigned b4)
{
	unsigned char r[2 * RECORD_HEADER] = { 0 };
	struct iovec  iov = { r, sizeof(r) };

	record_header(r, type, id, 8);
	r[8] = (unsigned char)b0;
	r[12] = (unsigned char)b4;
	record_send(g, &iov, 1);
}

/* Records that are not part of the request (section 4): answered, so that the peer goes on. */
static bool
manage(struct gateway *g, const struct record *r)
{
	if (!record_take(g, NULL, r->length + r->padding))
		return false;
	if (r->type == GET_VALUES) {
		/* We name none of the variables it may ask for: the defaults hold. */
		unsigned char h[RECORD_HEADER];
		struct iovec  iov = { h, sizeof(h) };

		record_header(h, GET_VALUES_RESULT, 0, 0);
		return record_send(g, &iov, 1);
	}
	send_short(g, UNKNOWN_TYPE, 0, r->type, 0);
	return !g->lost;
}

/* BEGIN_REQUEST (5.1). */
static bool
begin(struct gateway *g, const struct record *r)
{
	unsigned char body[8];

	if (r->length != sizeof(body) || !record_take(g, body, sizeof(body)) ||
	    !record_take(g, NULL, r->padding))
		return false;
	if (g->id != 0) {
		send_short(g, END_REQUEST, r->id, 0, CANT_MPX_CONN);
		return true;
	}
	if (((unsigned)body[0] << 8 | body[1]) != RESPONDER) {
		send_short(g, END_REQUEST, r->id, 0, UNKNOWN_ROLE);
		return false;
	}
	g->id = r->id;
	return true;
}

/* Lengths of names and values: one byte, or four when the highest bit is set (3.4). */
static bool
get_length(const unsigned char **p, const unsigned char *end, size_t *n)
{
	if (*p == end)
		return false;
	if (**p < 0x80) {
		*n = *(*p)++;
		return true;
	}
	if (end - *p < 4)
		return false;
	*n = ((size_t)((*p)[0] & 0x7f) << 24) | (size_t)(*p)[1] << 16 | (size_t)(*p)[2] << 8 | (*p)[3];
	*p += 4;
	return true;
}

/* The pair at *p as NAME=value, or false when the bytes end too early. */
static bool
get_pair(struct mem *m, const unsigned char **p, const unsigned char *end, char **out)
{
	size_t name, value;
	char  *s;

	if (!get_length(p, end, &name) || !get_length(p, end, &value) ||
	    (size_t)(end - *p) < name || (size_t)(end - *p) - name < value)
		return false;
	s = mem_raw(m, name + value + 2);
	memcpy(s, *p, name);
	s[name] = '=';
	memcpy(s + name + 1, *p + name, value);
	s[name + 1 + value] = '\0';
	*p += name + value;
	*out = s;
	return true;
}

static char **
split_params(struct mem *m, const struct buf *raw)
{
	const unsigned char *p = (const unsigned char *)raw->data, *end = p + raw->len;
	size_t               n = 0, room = 64;
	char               **list = mem_array(m, char *, room + 1);

	while (p < end) {
		if (n == room) {
			char **more = mem_array(m, char *, 2 * room + 1);

			memcpy(more, list, n * sizeof(*list));
			list = more;
			room *= 2;
		}
		if (!get_pair(m, &p, end, &list[n]))
			return NULL;
		n++;
	}
	return list;
}

/* Add the content of a PARAMS record; false when the peer is lost or sends too much. */
static bool
add_params(struct gateway *g, const struct record *r, struct buf *raw)
{
	if (raw->len + r->length > PARAMS_MOST)
		return false;
	buf_reserve(raw, r->length);
	if (!record_take(g, raw->data + raw->len, r->length) || !record_take(g, NULL, r->padding))
		return false;
	raw->len += r->length;
	return true;
}

char **
gateway_params(struct gateway *g, struct mem *m)
{
	struct buf    raw = buf_new(m);
	struct record r;

	while (record_next(g, &r)) {
		if (r.id == 0) {
			if (!manage(g, &r))
				return NULL;
		} else if (r.type == BEGIN_REQUEST) {
			if (!begin(g, &r))
				return NULL;
		} else if (r.id != g->id) {
			if (!record_take(g, NULL, r.length + r.padding))
				return NULL;
		} else if (r.type != PARAMS) {
			return NULL; /* ABORT_REQUEST, or out of order */
		} else if (r.length == 0) {
			return record_take(g, NULL, r.padding) ? split_params(m, &raw) : NULL;
		} else if (!add_params(g, &r, &raw)) {
			return NULL;
		}
	}
	return NULL;
}

/* Go to the next stdin record that has content, or to the end of the body. */
static void
next_stdin(struct gateway *g)
{
	struct record r;

	while (g->left == 0 && !g->stdin_over && !g->lost) {
		if (!record_take(g, NULL, g->padding))
			return;
		g->padding = 0;
		if (!record_next(g, &r))
			return;
		if (r.id == g->id && r.type == STDIN) {
			g->left = r.length;
			g->padding = r.padding;
			g->stdin_over = r.length == 0;
		} else if (r.id == g->id && r.type == ABORT_REQUEST) {
			g->lost = true;
		} else if (r.id == 0) {
			manage(g, &r);
		} else {
			record_take(g, NULL, r.length + r.padding);
		}
	}
}

size_t
gateway_read(struct gateway *g, void *p, size_t n)
{
	size_t part;

	next_stdin(g);
	if (g->lost || g->stdin_over || n == 0)
		return 0;
	if (n > g->left)
		n = g->left;
	part = g->have - g->at;
	if (part > 0) {
		if (part > n)
			part = n;
		memcpy(p, g->in + g->at, part);
		g->at += part;
	} else if (n >= sizeof(g->in)) {
		part = record_receive(g, p, n); /* large: past the buffer */
	} else {
		part = record_take(g, p, n) ? n : 0;
	}
	g->left -= (unsigned)part;
	return part;
}

/* What is being sent: records and the bytes they carry, gathered for one system call. */
struct outgoing {
	struct iovec  iov[IOV_MOST];
	unsigned char headers[IOV_MOST][RECORD_HEADER];
	size_t        n;
};

static void
put(struct outgoing *o, void *p, size_t n)
{
	o->iov[o->n++] = (struct iovec){ p, n };
}

/* The header of a stdout record of n bytes; sends what is gathered when there is little room. */
static bool
put_record(struct gateway *g, struct outgoing *o, size_t n)
{
	if (o->n + 8 > IOV_MOST) {
		if (!record_send(g, o->iov, o->n))
			return false;
		o->n = 0;
	}
	record_header(o->headers[o->n], STDOUT, g->id, (unsigned)n);
	put(o, o->headers[o->n], RECORD_HEADER);
	return true;
}

/* An empty stdout record and END_REQUEST (3.3, 5.5). */
static bool
put_end(struct gateway *g, struct outgoing *o)
{
	static unsigned char complete[8] = { 0, 0, 0, 0, REQUEST_COMPLETE };

	if (!put_record(g, o, 0))
		return false;
	record_header(o->headers[o->n], END_REQUEST, g->id, sizeof(complete));
	put(o, o->headers[o->n], RECORD_HEADER);
	put(o, complete, sizeof(complete));
	return true;
}

bool
gateway_write(struct gateway *g, const struct iovec *parts, size_t n, bool last)
{
	struct outgoing o = { .n = 0 };

	for (size_t i = 0; i < n; i++) {
		char  *p = parts[i].iov_base;
		size_t left = parts[i].iov_len;

		g->sent += left;
		while (left > 0) {
			size_t part = left < RECORD_MOST ? left : RECORD_MOST;

			if (!put_record(g, &o, part))
				return false;
			put(&o, p, part);
			p += part;
			left -= part;
		}
	}
	if (last && !put_end(g, &o))
		return false;
	return record_send(g, o.iov, o.n);
}

bool
gateway_gone(const struct gateway *g)
{
	struct pollfd p = { .fd = g->fd, .events = POLLRDHUP };

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void
gateway_close(struct gateway *g)
{
	if (g->fd < 0)
		return;
	g->patience = LINGER_MS;
	while (g->id != 0 && !g->stdin_over && !g->lost) {
		size_t part;

		next_stdin(g);
		if (g->at == g->have && g->left > 0) {
			g->at = 0;
			g->have = record_receive(g, g->in, sizeof(g->in));
		}
		part = g->have - g->at < g->left ? g->have - g->at : g->left;
		g->at += part;
		g->left -= (unsigned)part;
	}
	close(g->fd);
	g->fd = -1;
}
