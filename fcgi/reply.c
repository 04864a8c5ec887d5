/* fcgi/reply.c - sending the answer to a request */
#include "fcgi/reply.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "fcgi/gateway.h"
#include "fcgi/request.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"

enum {
	BLOCK = 64 * 1024,
	HEADERS_MOST = 32 * 1024, /* lighttpd refuses 64 KB; past half of it we send files ourselves */
};

void
reply_start(struct mem *m, struct reply *r)
{
	*r = (struct reply){ .status = 200, .body = buf_new(m), .length = -1 };
	r->last = &r->headers;
}

void
reply_header(struct mem *m, struct reply *r, const char *name, const char *value)
{
	struct reply_header *h;
	char                *clean;

	/* What is no name must not become lines of their own in the answer's head. */
	if (value == NULL || !text_token(name))
		return;
	clean = mem_text(m, value);
	for (char *p = clean; *p != '\0'; p++)
		if (*p == '\r' || *p == '\n')
			*p = ' ';
	h = mem_one(m, struct reply_header);
	*h = (struct reply_header){ .name = name, .value = clean };
	*r->last = h;
	r->last = &h->next;
}

void
reply_header_int(struct mem *m, struct reply *r, const char *name, int64_t value)
{
	reply_header(m, r, name, mem_fmt(m, "%lld", (long long)value));
}

void
reply_stream(struct task *t, struct reply *r, size_t (*read)(void *arg, void *p, size_t n),
    void *arg, int64_t length)
{
	struct reply_stream *s = mem_one(t->mem, struct reply_stream);
	char                *first = mem_raw(t->mem, BLOCK);

	*s = (struct reply_stream){ .read = read, .arg = arg, .length = length, .first = first };
	if (length > 0)
		s->n_first = read(arg, first, BLOCK);
	r->stream = s;
}

/* RFC 9110, section 15. */
static const char *
reason(int status)
{
	static const struct { int status; const char *text; } reasons[] = {
		{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" },
		{ 206, "Partial Content" }, { 301, "Moved Permanently" }, { 302, "Found" },
		{ 303, "See Other" }, { 304, "Not Modified" }, { 307, "Temporary Redirect" },
		{ 308, "Permanent Redirect" }, { 400, "Bad Request" }, { 401, "Unauthorized" },
		{ 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 409, "Conflict" }, { 410, "Gone" }, { 411, "Length Required" },
		{ 412, "Precondition Failed" }, { 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" }, { 416, "Range Not Satisfiable" },
		{ 422, "Unprocessable Content" }, { 429, "Too Many Requests" },
		{ 500, "Internal Server Error" }, { 501, "Not Implemented" },
		{ 502, "Bad Gateway" }, { 503, "Service Unavailable" }, { 507, "Insufficient Storage" },
	};

	for (size_t i = 0; i < COUNT(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Answer";
}

static bool
no_body(const struct reply *r)
{
	return r->status < 200 || r->status == 204 || r->status == 304;
}

static int64_t
body_length(const struct reply *r)
{
	int64_t sum = 0;

	if (r->stream != NULL)
		return r->stream->length;
	if (r->n_pieces == 0)
		return (int64_t)r->body.len;
	for (size_t i = 0; i < r->n_pieces; i++)
		sum += r->pieces[i].length;
	return sum;
}

/*
 * "path from-to, path from-to"; false when that grows too long for a header, or a piece is no file.
 */
static bool
list_pieces(const struct reply *r, struct buf *out)
{
	for (size_t i = 0; i < r->n_pieces && out->len < HEADERS_MOST; i++) {
		const struct reply_piece *p = &r->pieces[i];

		if (p->length == 0)
			continue;
		if (p->path == NULL)
			return false;
		buf_text(out, out->len > 0 ? ", " : "");
		uri_encode_to(out, p->path, strlen(p->path), true);
		buf_fmt(out, " %lld-%lld", (long long)p->offset, (long long)(p->offset + p->length - 1));
	}
	return out->len < HEADERS_MOST;
}

/* Let the web server send the files, if it can: then the header that says so is added. */
static bool
hand_over(struct task *t, const struct conf *c, const struct reply *r, struct buf *head)
{
	bool       lighttpd = strcmp(c->sendfile, "lighttpd") == 0;
	struct buf list = buf_new(t->mem);

	if (r->by_us || (!lighttpd && strcmp(c->sendfile, "apache") != 0))
		return false;
	if (r->whole_file && r->n_pieces == 1 && r->pieces[0].path != NULL) {
		buf_text(head, "X-Sendfile: ");
		uri_encode_to(head, r->pieces[0].path, strlen(r->pieces[0].path), true);
	} else if (lighttpd && list_pieces(r, &list)) {
		buf_fmt(head, "X-Sendfile2: %s", list.data);
	} else {
		return false;
	}
	buf_text(head, "\r\n");
	return true;
}

static void
put_headers(const struct request *q, const struct reply *r, struct buf *head)
{
	static const char *const ours[] = { "Content-Length", "Status", "Transfer-Encoding",
		"Connection" };
	const char *modified = q->last_modified_as;

	buf_fmt(head, "Status: %d %s\r\n", r->status, reason(r->status));
	for (const struct reply_header *h = r->headers; h != NULL; h = h->next) {
		size_t i = 0;

		while (i < COUNT(ours) && strcasecmp(h->name, ours[i]) != 0)
			i++;
		if (i < COUNT(ours))
			continue;
		buf_text(head, modified != NULL && strcasecmp(h->name, "Last-Modified") == 0 ?
		    modified : h->name);
		buf_add(head, ": ", 2);
		buf_text(head, h->value);
		buf_add(head, "\r\n", 2);
	}
	/* Whatever a tenant stores, a page of his gets an origin of its own and a type of its own. */
	if (r->sandbox)
		buf_text(head, "Content-Security-Policy: sandbox\r\nX-Content-Type-Options: nosniff\r\n");
}

static bool
send_text(struct gateway *g, const struct buf *head, const struct buf *body)
{
	struct iovec parts[2] = { { head->data, head->len } };

	if (body == NULL || body->len == 0)
		return gateway_write(g, parts, 1, true);
	parts[1] = (struct iovec){ body->data, body->len };
	return gateway_write(g, parts, 2, true);
}

static int
open_piece(const struct reply_piece *p)
{
	int fd = open(p->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		log_say("reply", "cannot open %s: %s", p->path, strerror(errno));
	return fd;
}

static bool
send_memory(struct gateway *g, const struct reply_piece *p)
{
	char *at = (char *)(uintptr_t)p->bytes + p->offset; /* struct iovec has no const */

	return p->length == 0 ||
	    gateway_write(g, &(struct iovec){ at, (size_t)p->length }, 1, false);
}

/* The bytes of one piece; false: the peer is lost, or the file ended too early. */
static bool
send_piece(struct gateway *g, const struct reply_piece *p, int fd, char *block)
{
	for (int64_t done = 0; done < p->length;) {
		size_t  want = p->length - done < BLOCK ? (size_t)(p->length - done) : BLOCK;
		ssize_t got = pread(fd, block, want, p->offset + done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			log_say("reply", "%s: %s", p->path,
			    got < 0 ? strerror(errno) : "shorter than its row says");
			return false;
		}
		if (!gateway_write(g, &(struct iovec){ block, (size_t)got }, 1, false))
			return false;
		done += got;
	}
	return true;
}

/* We send the files.  The first is opened before anything is said. */
static bool
send_files(struct task *t, struct gateway *g, const struct reply *r, const struct buf *head)
{
	static const char failed[] = "Status: 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n";
	char             *block = mem_raw(t->mem, BLOCK);
	struct iovec      first = { head->data, head->len }, sorry;
	bool              good = true;

	for (size_t i = 0; i < r->n_pieces && good; i++) {
		bool memory = r->pieces[i].path == NULL;
		int  fd = memory ? -1 : open_piece(&r->pieces[i]);

		if (fd < 0 && !memory && i == 0) {
			sorry = (struct iovec){ memcpy(block, failed, sizeof(failed)), sizeof(failed) - 1 };
			return gateway_write(g, &sorry, 1, true);
		}
		good = (memory || fd >= 0) && (i > 0 || gateway_write(g, &first, 1, false)) &&
		    (memory ? send_memory(g, &r->pieces[i]) : send_piece(g, &r->pieces[i], fd, block));
		if (fd >= 0)
			close(fd);
	}
	/* Broken off: the connection closes without an end, and the client sees that. */
	return good && gateway_write(g, NULL, 0, true);
}

struct streaming {
	struct task         *task;
	struct gateway      *gateway;
	struct reply_stream *stream;
	bool                 whole;
};

/* All but the first bytes. */
static void
send_rest(void *arg)
{
	struct streaming *s = arg;
	char             *block = mem_raw(s->task->mem, BLOCK);
	int64_t           left = s->stream->length - (int64_t)s->stream->n_first;
	size_t            n;

	while (left > 0) {
		n = s->stream->read(s->stream->arg, block, left < BLOCK ? (size_t)left : BLOCK);
		if (n == 0 || !gateway_write(s->gateway, &(struct iovec){ block, n }, 1, false))
			return;
		left -= (int64_t)n;
	}
	s->whole = true;
}

/* What fails once we have begun can only be broken off, as in send_files. */
static bool
send_stream(struct task *t, struct gateway *g, const struct reply *r, const struct buf *head)
{
	struct streaming s = { .task = t, .gateway = g, .stream = r->stream };
	struct iovec     parts[2] = { { head->data, head->len } };

	parts[1] = (struct iovec){ (char *)(uintptr_t)s.stream->first, s.stream->n_first };
	if (!gateway_write(g, parts, 2, false))
		return false;
	if (task_try(t, send_rest, &s) != NULL)
		log_say("reply", "broken off: %s", t->detail != NULL ? t->detail : t->fault->name);
	return s.whole && gateway_write(g, NULL, 0, true);
}

bool
reply_send(struct task *t, struct gateway *g, const struct conf *c, const struct request *r,
    struct reply *reply)
{
	struct buf head = buf_new(t->mem);
	bool       is_head = strcmp(r->method, "HEAD") == 0;
	int64_t    length = is_head && reply->length >= 0 ? reply->length : body_length(reply);

	put_headers(r, reply, &head);
	if (no_body(reply)) {
		buf_text(&head, "\r\n");
		return send_text(g, &head, NULL);
	}
	if (!is_head && reply->n_pieces > 0 && length > 0 && hand_over(t, c, reply, &head)) {
		buf_text(&head, "\r\n");
		return send_text(g, &head, NULL);
	}
	buf_fmt(&head, "Content-Length: %lld\r\n\r\n", (long long)length);
	if (is_head || length == 0)
		return send_text(g, &head, NULL);
	if (reply->stream != NULL)
		return send_stream(t, g, reply, &head);
	return reply->n_pieces > 0 ? send_files(t, g, reply, &head) : send_text(g, &head, &reply->body);
}
