/* fcgi/aws/s3/restore.c - RestoreObject, and whether an archived object can be read */
#include <string.h>

#include "fcgi/aws/s3/document.h"
#include "fcgi/aws/s3/event.h"
#include "fcgi/aws/s3/version.h"
#include "shared/base/clock.h"
#include "shared/engine/blob_restore.h"
#include "shared/wire/xml.h"

/*
 * Source: "RestoreObject", S3 API Reference; "Archive retrieval options" and "Working with archived
 * objects", User Guide.  A copy is there after the least time that S3 names for its tier, by the
 * environment's clock: who does not want to wait advances that.
 */
enum { MOST_DAYS = 1000000 };

static const char ARCHIVE[] = "GLACIER", DEEP[] = "DEEP_ARCHIVE";

static const char *const tiers[] = { "Expedited", "Standard", "Bulk", NULL };
static const char *const types[] = { "SELECT", NULL };
/* In the order of tiers; 0: there is no such retrieval. */
static const int64_t from_archive[] = { MINUTE, 3 * HOUR, 5 * HOUR };
static const int64_t from_deep[] = { 0, 12 * HOUR, 48 * HOUR };

static const struct field job[] = {
	{ .name = "Tier", .kind = FIELD_WORD, .least = 1, .most = 1, .words = tiers },
	{ .name = NULL },
};
static const struct field request[] = {
	{ .name = "Days", .kind = FIELD_NUMBER, .most = 1 },
	{ .name = "GlacierJobParameters", .kind = FIELD_STRUCT, .most = 1, .members = job },
	{ .name = "Type", .kind = FIELD_WORD, .most = 1, .words = types },
	{ .name = "Tier", .kind = FIELD_WORD, .most = 1, .words = tiers },
	{ .name = "Description", .kind = FIELD_TEXT, .most = 1 },
	{ .name = NULL },
};

/* One restore as it was asked for. */
struct wish {
	int64_t days; /* 0: not said */
	int64_t rank; /* of tiers */
};

bool
s3_is_archive(const char *storage_class)
{
	return strcmp(storage_class, ARCHIVE) == 0 || strcmp(storage_class, DEEP) == 0;
}

static bool
has_copy(const struct call *c, const struct blob_object *o)
{
	return s3_is_archive(o->storage_class) && o->restored.ready_at != 0 &&
	    c->space.now < o->restored.until_at;
}

bool
s3_archived(const struct call *c, const struct blob_object *o)
{
	return s3_is_archive(o->storage_class) &&
	    !(has_copy(c, o) && o->restored.ready_at <= c->space.now);
}

void
s3_restore_header(struct call *c, const struct blob_object *o)
{
	if (!has_copy(c, o))
		return;
	if (s3_archived(c, o))
		call_header(c, "x-amz-restore", "ongoing-request=\"true\"");
	else
		call_header(c, "x-amz-restore", mem_fmt(c->task->mem,
		    "ongoing-request=\"false\", expiry-date=\"%s\"",
		    clock_http(c->task->mem, o->restored.until_at)));
}

void
s3_restore_status(struct call *c, const struct blob_object *o)
{
	if (!has_copy(c, o))
		return;
	enc_struct(c->out, "RestoreStatus");
	enc_bool(c->out, "IsRestoreInProgress", s3_archived(c, o));
	if (!s3_archived(c, o))
		enc_text(c->out, "RestoreExpiryDate", clock_iso_milli(c->task->mem,
		    o->restored.until_at));
	enc_end(c->out);
}

static int64_t
rank_of(const char *tier)
{
	int64_t rank = 0;

	while (strcmp(tiers[rank], tier) != 0)
		rank++;
	return rank;
}

static void
refuse_queries(struct call *c, const struct xml *x)
{
	if (xml_child(x, "Type") != NULL || xml_child(x, "SelectParameters") != NULL ||
	    xml_child(x, "OutputLocation") != NULL)
		task_throw(c->task, &S3_NOT_BUILT, "Queries of archived objects are not built.");
}

static struct wish
read_wish(struct call *c)
{
	const struct xml *x = s3_xml(c, "RestoreRequest"), *parameters;
	struct wish       w = { .rank = rank_of("Standard") };
	const char       *tier;

	if (x == NULL)
		return w;
	refuse_queries(c, x);
	x = document_check(c, x, request);
	parameters = xml_child(x, "GlacierJobParameters");
	tier = xml_child_text(parameters != NULL ? parameters : x, "Tier");
	if (tier != NULL)
		w.rank = rank_of(tier);
	if (document_number(x, "Days", &w.days) && (w.days < 1 || w.days > MOST_DAYS))
		s3_throw(c, &S3_INVALID_ARGUMENT, "restoration days should be at least 1", "ArgumentName",
		    "Days", "ArgumentValue", xml_child_text(x, "Days"), NULL);
	return w;
}

static _Noreturn void
not_archived(struct call *c, const struct blob_object *o, const struct wish *w)
{
	if (strcmp(o->storage_class, "INTELLIGENT_TIERING") == 0 && w->days != 0)
		s3_throw(c, &S3_INVALID_ARGUMENT, "INTELLIGENT_TIERING objects are not subject to restore "
		    "expiry. Do not specify Days when restoring this object", "ArgumentName", "Days", NULL);
	s3_throw(c, &S3_ARCHIVED, "Restore is not allowed for the object's current storage class",
	    "StorageClass", o->storage_class, NULL);
}

static int64_t
time_needed(struct call *c, const struct blob_object *o, const struct wish *w)
{
	int64_t time = (strcmp(o->storage_class, DEEP) == 0 ? from_deep : from_archive)[w->rank];

	if (time == 0)
		s3_throw(c, &S3_INVALID_ARGUMENT, "Retrieval option is not supported by this storage class",
		    "ArgumentName", "Tier", "ArgumentValue", tiers[w->rank], NULL);
	return time;
}

/* The midnight (UTC) after so many days. */
static int64_t
end_of(int64_t from, int64_t days)
{
	return ((from + days * DAY) / DAY + 1) * DAY;
}

/* What the object is to have: a first copy, the same one sooner, or for longer. */
static struct blob_restored
copy_wanted(struct call *c, const struct blob_object *o, const struct wish *w)
{
	int64_t              time = time_needed(c, o, w);
	struct blob_restored r = { .rank = w->rank, .ready_at = c->space.now + time };

	if (w->days == 0)
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	r.until_at = end_of(r.ready_at, w->days);
	if (!has_copy(c, o))
		return r;
	if (!s3_archived(c, o))
		return (struct blob_restored){ o->restored.ready_at, end_of(c->space.now, w->days),
			o->restored.rank };
	if (w->rank >= o->restored.rank)
		task_throw(c->task, &S3_RESTORING, NULL);
	r.until_at = o->restored.until_at;
	if (r.ready_at > o->restored.ready_at)
		r.ready_at = o->restored.ready_at;
	return r;
}

void
s3_restore_object(struct call *c)
{
	const char          *bucket = s3_bucket(c), *key = s3_key(c);
	struct wish          w = read_wish(c);
	struct blob_object   o;
	struct blob_restored copy;
	enum blob_result     r;
	bool                 first;

	s3_find_version(c, bucket, key, false, &o);
	if (!s3_is_archive(o.storage_class))
		not_archived(c, &o, &w);
	copy = copy_wanted(c, &o, &w);
	first = !has_copy(c, &o);
	s3_event_begin(c, bucket);
	r = blob_restore(c->task, &c->space, s3_owner(c), bucket, &o, &copy);
	s3_event_object(c, bucket, first ? "ObjectRestore:Post" : NULL, r, &o, true);
	if (r != BLOB_OK)
		s3_throw_result(c, r, bucket, key);
	c->reply.status = s3_archived(c, &o) ? 202 : 200;
}
