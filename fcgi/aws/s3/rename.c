/* fcgi/aws/s3/rename.c - RenameObject */
#include <string.h>

#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/event.h"
#include "fcgi/aws/s3/version.h"
#include "shared/base/text.h"
#include "shared/engine/blob_rename.h"
#include "shared/wire/digest.h"
#include "shared/wire/uri.h"

/*
 * Source: "RenameObject", S3 API Reference; "Renaming objects in directory buckets", User Guide.
 * S3 has it for directory buckets only; here any bucket has it, with what such buckets do not know
 * (versions, locks, lists, events) decided in docs/decisions/2026-11-23-rename.md.
 */
enum { TOKEN_MAX = 64 };

static const char SOURCE[] = "x-amz-rename-source", TOKEN[] = "x-amz-client-token";

/* All that tells one request from another, besides bucket and keys. */
static const char *const conditions[] = { "if-match", "if-none-match", "if-modified-since",
	"if-unmodified-since", "x-amz-rename-source-if-match", "x-amz-rename-source-if-none-match",
	"x-amz-rename-source-if-modified-since", "x-amz-rename-source-if-unmodified-since" };

static _Noreturn void
bad_header(struct call *c, const char *name, const char *value)
{
	s3_throw(c, &S3_INVALID_ARGUMENT, NULL, "ArgumentName", name, "ArgumentValue", value, NULL);
}

static void
check_renamable(struct call *c, const char *key)
{
	s3_check_key(c, key);
	if (text_ends(key, "/"))
		s3_throw(c, &S3_INVALID_REQUEST,
		    "Objects whose keys end with a slash (/) cannot be renamed.", NULL);
}

/* The key, percent-encoded, with or without a slash before it. */
static const char *
source_key(struct call *c)
{
	const char *header = s3_header(c, SOURCE), *key;

	if (header == NULL)
		s3_throw(c, &S3_INVALID_REQUEST,
		    "Missing required header for this request: x-amz-rename-source", NULL);
	key = uri_decode(c->task->mem, header, strlen(header), NULL);
	if (key == NULL)
		bad_header(c, SOURCE, header);
	if (*key == '/')
		key++;
	check_renamable(c, key);
	return key;
}

static const char *
client_token(struct call *c)
{
	const char *token = s3_header(c, TOKEN);
	size_t      n = token != NULL ? strlen(token) : 0;

	if (n > TOKEN_MAX)
		bad_header(c, TOKEN, token);
	for (size_t i = 0; i < n; i++)
		if (token[i] < '!' || token[i] > '~')
			bad_header(c, TOKEN, token);
	return n > 0 ? token : NULL;
}

static const char *
asked_for(struct call *c, const char *bucket, const char *from, const char *to)
{
	struct buf b = buf_new(c->task->mem);

	buf_fmt(&b, "%s\n%s\n%s", bucket, from, to);
	for (size_t i = 0; i < COUNT(conditions); i++) {
		const char *value = s3_header(c, conditions[i]);

		buf_fmt(&b, "\n%s", value != NULL ? value : "");
	}
	return digest_hex(c->task->mem, DIGEST_SHA256, b.data, b.len);
}

static bool
has_source_condition(struct call *c)
{
	for (size_t i = 0; i < COUNT(conditions); i++)
		if (text_starts(conditions[i], SOURCE) && s3_header(c, conditions[i]) != NULL)
			return true;
	return false;
}

/*
 * Look at the source, where it must be: its state in what->seq.  NULL: it is as wanted; else the
 * condition that does not hold, or "" where there is no object.
 */
static const char *
look(struct call *c, const char *bucket, bool by_list, struct blob_renaming *what)
{
	struct blob_object o;
	enum blob_result   r;
	const char        *broken;

	if (!by_list && !has_source_condition(c))
		return NULL;
	what->seq = BLOB_NO_SEQ;
	r = blob_get(c->task, &c->space, s3_owner(c), bucket, what->from, NULL, false, &o);
	if (r != BLOB_OK && r != BLOB_NO_KEY)
		s3_throw_result(c, r, bucket, what->from);
	if (r == BLOB_NO_KEY)
		return "";
	s3_check_object(c, bucket, &o);
	broken = s3_rename_condition(c, &o);
	if (broken == NULL)
		what->seq = o.seq;
	return broken;
}

/* It ceases to be under the one key, and is created under the other. */
static void
tell(struct call *c, const char *bucket, const struct blob_renaming *what, enum blob_result r,
    const struct blob_moved *m)
{
	struct blob_removed gone = { .versioned = m->versioned, .version = m->gone,
		.marker = m->gone != NULL };
	struct s3_event     list[2];
	bool                moved = r == BLOB_OK && !m->again && strcmp(what->from, what->to) != 0;

	list[0] = s3_event_removed(what->from, &gone, false);
	list[1] = (struct s3_event){ .name = "ObjectCreated:Copy", .key = what->to,
		.version = m->version, .etag = m->etag, .size = m->size };
	s3_event_end(c, bucket, list, moved ? COUNT(list) : 0);
}

void
s3_rename_object(struct call *c)
{
	const char             *bucket = s3_bucket(c), *broken;
	const struct s3_access *a = s3_access(c, bucket);
	struct blob_renaming    what = { .from = source_key(c), .to = s3_key(c),
		.account = s3_caller(c), .token = client_token(c),
		.marker_owner = s3_acl_disabled(a) ? a->docs.owner : s3_caller(c) };
	struct blob_moved       m = { 0 };
	enum blob_result        r;
	bool                    by_list;

	check_renamable(c, what.to);
	by_list = s3_may(c, bucket, what.from, "s3:GetObject") == S3_ASK;
	s3_demand(c, bucket, what.from, "s3:GetObject");
	s3_demand(c, bucket, what.from, "s3:DeleteObject");
	s3_rename_target(c, &what);
	what.asked = asked_for(c, bucket, what.from, what.to);
	broken = look(c, bucket, by_list, &what);
	s3_event_begin(c, bucket);
	r = blob_rename(c->task, &c->space, s3_owner(c), bucket, &what, &m);
	tell(c, bucket, &what, r, &m);
	if (r == BLOB_REUSED)
		task_throw(c->task, &S3_TOKEN_MISMATCH, NULL);
	if (r == BLOB_UNMET)
		s3_throw_unmet_target(c, &what);
	if (r == BLOB_NO_KEY && broken != NULL && *broken != '\0')
		s3_throw(c, &S3_PRECONDITION, NULL, "Condition", broken, NULL);
	if (r != BLOB_OK)
		s3_throw_result(c, r, bucket, what.from);
	if (*m.version != '\0')
		call_header(c, "x-amz-version-id", m.version);
}
