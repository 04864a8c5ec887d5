/* fcgi/aws/s3/lock.c - object lock: retention, legal hold, and what a bucket has for all */
#include <string.h>
#include <strings.h>

#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/event.h"
#include "fcgi/aws/s3/state.h"
#include "fcgi/aws/s3/version.h"
#include "fcgi/proto/aws_rest.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/wire/xml.h"

/* "Object Lock considerations", Amazon S3 User Guide. */
enum { MOST_DAYS = 36500, MOST_YEARS = 100 };

static const char MODE[] = "x-amz-object-lock-mode";
static const char UNTIL[] = "x-amz-object-lock-retain-until-date";
static const char HOLD[] = "x-amz-object-lock-legal-hold";
static const char BYPASS[] = "x-amz-bypass-governance-retention";

static bool
is_mode(const char *s)
{
	return strcmp(s, "GOVERNANCE") == 0 || strcmp(s, "COMPLIANCE") == 0;
}

static bool
is_hold(const char *s)
{
	return strcmp(s, "ON") == 0 || strcmp(s, "OFF") == 0;
}

static _Noreturn void
bad_argument(struct call *c, const char *why, const char *name, const char *value)
{
	s3_throw(c, &S3_INVALID_ARGUMENT, why, "ArgumentName", name, "ArgumentValue",
	    value != NULL && text_utf8(value, strlen(value)) ? value : NULL, NULL);
}

static void
check_future(struct call *c, int64_t until, const char *name, const char *value)
{
	if (until <= c->space.now)
		bad_argument(c, "The retain until date must be in the future!", name, value);
}

struct blob_lock
s3_lock_headers(struct call *c)
{
	const char      *mode = s3_header(c, MODE), *until = s3_header(c, UNTIL);
	struct blob_lock l = { .mode = mode, .hold = s3_header(c, HOLD) };

	if ((mode == NULL) != (until == NULL))
		bad_argument(c, "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both "
		    "be supplied", mode == NULL ? MODE : UNTIL, NULL);
	if (mode != NULL && !is_mode(mode))
		bad_argument(c, "Unknown wormMode directive.", MODE, mode);
	if (until != NULL && !clock_parse_iso(until, &l.until))
		bad_argument(c, "The retain until date must be provided in ISO 8601 format", UNTIL, until);
	if (until != NULL)
		check_future(c, l.until, UNTIL, until);
	if (l.hold != NULL && !is_hold(l.hold))
		bad_argument(c, "Legal Hold must be either of 'ON' or 'OFF'", HOLD, l.hold);
	return l;
}

void
s3_put_lock_headers(struct call *c, const struct blob_lock *l)
{
	call_header(c, MODE, l->mode);
	if (l->mode != NULL)
		call_header(c, UNTIL, clock_iso_milli(c->task->mem, l->until));
	call_header(c, HOLD, l->hold);
}

bool
s3_passes_governance(struct call *c, bool *asked)
{
	const char *value = s3_header(c, BYPASS), *key;

	*asked = value != NULL;
	if (value == NULL || strcasecmp(value, "true") != 0)
		return false;
	key = aws_rest_label(c, "Key");
	return s3_may(c, s3_bucket(c), key != NULL ? key : "",
	    "s3:BypassGovernanceRetention") == S3_MAY;
}

/* In the model since 2026; ignoring it would leave unlocked what was to be locked. */
static void
refuse_event_holds(struct call *c, const struct xml *x, const char *element)
{
	if (x != NULL && xml_child(x, element) != NULL)
		task_throw(c->task, &S3_NOT_BUILT, "Event holds are not built.");
}

void
s3_get_object_lock_configuration(struct call *c)
{
	struct blob_bucket b = s3_find_bucket(c);

	if (!b.locks)
		s3_throw(c, &S3_NO_LOCK_CONFIGURATION, NULL, "BucketName", b.name, NULL);
	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, "ObjectLockConfiguration");
	enc_text(c->out, "ObjectLockEnabled", "Enabled");
	if (b.lock_mode != NULL) {
		enc_struct(c->out, "Rule");
		enc_struct(c->out, "DefaultRetention");
		enc_text(c->out, "Mode", b.lock_mode);
		if (b.lock_days > 0)
			enc_int(c->out, "Days", b.lock_days);
		else
			enc_int(c->out, "Years", b.lock_years);
		enc_end(c->out);
		enc_end(c->out);
	}
	enc_end(c->out);
}

/* Of <Days> or <Years>. */
static int64_t
period(struct call *c, const char *text, int64_t most, const char *name)
{
	int64_t n;

	if (!text_i64(text, INT32_MIN, INT32_MAX, &n))
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	if (n <= 0)
		s3_throw(c, &S3_INVALID_ARGUMENT,
		    "Default retention period must be a positive integer value.", "ArgumentName", name,
		    NULL);
	if (n > most)
		s3_throw(c, &S3_INVALID_ARGUMENT, mem_fmt(c->task->mem,
		    "Default retention period cannot be greater than %lld %s.", (long long)most,
		    text_lower(c->task->mem, name)), "ArgumentName", name, NULL);
	return n;
}

static void
read_rule(struct call *c, const struct xml *rule, struct blob_bucket *b)
{
	const struct xml *x = xml_child(rule, "DefaultRetention");
	const char       *days = x != NULL ? xml_child_text(x, "Days") : NULL;
	const char       *years = x != NULL ? xml_child_text(x, "Years") : NULL;

	refuse_event_holds(c, x, "DefaultEventHold");
	b->lock_mode = x != NULL ? xml_child_text(x, "Mode") : NULL;
	if (b->lock_mode == NULL || !is_mode(b->lock_mode) || (days == NULL) == (years == NULL))
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	if (days != NULL)
		b->lock_days = period(c, days, MOST_DAYS, "Days");
	else
		b->lock_years = period(c, years, MOST_YEARS, "Years");
}

void
s3_put_object_lock_configuration(struct call *c)
{
	const char        *name = s3_bucket(c), *enabled;
	const struct xml  *x = s3_xml(c, "ObjectLockConfiguration"), *rule;
	struct blob_bucket b = { 0 };
	enum blob_result   r;

	if (x == NULL)
		task_throw(c->task, &S3_NO_BODY, NULL);
	enabled = xml_child_text(x, "ObjectLockEnabled");
	if (enabled == NULL || strcmp(enabled, "Enabled") != 0)
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	if ((rule = xml_child(x, "Rule")) != NULL)
		read_rule(c, rule, &b);
	r = blob_set_locks(c->task, &c->space, s3_owner(c), name, &b);
	if (r == BLOB_FIXED)
		s3_throw(c, &S3_BUCKET_STATE, "Versioning must be 'Enabled' on the bucket to apply a "
		    "Object Lock configuration", NULL);
	if (r != BLOB_OK)
		s3_throw_result(c, r, name, NULL);
}

/* What reads or changes a lock words it otherwise than what makes an object with one. */
static _Noreturn void
no_locks(struct call *c)
{
	s3_throw(c, &S3_INVALID_REQUEST, "Bucket is missing Object Lock Configuration", NULL);
}

/* The object a request is about, in a bucket with locks. */
static struct blob_object
find_locked(struct call *c)
{
	struct blob_object o;

	s3_find_version(c, s3_bucket(c), s3_key(c), false, &o);
	if (!o.locks)
		no_locks(c);
	return o;
}

void
s3_get_object_retention(struct call *c)
{
	struct blob_object o = find_locked(c);

	if (o.lock.mode == NULL)
		task_throw(c->task, &S3_NO_LOCK, NULL);
	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, "Retention");
	enc_text(c->out, "Mode", o.lock.mode);
	enc_text(c->out, "RetainUntilDate", clock_iso_milli(c->task->mem, o.lock.until));
	enc_end(c->out);
}

void
s3_get_object_legal_hold(struct call *c)
{
	struct blob_object o = find_locked(c);

	if (o.lock.hold == NULL)
		task_throw(c->task, &S3_NO_LOCK, NULL);
	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, "LegalHold");
	enc_text(c->out, "Status", o.lock.hold);
	enc_end(c->out);
}

/* An empty <Retention> ends what there is. */
static struct blob_lock
wanted_retention(struct call *c)
{
	const struct xml *x = s3_xml(c, "Retention");
	const char       *until = x != NULL ? xml_child_text(x, "RetainUntilDate") : NULL;
	struct blob_lock  l = { .mode = x != NULL ? xml_child_text(x, "Mode") : NULL };

	refuse_event_holds(c, x, "EventHold");
	refuse_event_holds(c, x, "EventHoldDuration");
	if (x == NULL || (l.mode == NULL) != (until == NULL) ||
	    (l.mode != NULL && (!is_mode(l.mode) || !clock_parse_iso(until, &l.until))))
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	if (until != NULL)
		check_future(c, l.until, "RetainUntilDate", clock_pacific(c->task->mem, l.until));
	return l;
}

void
s3_put_object_retention(struct call *c)
{
	const char        *bucket = s3_bucket(c), *key = s3_key(c), *version = s3_version_arg(c);
	struct blob_lock   l = wanted_retention(c);
	struct blob_object o;
	bool               asked, passes = s3_passes_governance(c, &asked);
	enum blob_result   r;

	s3_event_begin(c, bucket);
	r = blob_retain(c->task, &c->space, s3_owner(c), bucket, key, version, &l, passes, &o);
	s3_event_object(c, bucket, "ObjectRetention:Put", r, &o, false);
	if (r == BLOB_NO_LOCKS)
		no_locks(c);
	if (r != BLOB_OK)
		s3_throw_version(c, r, bucket, key, version, &o);
}

void
s3_put_object_legal_hold(struct call *c)
{
	const char        *bucket = s3_bucket(c), *key = s3_key(c), *version = s3_version_arg(c);
	const struct xml  *x = s3_xml(c, "LegalHold");
	const char        *hold = x != NULL ? xml_child_text(x, "Status") : NULL;
	struct blob_object o;
	enum blob_result   r;

	if (hold == NULL || !is_hold(hold))
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	r = blob_hold(c->task, &c->space, s3_owner(c), bucket, key, version, hold, &o);
	if (r == BLOB_NO_LOCKS)
		no_locks(c);
	if (r != BLOB_OK)
		s3_throw_version(c, r, bucket, key, version, &o);
}
