/* fcgi/aws/s3/form_read.c - a form's fields, and its file as the body of a request */
#include <string.h>
#include <strings.h>

#include "fcgi/aws/s3/form.h"
#include "fcgi/aws/s3/s3.h"
#include "fcgi/proto/aws_rest.h"
#include "shared/base/text.h"

/* MOST_BYTES: of fields before the file, names and values together (S3 API Reference). */
enum { INPUT = 64 << 10, MOST_BYTES = 20 << 10, MOST_FIELDS = 1000 };

/* More of the body; false: it is over. */
static bool
refill(struct request *r, struct reading *f)
{
	void *io = r->io;

	r->io = f->io;
	f->left = f->read(r, f->input, INPUT);
	r->io = io;
	f->at = f->input;
	return f->left > 0;
}

static enum form_event
next(struct request *r, struct reading *f)
{
	enum form_event event;

	while ((event = form_next(&f->parser, &f->at, &f->left)) == FORM_MORE)
		if (!refill(r, f))
			return FORM_BAD;
	return event;
}

/* The body of the request as PutObject sees it: what the file field holds. */
size_t
form_read_file(struct request *r, void *p, size_t n)
{
	struct reading *f = r->io;

	while (f->len == 0 && !f->over) {
		enum form_event event = next(r, f);

		if (event == FORM_DATA) {
			f->data = f->parser.data;
			f->len = f->parser.len;
			continue;
		}
		r->short_body = event != FORM_END;
		f->over = true;
	}
	if (n > f->len)
		n = f->len;
	if (n > 0)
		memcpy(p, f->data, n);
	f->data += n;
	f->len -= n;
	return n;
}

/* Now, and when it is authenticated again. */
static _Noreturn void
refuse(struct call *c, struct reading *f, const struct fault *why)
{
	f->refused = why;
	if (why == &S3_INVALID_ARGUMENT)
		s3_throw(c, why, "POST requires exactly one file upload per request.", "ArgumentName",
		    "file", "ArgumentValue", "0", NULL);
	task_throw(c->task, why, NULL);
}

static const char *
read_value(struct call *c, struct reading *f, size_t *bytes)
{
	struct buf      b = buf_new(c->task->mem);
	enum form_event event;

	buf_text(&b, "");
	while ((event = next(c->req, f)) == FORM_DATA) {
		*bytes += f->parser.len;
		if (*bytes > MOST_BYTES)
			refuse(c, f, &S3_FORM_TOO_LONG);
		buf_add(&b, f->parser.data, f->parser.len);
	}
	if (event != FORM_END || strlen(b.data) != b.len)
		refuse(c, f, &S3_MALFORMED_FORM);
	return b.data;
}

/* What a browser calls the file: without the path that some send. */
static const char *
base_name(struct call *c, const char *path)
{
	const char *slash = strrchr(path, '/'), *back = strrchr(path, '\\');

	if (slash == NULL || (back != NULL && back > slash))
		slash = back;
	return mem_text(c->task->mem, slash != NULL ? slash + 1 : path);
}

/* Every field before the file; what comes after it is not looked at. */
static void
read_fields(struct call *c, struct reading *f)
{
	enum form_event event;
	size_t          bytes = 0;

	f->form.fields = mem_array(c->task->mem, struct s3_form_field, MOST_FIELDS);
	while ((event = next(c->req, f)) == FORM_FIELD) {
		struct s3_form_field *field = &f->form.fields[f->form.n];

		if (strcasecmp(f->parser.name, "file") == 0) {
			f->filename = f->parser.has_filename ? base_name(c, f->parser.filename) : NULL;
			f->file_type = mem_text(c->task->mem, f->parser.type);
			return;
		}
		bytes += strlen(f->parser.name);
		if (bytes > MOST_BYTES || ++f->form.n == MOST_FIELDS)
			refuse(c, f, &S3_FORM_TOO_LONG);
		field->name = text_lower(c->task->mem, f->parser.name);
		field->value = read_value(c, f, &bytes);
	}
	refuse(c, f, event == FORM_DONE ? &S3_INVALID_ARGUMENT : &S3_MALFORMED_FORM);
}

/* Once: what was read stays, also when it is refused and authenticated again. */
void
form_read(struct call *c, struct reading *f)
{
	if (f->input != NULL) {
		if (f->refused != NULL)
			refuse(c, f, f->refused);
		return;
	}
	f->input = mem_raw(c->task->mem, INPUT);
	f->read = c->req->read;
	f->io = c->req->io;
	f->form.most = INT64_MAX;
	f->form.bucket = mem_text(c->task->mem, aws_rest_label(c, "Bucket"));
	read_fields(c, f);
}
