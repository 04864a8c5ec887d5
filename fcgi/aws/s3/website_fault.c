/* fcgi/aws/s3/website_fault.c - what a website answers where its bucket has no page for it */
#include <string.h>

#include "fcgi/aws/s3/s3.h"
#include "fcgi/aws/s3/website.h"
#include "shared/base/buf.h"

void
website_ids(struct call *c)
{
	call_header(c, "x-amz-request-id", c->req->id);
	call_header(c, "x-amz-id-2", s3_host_id(c));
}

bool
website_is_head(const struct call *c)
{
	return strcmp(c->req->method, "HEAD") == 0;
}

static void
add_text(struct buf *b, const char *s)
{
	static const char *const escaped[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
	static const char        special[] = "&<>\"'";

	for (; *s != '\0'; s++)
		if (strchr(special, *s) != NULL)
			buf_text(b, escaped[strchr(special, *s) - special]);
		else
			buf_char(b, *s);
}

static void
add_item(struct buf *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_fmt(b, "<li>%s: ", name);
	add_text(b, value);
	buf_text(b, "</li>\n");
}

static const char *
reason(int status)
{
	return status == 403 ? "403 Forbidden" : status == 404 ? "404 Not Found"
	    : status == 405 ? "405 Method Not Allowed" : status == 416
	    ? "416 Requested Range Not Satisfiable" : status == 503 ? "503 Service Unavailable"
	    : status >= 500 ? "500 Internal Server Error" : "400 Bad Request";
}

struct s3_failure
website_failure(struct call *c, const struct fault *f)
{
	return (struct s3_failure){ f, c->task->detail, s3_state(c)->extras };
}

static const char *
message_of(const struct s3_failure *f)
{
	return f->detail != NULL ? f->detail : f->fault->text;
}

void
website_error_headers(struct call *c, const struct s3_failure *f)
{
	c->reply.status = f->fault->status;
	call_header(c, "x-amz-error-code", f->fault->code);
	call_header(c, "x-amz-error-message", message_of(f));
}

static void
add_failure(struct buf *b, const struct s3_failure *f)
{
	const struct s3_extras *x = f->extras;

	add_item(b, "Code", f->fault->code);
	add_item(b, "Message", message_of(f));
	for (size_t i = 0; x != NULL && x->of == f->fault && i < x->n; i++)
		add_item(b, x->list[i].name, x->list[i].value);
}

/* The page of an error that has none of its bucket's own, and why that one is missing. */
void
website_fault(struct call *c, const struct fault *f)
{
	struct s3_failure        why = website_failure(c, f);
	const struct s3_failure *page = &s3_state(c)->page;
	struct buf              *b = &c->reply.body;

	website_ids(c);
	website_error_headers(c, &why);
	call_header(c, "Content-Type", "text/html; charset=utf-8");
	if (website_is_head(c))
		return;
	buf_fmt(b, "<html>\n<head><title>%s</title></head>\n<body>\n<h1>%s</h1>\n<ul>\n",
	    reason(f->status), reason(f->status));
	add_failure(b, &why);
	add_item(b, "RequestId", c->req->id);
	add_item(b, "HostId", s3_host_id(c));
	buf_text(b, "</ul>\n");
	if (page->fault != NULL) {
		buf_text(b, "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document"
		    "</h3>\n<ul>\n");
		add_failure(b, page);
		buf_text(b, "</ul>\n");
	}
	buf_text(b, "<hr/>\n</body>\n</html>\n");
}
