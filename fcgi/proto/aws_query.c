/* fcgi/proto/aws_query.c - the AWS Query protocol: a form in, XML out */
#include "fcgi/proto/aws_query.h"

#include <stdlib.h>
#include <string.h>

#include "fcgi/call.h"
#include "shared/base/text.h"

enum { MAX_DEPTH = 8 };

/* One segment of the dotted names, with those that follow it. */
struct node {
	const char  *name, *value; /* value NULL: it only has nodes below it */
	struct node *first, **last, *next;
};

struct form {
	struct uri_query args;
};

static bool
is_form(const struct call *c)
{
	const char *type = request_header(c->req, "content-type");

	return strcmp(c->req->method, "POST") == 0 &&
	    (type == NULL || *type == '\0' || text_starts(type, "application/x-www-form-urlencoded"));
}

static const char *
argument(const struct call *c, const char *name)
{
	const struct form *f = c->route;
	const char        *value = f != NULL ? uri_query_get(&f->args, name) : NULL;

	return value != NULL ? value : request_arg(c->req, name);
}

const char *
aws_query_action(const struct call *c)
{
	return argument(c, "Action");
}

/* The form with U+0001 for U+0000. */
static const char *
without_nul(struct mem *m, const struct buf *body)
{
	char *copy;

	if (memmem(body->data, body->len, "%00", 3) == NULL)
		return body->data;
	copy = mem_text_n(m, body->data, body->len);
	for (char *p = copy; (p = strstr(p, "%00")) != NULL; p += 3)
		p[2] = '1';
	return copy;
}

const struct op *
aws_query_find(struct call *c, const struct aws_query *q)
{
	struct form *f = mem_one(c->task->mem, struct form);

	c->route = f;
	if (is_form(c)) {
		const struct buf *body = call_body_within(c, q->most);

		if (strlen(body->data) != body->len ||
		    !uri_query_parse(c->task->mem, without_nul(c->task->mem, body), &f->args))
			task_throw(c->task, c->service->general.malformed, NULL);
	}
	return aws_query_action(c) != NULL ? op_named(c->service, aws_query_action(c)) : NULL;
}

static struct node *
child(struct mem *m, struct node *of, const char *name, size_t n)
{
	struct node *x;

	for (x = of->first; x != NULL; x = x->next)
		if (strncmp(x->name, name, n) == 0 && x->name[n] == '\0')
			return x;
	x = mem_one(m, struct node);
	x->name = mem_text_n(m, name, n);
	x->last = &x->first;
	*of->last = x;
	of->last = &x->next;
	return x;
}

/*
 * A name too deep, or with nothing between two dots, is no argument of anything.  False: it is no
 * UTF-8.
 */
static bool
add(struct mem *m, struct node *root, const struct uri_pair *p)
{
	struct node *at = root;
	const char  *s = p->name;
	int          depth = 0;

	if (!text_utf8(p->name, strlen(p->name)) || !text_utf8(p->value, strlen(p->value)))
		return false;
	for (;; s++) {
		size_t n = strcspn(s, ".");

		if (n == 0 || depth++ == MAX_DEPTH)
			return true;
		at = child(m, at, s, n);
		s += n;
		if (*s == '\0')
			break;
	}
	if (at->value == NULL)
		at->value = p->value;
	return true;
}

static void
add_all(struct call *c, struct node *root, const struct uri_query *q)
{
	for (size_t i = 0; i < q->n; i++)
		if (!add(c->task->mem, root, &q->pairs[i]))
			task_throw(c->task, c->service->general.malformed, NULL);
}

static struct json_object *tree(struct mem *m, const struct aws_query *q, const struct node *of);

static struct json_object *
leaf_or_tree(struct mem *m, const struct aws_query *q, const struct node *x)
{
	if (x->first != NULL)
		return tree(m, q, x);
	return json_object_new_string(x->value != NULL ? x->value : "");
}

static int
by_number(const void *a, const void *b)
{
	const struct node *const *x = a, *const *y = b;
	int64_t                   i = 0, k = 0;

	text_i64((*x)->name, 0, INT64_MAX, &i);
	text_i64((*y)->name, 0, INT64_MAX, &k);
	return i < k ? -1 : i > k;
}

/* The elements in the order of their numbers. */
static const struct node **
elements(struct mem *m, const struct node *of, size_t *n)
{
	const struct node **list;

	*n = 0;
	for (const struct node *x = of->first; x != NULL; x = x->next)
		++*n;
	list = mem_array(m, const struct node *, *n + 1);
	*n = 0;
	for (const struct node *x = of->first; x != NULL; x = x->next)
		list[(*n)++] = x;
	qsort(list, *n, sizeof(const struct node *), by_number);
	return list;
}

static struct json_object *
list_of(struct mem *m, const struct aws_query *q, const struct node *of)
{
	struct json_object *j = json_object_new_array();
	size_t              n;
	const struct node **list = elements(m, of, &n);

	for (size_t i = 0; i < n; i++)
		json_object_array_add(j, leaf_or_tree(m, q, list[i]));
	return j;
}

/* "AttributeName=All" is the list of that one; of nothing, it is a text that is empty. */
static struct json_object *
lone_element(const struct node *x)
{
	struct json_object *list;

	if (x->value == NULL || *x->value == '\0')
		return json_object_new_string("");
	list = json_object_new_array();
	json_object_array_add(list, json_object_new_string(x->value));
	return list;
}

static const struct node *
named(const struct node *of, const char *name)
{
	const struct node *x = of->first;

	while (x != NULL && strcmp(x->name, name) != 0)
		x = x->next;
	return x;
}

static struct json_object *
map_of(struct mem *m, const struct aws_query *q, const struct aws_query_name *row,
    const struct node *of)
{
	struct json_object *j = json_object_new_object();
	size_t              n;
	const struct node **list = elements(m, of, &n);

	for (size_t i = 0; i < n; i++) {
		const struct node *key = named(list[i], row->key), *value = named(list[i], row->value);

		if (key != NULL && key->value != NULL)
			json_object_object_add(j, key->value, value != NULL ? leaf_or_tree(m, q, value)
			                                                    : json_object_new_string(""));
	}
	return j;
}

static struct json_object *
tree(struct mem *m, const struct aws_query *q, const struct node *of)
{
	struct json_object *j = json_object_new_object();

	for (const struct node *x = of->first; x != NULL; x = x->next) {
		const struct aws_query_name *row = q->names, *end = q->names + q->n_names;

		while (row < end && strcmp(row->query, x->name) != 0)
			row++;
		if (row != end && row->key == NULL && x->first == NULL)
			json_object_object_add(j, row->member, lone_element(x));
		else if (row == end || x->first == NULL)
			json_object_object_add(j, x->name, leaf_or_tree(m, q, x));
		else
			json_object_object_add(j, row->member,
			    row->key == NULL ? list_of(m, q, x) : map_of(m, q, row, x));
	}
	return j;
}

static void
give_back(void *j)
{
	json_object_put(j);
}

static void
put_headers(struct call *c)
{
	call_header(c, "x-amzn-RequestId", c->req->id);
	call_header(c, "Content-Type", "text/xml");
}

static struct enc *
new_enc(struct call *c)
{
	struct enc_traits *traits = mem_one(c->task->mem, struct enc_traits);

	*traits = (struct enc_traits){ .format = ENC_XML, .xmlns = c->service->xmlns,
	    .declaration = true };
	return enc_new(c->task->mem, traits, &c->reply.body);
}

void
aws_query_decode(struct call *c, const struct aws_query *q)
{
	struct mem        *m = c->task->mem;
	const struct form *f = c->route;
	struct node        root = { .last = &root.first };

	add_all(c, &root, &f->args);
	add_all(c, &root, &c->req->args);
	c->args = tree(m, q, &root);
	mem_defer(m, give_back, c->args);
	put_headers(c);
	c->out = new_enc(c);
	enc_struct(c->out, mem_fmt(m, "%sResponse", c->op->name));
	if ((c->op->flags & OP_SILENT) == 0)
		enc_struct(c->out, mem_fmt(m, "%sResult", c->op->name));
}

static void
put_metadata(struct call *c)
{
	enc_struct(c->out, "ResponseMetadata");
	enc_text(c->out, "RequestId", c->req->id);
	enc_end(c->out);
}

void
aws_query_finish(struct call *c)
{
	if ((c->op->flags & OP_SILENT) == 0)
		enc_end(c->out);
	put_metadata(c);
	enc_end(c->out);
}

void
aws_query_fault(struct call *c, const struct fault *f, const char *message)
{
	struct enc *e = new_enc(c);

	c->reply.status = f->status;
	put_headers(c);
	enc_struct(e, "ErrorResponse");
	enc_struct(e, "Error");
	enc_text(e, "Type", f->status < 500 ? "Sender" : "Receiver");
	enc_text(e, "Code", f->code);
	enc_text(e, "Message", message);
	enc_text(e, "Detail", "");
	enc_end(e);
	enc_text(e, "RequestId", c->req->id);
	enc_end(e);
}

void
aws_query_no_action(struct call *c, const struct fault *f)
{
	c->reply.status = f->status;
	put_headers(c);
	buf_text(&c->reply.body, "<UnknownOperationException/>\n");
}
