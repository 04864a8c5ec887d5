/* fcgi/aws/s3/access.c - who may do what with a bucket and its objects */
#include "fcgi/aws/s3/access.h"

#include <string.h>

#include "fcgi/aws/s3/s3.h"
#include "fcgi/aws/s3/state.h"
#include "fcgi/memo.h"

enum { MOST_REMEMBERED = 256 << 10 };

const char S3_ANONYMOUS[] = "anonymous";

/* What the list of an object is still to allow. */
struct asked {
	struct asked *next;
	const char   *bucket, *key, *action;
	bool          by_policy; /* the policy allows, which counts for the bucket owner's objects */
};

const char *
s3_caller(const struct call *c)
{
	return c->who != NULL ? c->who->account_id : S3_ANONYMOUS;
}

bool
s3_is_owner(const struct call *c, const struct s3_access *a)
{
	return strcmp(a->docs.owner, s3_caller(c)) == 0;
}

bool
s3_acl_disabled(const struct s3_access *a)
{
	return a->docs.ownership != NULL && strcmp(a->docs.ownership, BLOB_ENFORCED) == 0;
}

bool
s3_shuts(const struct s3_access *a, int64_t bit)
{
	return a->docs.shut != BLOB_NOT_SAID && (a->docs.shut & bit) != 0;
}

static void *
copy_docs(struct mem *m, const void *docs)
{
	return blob_access_copy(m, docs);
}

/* The process's memory is nobody's to fill (memo.h): what is larger is read each time. */
static bool
fits_memory(const struct blob_access *docs)
{
	const char *const texts[] = { docs->notification, docs->lifecycle, docs->encryption };
	size_t            n = 0;

	for (size_t i = 0; i < COUNT(texts); i++)
		n += texts[i] != NULL ? strlen(texts[i]) : 0;
	return n <= MOST_REMEMBERED;
}

static void
remember(struct call *c, const char *bucket, const struct blob_access *docs)
{
	if (fits_memory(docs))
		memo_put(c->world->memo, &c->space, bucket, docs, copy_docs);
	else
		s3_access_forget(c, bucket);
}

static void
read_policy(struct call *c, struct s3_access *a)
{
	const char *why;

	a->policy = NULL;
	a->is_public = false;
	if (a->docs.policy == NULL)
		return;
	a->policy = policy_parse(c->task->mem, a->docs.policy, strlen(a->docs.policy), false, &why);
	if (a->policy == NULL)
		task_throw(c->task, &FAULT_INTERNAL, "the policy of %s: %s", a->bucket, why);
	a->is_public = policy_public(c->task->mem, a->policy);
}

static void
look(struct call *c, struct s3_access *a)
{
	if (blob_access_find(c->task, &c->space, a->bucket, &a->docs) != BLOB_OK) {
		memo_forget(c->world->memo, &c->space, a->bucket);
		s3_throw_result(c, BLOB_NO_BUCKET, a->bucket, NULL);
	}
	remember(c, a->bucket, &a->docs);
	a->remembered = false;
	a->events = a->cycle = NULL;
	read_policy(c, a);
}

struct s3_access *
s3_access(struct call *c, const char *bucket)
{
	struct s3_state    *s = s3_state(c);
	struct s3_access   *a = s->access;
	struct blob_access *docs;

	while (a != NULL && strcmp(a->bucket, bucket) != 0)
		a = a->next;
	if (a != NULL)
		return a;
	a = mem_one(c->task->mem, struct s3_access);
	a->bucket = bucket;
	docs = memo_get(c->world->memo, c->task, &c->space, bucket, copy_docs);
	if (docs == NULL) {
		look(c, a);
	} else {
		a->docs = *docs;
		a->remembered = true;
		read_policy(c, a);
	}
	a->next = s->access;
	return s->access = a;
}

void
s3_access_look(struct call *c, struct s3_access *a)
{
	if (a->remembered)
		look(c, a);
}

void
s3_access_set(struct call *c, struct s3_access *a, enum blob_access_part part,
    struct blob_access *docs)
{
	enum blob_result r;

	docs->owner = a->docs.owner;
	r = blob_access_set(c->task, &c->space, a->bucket, part, docs);
	if (r != BLOB_OK)
		s3_throw_result(c, r, a->bucket, NULL);
	s3_access_forget(c, a->bucket);
}

void
s3_access_new(struct call *c, const char *bucket, const struct blob_access *docs)
{
	if (docs != NULL)
		remember(c, bucket, docs);
	else
		s3_access_forget(c, bucket);
}

void
s3_access_forget(struct call *c, const char *bucket)
{
	memo_forget(c->world->memo, &c->space, bucket);
}

/* The root of the bucket's account can always mend its policy. */
static bool
is_above_policy(const struct call *c, const struct s3_access *a, const char *action)
{
	return s3_is_owner(c, a) && (strcmp(action, "s3:GetBucketPolicy") == 0 ||
	                             strcmp(action, "s3:PutBucketPolicy") == 0 ||
	                             strcmp(action, "s3:DeleteBucketPolicy") == 0);
}

static enum policy_effect
ask_policy(struct s3_asking *q)
{
	struct call          *c = q->c;
	struct policy_caller  who;
	struct policy_request r = { .action = q->action, .values = s3_condition_values, .arg = q };

	if (q->a->policy == NULL || is_above_policy(c, q->a, q->action))
		return POLICY_NEUTRAL;
	r.resource = mem_fmt(c->task->mem, "arn:aws:s3:::%s%s%s", q->a->bucket,
	    q->key != NULL ? "/" : "", q->key != NULL ? q->key : "");
	if (c->who != NULL) {
		who = (struct policy_caller){ .account = c->who->account_id,
			.canonical = c->who->owner_id,
			.arn = mem_fmt(c->task->mem, "arn:aws:iam::%s:root", c->who->account_id) };
		r.who = &who;
	}
	return policy_decide(c->task->mem, q->a->policy, &r);
}

/* DENIED: whatever else there is. */
enum verdict { NO, YES, BY_OBJECT, BY_POLICY_OR_OBJECT, DENIED };

static enum verdict
decide(struct s3_asking *q)
{
	enum policy_effect effect = ask_policy(q);
	struct s3_access  *a = q->a;
	bool               owner = s3_is_owner(q->c, a), allowed = effect == POLICY_ALLOWED;
	bool               lists = !s3_acl_disabled(a);

	if (effect == POLICY_DENIED)
		return DENIED;
	/* A public policy is for nobody but the bucket's own account. */
	if (a->is_public && s3_shuts(a, BLOB_RESTRICT) && !owner)
		allowed = false;
	if (owner)
		allowed = true;
	if (lists && q->key != NULL && s3_permission_of_object(q->action) != S3_NOTHING)
		return allowed ? BY_POLICY_OR_OBJECT : BY_OBJECT;
	if (allowed)
		return YES;
	if (lists && (s3_granted(q->c, a, &a->docs.acl) & s3_permission_of_bucket(q->action)) != 0)
		return YES;
	return NO;
}

static enum verdict
decide_now(struct s3_asking *q)
{
	enum verdict v = decide(q);

	if ((v != NO && v != DENIED) || !q->a->remembered)
		return v;
	look(q->c, q->a);
	return decide(q);
}

static void
leave_to_object(struct call *c, const char *bucket, const char *key, const char *action,
    bool by_policy)
{
	struct asked *q = mem_one(c->task->mem, struct asked);

	*q = (struct asked){ s3_state(c)->asked, bucket, key, action, by_policy };
	s3_state(c)->asked = q;
}

enum s3_answer
s3_may(struct call *c, const char *bucket, const char *key, const char *action)
{
	struct s3_asking q = { c, s3_access(c, bucket), key, action, NULL };
	enum verdict     v = decide_now(&q);

	return v == YES ? S3_MAY : v == NO || v == DENIED ? S3_MAY_NOT : S3_ASK;
}

bool
s3_may_miss(struct call *c, const char *bucket, const char *key)
{
	struct s3_asking q = { c, s3_access(c, bucket), NULL, "s3:ListBucket", key };

	return decide_now(&q) == YES;
}

void
s3_deny(struct call *c, const struct s3_access *a, const char *key, const char *action,
    const char *why)
{
	if (!s3_is_owner(c, a))
		task_throw(c->task, &S3_ACCESS_DENIED, NULL);
	s3_throw(c, &S3_ACCESS_DENIED, mem_fmt(c->task->mem,
	    "User: arn:aws:iam::%s:root is not authorized to perform: %s on resource: "
	    "\"arn:aws:s3:::%s%s%s\" %s", s3_caller(c), action, a->bucket, key != NULL ? "/" : "",
	    key != NULL ? key : "", why), NULL);
}

void
s3_demand(struct call *c, const char *bucket, const char *key, const char *action)
{
	struct s3_asking q = { c, s3_access(c, bucket), key, action, NULL };
	enum verdict     v = decide_now(&q);

	if (v == DENIED)
		s3_deny(c, q.a, key, action, "with an explicit deny in a resource-based policy");
	if (v == NO)
		task_throw(c->task, &S3_ACCESS_DENIED, NULL);
	if (v == BY_OBJECT || v == BY_POLICY_OR_OBJECT)
		leave_to_object(c, bucket, key, action, v == BY_POLICY_OR_OBJECT);
}

static bool
object_allows(struct call *c, const struct s3_access *a, const struct asked *q,
    const struct blob_object *o)
{
	if (q->by_policy && strcmp(o->owner, a->docs.owner) == 0)
		return true;
	if (c->who != NULL && strcmp(o->owner, c->who->account_id) == 0)
		return true;
	return (s3_granted(c, a, &o->acl) & s3_permission_of_object(q->action)) != 0;
}

void
s3_check_object(struct call *c, const char *bucket, const struct blob_object *o)
{
	struct asked **q = &s3_state(c)->asked;

	while (*q != NULL) {
		struct s3_access *a = s3_access(c, (*q)->bucket);

		if (strcmp((*q)->bucket, bucket) != 0 || strcmp((*q)->key, o->key) != 0) {
			q = &(*q)->next;
			continue;
		}
		if (!object_allows(c, a, *q, o) && a->remembered) {
			look(c, a); /* throws when the environment is another by now */
			continue;
		}
		if (!object_allows(c, a, *q, o))
			task_throw(c->task, &S3_ACCESS_DENIED, NULL);
		*q = (*q)->next;
	}
}

void
s3_check_asked(struct call *c)
{
	if (s3_state(c)->asked != NULL)
		task_throw(c->task, &S3_ACCESS_DENIED, NULL);
}

void
s3_demand_besides(struct call *c, const char *bucket, const char *key, const char *action)
{
	struct s3_access *a = s3_access(c, bucket);
	struct s3_asking  q = { c, a, key, action, NULL };

	if (s3_acl_disabled(a) || (s3_granted(c, a, &a->docs.acl) & S3_WRITE) == 0 ||
	    decide_now(&q) == DENIED)
		s3_demand(c, bucket, key, action);
}
