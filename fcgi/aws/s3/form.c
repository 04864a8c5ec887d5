/* fcgi/aws/s3/form.c - forms: their fields, who sent them, and what is answered */
#include "fcgi/aws/s3/form.h"

#include <string.h>
#include <strings.h>

#include "fcgi/auth/sigv4.h"
#include "fcgi/aws/s3/s3.h"
#include "fcgi/aws/s3/state.h"
#include "fcgi/proto/aws_rest.h"
#include "shared/base/text.h"
#include "shared/wire/xml.h"

static struct reading *
reading_of(struct call *c)
{
	return s3_state(c)->form;
}

static bool
to_bucket(struct call *c)
{
	aws_rest_match_as(c, c->service, "GET");
	return aws_rest_label(c, "Bucket") != NULL && aws_rest_label(c, "Key") == NULL;
}

void
form_refuse_other(struct call *c)
{
	if (strcmp(c->req->method, "POST") == 0 && c->req->args.n == 0 && to_bucket(c))
		s3_throw(c, &S3_PRECONDITION, NULL, "Condition",
		    "Bucket POST must be of the enclosure-type multipart/form-data", NULL);
}

const struct op *
form_find(struct call *c)
{
	struct reading *r = reading_of(c);

	if (r == NULL) {
		if (strcmp(c->req->method, "POST") != 0 || c->req->args.n > 0)
			return NULL;
		r = mem_one(c->task->mem, struct reading);
		if (!form_start(&r->parser, request_header(c->req, "content-type")))
			return NULL;
	}
	if (!to_bucket(c))
		return NULL;
	s3_state(c)->form = r;
	if (r->is_put)
		aws_rest_set_label(c, "Key", r->form.key);
	return op_named(c->service, "PutObject");
}

const char *
form_field(const struct s3_form *form, const char *name)
{
	for (size_t i = 0; i < form->n; i++)
		if (strcmp(form->fields[i].name, name) == 0)
			return form->fields[i].value;
	return NULL;
}

static const char *
needed(struct call *c, const struct s3_form *form, const char *name, const char *spelling)
{
	const char *value = form_field(form, name);

	if (value == NULL || *value == '\0')
		s3_throw(c, &S3_INVALID_ARGUMENT, mem_fmt(c->task->mem,
		    "Bucket POST must contain a field named '%s'.  If it is specified, please check the "
		    "order of the fields.", spelling), "ArgumentName", spelling, "ArgumentValue", "", NULL);
	return value;
}

static const char *
resolved_key(struct call *c, struct reading *f)
{
	static const char variable[] = "${filename}";
	const char       *key = needed(c, &f->form, "key", "key"), *at = strstr(key, variable);

	/* A file that is sent as a plain field has no name. */
	if (at == NULL || f->filename == NULL)
		return key;
	return mem_fmt(c->task->mem, "%.*s%s%s", (int)(at - key), key, f->filename,
	    at + strlen(variable));
}

static bool
is_replaced(const char *param)
{
	static const char *const headers[] = { "CONTENT_TYPE=", "CONTENT_LENGTH=", "HTTP_X_AMZ_",
		"HTTP_CONTENT_", "HTTP_CACHE_CONTROL=", "HTTP_EXPIRES=", "HTTP_IF_",
		"HTTP_AUTHORIZATION=", "HTTP_RANGE=" };

	for (size_t i = 0; i < COUNT(headers); i++)
		if (text_starts(param, headers[i]))
			return true;
	return false;
}

/* Fields that a PUT has as headers, and the header's name. */
static const char *
header_of(const char *field)
{
	static const char *const same[] = { "cache-control", "content-disposition", "content-encoding",
		"content-language", "content-md5", "expires" };

	if (strcmp(field, "acl") == 0)
		return "x-amz-acl";
	for (size_t i = 0; i < COUNT(same); i++)
		if (strcmp(field, same[i]) == 0)
			return field;
	return text_starts(field, "x-amz-") && strcmp(field, "x-amz-signature") != 0 &&
	    strcmp(field, "x-amz-content-sha256") != 0 && text_token(field) ? field : NULL;
}

static char *
as_param(struct call *c, const char *header, const char *value)
{
	char *param = mem_fmt(c->task->mem, "HTTP_%s=%s", header, value);

	for (char *p = param; *p != '='; p++)
		*p = (char)(*p == '-' ? '_' : *p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
	return param;
}

/* <Tagging> as the header of a PUT has it: a=b&c=d. */
static const char *
tags_of(struct call *c, const char *text)
{
	const struct xml *x = xml_parse(c->task->mem, text, strlen(text));
	const struct xml *set = x != NULL ? xml_child(x, "TagSet") : NULL;
	struct buf        b = buf_new(c->task->mem);

	if (x != NULL && strcmp(x->name, "Tagging") != 0)
		return ""; /* S3 takes any other document for no tags */
	if (set == NULL)
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	buf_text(&b, "");
	for (const struct xml *t = xml_child(set, "Tag"); t != NULL; t = xml_again(t)) {
		const char *key = xml_child_text(t, "Key"), *value = xml_child_text(t, "Value");

		if (key == NULL || value == NULL)
			task_throw(c->task, &S3_MALFORMED_XML, NULL);
		buf_fmt(&b, "%s%s=%s", b.len > 0 ? "&" : "", uri_encode(c->task->mem, key, false),
		    uri_encode(c->task->mem, value, false));
	}
	return b.data;
}

/* From now on it is a PUT; the real names of fields are known to who asks the signature. */
static void
become_put(struct call *c, struct reading *f)
{
	size_t       n = 0, k = 0;
	char       **old = c->req->params, **params;
	const char  *type = form_field(&f->form, "content-type");

	while (old[n] != NULL)
		n++;
	params = mem_array(c->task->mem, char *, n + f->form.n + 2);
	for (size_t i = 0; i < n; i++)
		if (!is_replaced(old[i]))
			params[k++] = old[i];
	if (type == NULL)
		type = f->file_type;
	params[k++] = mem_fmt(c->task->mem, "CONTENT_TYPE=%s", type);
	for (size_t i = 0; i < f->form.n; i++) {
		const struct s3_form_field *field = &f->form.fields[i];

		if (header_of(field->name) != NULL)
			params[k++] = as_param(c, header_of(field->name), field->value);
		else if (strcmp(field->name, "tagging") == 0)
			params[k++] = as_param(c, "x-amz-tagging", tags_of(c, field->value));
	}
	c->req->params = params;
	c->req->length = -1;
	c->req->read = form_read_file;
	c->req->io = f;
	aws_rest_set_label(c, "Key", f->form.key);
	f->is_put = true;
}

/* The names with which S3's other parts find real ones: of metadata, '_' is not '-'. */
static const char *const *
names_of(struct call *c, const struct s3_form *form)
{
	const char **names = mem_array(c->task->mem, const char *, form->n + 1);

	for (size_t i = 0; i < form->n; i++)
		names[i] = form->fields[i].name;
	return names;
}

static void
verify(struct call *c, const struct sigv4_faults *f, const struct s3_form *form)
{
	bool                sigv2 = form_field(form, "x-amz-credential") == NULL &&
	    form_field(form, "x-amz-signature") == NULL && form_field(form, "x-amz-algorithm") == NULL;
	struct sigv4_policy p = { .policy = form_field(form, "policy"), .sigv2 = sigv2,
		.date = form_field(form, "x-amz-date") };
	const char         *token = form_field(form, "x-amz-security-token");

	if (form_field(form, "awsaccesskeyid") == NULL && form_field(form, "signature") == NULL &&
	    sigv2) {
		c->who = NULL;
		c->auth = NULL;
		return;
	}
	p.policy = needed(c, form, "policy", "policy");
	if (!sigv2)
		needed(c, form, "x-amz-algorithm", "X-Amz-Algorithm");
	p.credential = sigv2 ? needed(c, form, "awsaccesskeyid", "AWSAccessKeyId")
	                     : needed(c, form, "x-amz-credential", "X-Amz-Credential");
	p.signature = sigv2 ? needed(c, form, "signature", "Signature")
	                    : needed(c, form, "x-amz-signature", "X-Amz-Signature");
	sigv4_verify_policy(c, f, &p);
	if (token != NULL && *token != '\0' && !c->env->lenient)
		task_throw(c->task, f->bad_token, NULL);
}

bool
form_authenticate(struct call *c, const struct sigv4_faults *f)
{
	struct reading *r = reading_of(c);
	const char     *policy;

	if (r == NULL)
		return false;
	form_read(c, r);
	r->form.key = resolved_key(c, r);
	if (!r->is_put)
		become_put(c, r);
	verify(c, f, &r->form);
	policy = form_field(&r->form, "policy");
	if (policy != NULL && c->who != NULL) /* what nobody signed binds nobody */
		form_check_policy(c, &r->form, policy);
	if (c->auth != NULL)
		((struct sigv4 *)c->auth)->signed_headers = names_of(c, &r->form);
	return true;
}

void
form_limits(struct call *c, int64_t *least, int64_t *most)
{
	const struct reading *f = reading_of(c);

	*least = f != NULL ? f->form.least : 0;
	if (f != NULL && f->form.most < *most)
		*most = f->form.most;
}

static const char *
answer_header(const struct call *c, const char *name)
{
	for (const struct reply_header *h = c->reply.headers; h != NULL; h = h->next)
		if (strcasecmp(h->name, name) == 0)
			return h->value;
	return "";
}

/* Where it sends its sender; NULL: nowhere, or to what is no address. */
static const char *
redirect_of(struct call *c, const struct s3_form *form, const char *etag)
{
	const char *to = form_field(form, "success_action_redirect");
	struct mem *m = c->task->mem;

	if (to == NULL)
		to = form_field(form, "redirect");
	if (to == NULL || (!text_starts(to, "http://") && !text_starts(to, "https://")))
		return NULL;
	return mem_fmt(m, "%s%cbucket=%s&key=%s&etag=%s", to, strchr(to, '?') != NULL ? '&' : '?',
	    uri_encode(m, form->bucket, false), uri_encode(m, form->key, false),
	    uri_encode(m, etag, false));
}

void
form_answer(struct call *c)
{
	/* Without S3's namespace, as S3 answers forms. */
	static const struct enc_traits traits = { .format = ENC_XML, .declaration = true };

	const struct reading *f = reading_of(c);
	struct mem           *m = c->task->mem;
	const char           *etag, *to, *status, *location;
	struct enc           *e;

	if (f == NULL)
		return;
	etag = answer_header(c, "ETag");
	to = redirect_of(c, &f->form, etag);
	status = form_field(&f->form, "success_action_status");
	location = mem_fmt(m, "%s%s%s/%s", c->base_url, c->sub_host != NULL ? "" : "/",
	    c->sub_host != NULL ? "" : f->form.bucket, uri_encode(m, f->form.key, false));
	c->reply.status = to != NULL ? 303 : 204;
	call_header(c, "Location", to != NULL ? to : location);
	if (to != NULL || status == NULL)
		return;
	if (strcmp(status, "200") == 0)
		c->reply.status = 200;
	if (strcmp(status, "201") != 0)
		return;
	c->reply.status = 201;
	call_header(c, "Content-Type", "application/xml");
	e = enc_new(m, &traits, &c->reply.body);
	enc_struct(e, "PostResponse");
	enc_text(e, "Location", location);
	enc_text(e, "Bucket", f->form.bucket);
	enc_text(e, "Key", f->form.key);
	enc_text(e, "ETag", etag);
	enc_end(e);
}
