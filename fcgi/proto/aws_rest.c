/* fcgi/proto/aws_rest.c - which operation a REST-shaped AWS request names */
#include "fcgi/proto/aws_rest.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "fcgi/call.h"

enum { MAX_SEGMENTS = 10, MAX_QUERY = 5 };

enum kind { LITERAL, LABEL, REST };

struct text {
	const char *p;
	size_t      n;
};

/* op.http, read. */
struct pattern {
	const struct op *op;
	struct text      method;
	struct {
		enum kind   kind;
		struct text text;
	} segments[MAX_SEGMENTS];
	struct {
		struct text name, value; /* value.p NULL: any */
	} query[MAX_QUERY];
	size_t   n_segments, n_query;
	unsigned weight;
};

/* A service's patterns, heaviest first. */
struct table {
	struct table         *next;
	const struct service *service;
	bool                  buckets; /* some path begins with {Bucket} */
	size_t                n;
	struct pattern        patterns[];
};

struct label {
	struct text name;
	const char *value;
};

/* What c->route points at. */
struct route {
	size_t       n;
	struct label labels[MAX_SEGMENTS];
};

static bool
same(struct text a, const char *b)
{
	return strlen(b) == a.n && memcmp(a.p, b, a.n) == 0;
}

/* From s up to one of the characters in stop. */
static struct text
until(const char *s, const char *stop)
{
	return (struct text){ s, strcspn(s, stop) };
}

static const char *
read_segment(struct pattern *p, const char *s)
{
	struct text whole = until(s, "/?");
	enum kind   kind = LITERAL;

	assert(p->n_segments < MAX_SEGMENTS && whole.n > 0);
	s += whole.n;
	if (whole.p[0] == '{') {
		kind = whole.p[whole.n - 2] == '+' ? REST : LABEL;
		whole.p++;
		whole.n -= kind == REST ? 3 : 2;
	}
	p->segments[p->n_segments].kind = kind;
	p->segments[p->n_segments++].text = whole;
	p->weight += kind == LITERAL ? 10000 : kind == LABEL ? 1000 : 0;
	return s;
}

static const char *
read_query(struct pattern *p, const char *s)
{
	struct text whole = until(s, "&"), name = until(s, "=&");

	assert(p->n_query < MAX_QUERY && name.n > 0);
	p->query[p->n_query].name = name;
	if (name.n < whole.n)
		p->query[p->n_query].value = (struct text){ s + name.n + 1, whole.n - name.n - 1 };
	p->n_query++;
	p->weight += name.n < whole.n ? 12 : 10;
	return s + whole.n;
}

static void
read_pattern(struct pattern *p, const struct op *op)
{
	const char *s = op->http;

	p->op = op;
	p->method = until(s, " ");
	s += p->method.n;
	assert(s[0] == ' ' && s[1] == '/');
	for (s++; *s == '/' && s[1] != '\0' && s[1] != '?';)
		s = read_segment(p, s + 1);
	s += *s == '/';
	for (; *s == '?' || *s == '&';)
		s = read_query(p, s + 1);
	assert(*s == '\0');
	p->weight += op->when != NULL;
}

/* Stable, so that of two that weigh the same the first in the service's table stays first. */
static void
sort(struct table *t)
{
	for (size_t i = 1; i < t->n; i++) {
		struct pattern p = t->patterns[i];
		size_t         k = i;

		for (; k > 0 && t->patterns[k - 1].weight < p.weight; k--)
			t->patterns[k] = t->patterns[k - 1];
		t->patterns[k] = p;
	}
}

static struct table *
table_new(const struct service *s)
{
	struct table *t = calloc(1, sizeof(*t) + s->n_ops * sizeof(t->patterns[0]));

	if (t == NULL)
		abort();
	t->service = s;
	for (size_t i = 0; i < s->n_ops; i++) {
		struct pattern *p = &t->patterns[t->n];

		if (s->ops[i].http == NULL)
			continue;
		read_pattern(p, &s->ops[i]);
		if (p->n_segments > 0 && p->segments[0].kind == LABEL &&
		    same(p->segments[0].text, "Bucket"))
			t->buckets = true;
		t->n++;
	}
	sort(t);
	return t;
}

/* Made at the first request for the service, kept as long as the process. */
static const struct table *
table_of(const struct service *s)
{
	static _Atomic(struct table *) tables;
	static pthread_mutex_t         lock = PTHREAD_MUTEX_INITIALIZER;
	struct table                  *t;

	for (t = atomic_load(&tables); t != NULL; t = t->next)
		if (t->service == s)
			return t;
	pthread_mutex_lock(&lock);
	for (t = atomic_load(&tables); t != NULL && t->service != s; t = t->next)
		;
	if (t == NULL) {
		t = table_new(s);
		t->next = atomic_load(&tables);
		atomic_store(&tables, t);
	}
	pthread_mutex_unlock(&lock);
	return t;
}

/* Raw spans of the path for the labels of p; false: the path has another shape. */
static bool
path_matches(const struct pattern *p, const char *path, const char *bucket, struct text *found)
{
	size_t i = 0;

	path += *path == '/';
	if (bucket != NULL) {
		if (p->n_segments == 0 || p->segments[0].kind != LABEL ||
		    !same(p->segments[0].text, "Bucket"))
			return false;
		found[i++] = (struct text){ bucket, strlen(bucket) };
	}
	for (; i < p->n_segments; i++) {
		struct text part = until(path, p->segments[i].kind == REST ? "" : "/");

		if (part.n == 0)
			return false;
		if (p->segments[i].kind == LITERAL && (part.n != p->segments[i].text.n ||
		    memcmp(part.p, p->segments[i].text.p, part.n) != 0))
			return false;
		found[i] = part;
		path += part.n;
		path += *path == '/';
	}
	return *path == '\0';
}

static bool
query_matches(const struct pattern *p, const struct uri_query *q)
{
	for (size_t i = 0; i < p->n_query; i++) {
		size_t k = 0;

		while (k < q->n && !(same(p->query[i].name, q->pairs[k].name) &&
		    (p->query[i].value.p == NULL || same(p->query[i].value, q->pairs[k].value))))
			k++;
		if (k == q->n)
			return false;
	}
	return true;
}

static struct route *
route_new(struct mem *m, const struct pattern *p, const struct text *found)
{
	struct route *r = mem_one(m, struct route);

	for (size_t i = 0; i < p->n_segments; i++)
		if (p->segments[i].kind != LITERAL)
			r->labels[r->n++] = (struct label){ p->segments[i].text,
				uri_decode(m, found[i].p, found[i].n, NULL) };
	return r;
}

const struct op *
aws_rest_match(struct call *c, const struct service *s)
{
	return aws_rest_match_as(c, s, c->req->method);
}

const struct op *
aws_rest_match_as(struct call *c, const struct service *s, const char *method)
{
	const struct table *t = table_of(s);
	const char         *bucket = t->buckets ? c->sub_host : NULL;
	struct text         found[MAX_SEGMENTS];

	c->route = NULL;
	for (size_t i = 0; i < t->n; i++) {
		const struct pattern *p = &t->patterns[i];

		if (!same(p->method, method) ||
		    !path_matches(p, c->path, bucket, found) ||
		    !query_matches(p, &c->req->args) ||
		    (p->op->when != NULL && request_header(c->req, p->op->when) == NULL))
			continue;
		c->route = route_new(c->task->mem, p, found);
		return p->op;
	}
	return NULL;
}

const char *
aws_rest_label(const struct call *c, const char *name)
{
	const struct route *r = c->route;

	for (size_t i = 0; r != NULL && i < r->n; i++)
		if (same(r->labels[i].name, name))
			return r->labels[i].value;
	return NULL;
}

void
aws_rest_set_label(struct call *c, const char *name, const char *value)
{
	struct route *r = c->route;

	assert(r->n < MAX_SEGMENTS);
	r->labels[r->n++] = (struct label){ { name, strlen(name) }, value };
}
