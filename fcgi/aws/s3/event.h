/* fcgi/aws/s3/event.h - what a bucket tells queues of changes of its objects */
#ifndef MF_S3_EVENT_H
#define MF_S3_EVENT_H

#include "fcgi/aws/s3/s3.h"
#include "shared/engine/queue.h"

/*
 * Source: "Amazon S3 Event Notifications" and "Event message structure", S3 User Guide.
 *
 * A handler that changes objects does so between s3_event_begin and s3_event_end: where the bucket
 * has queues to tell, the change and its events are one transaction, committed by s3_event_end.
 * Of any other bucket both cost nothing: its configuration is remembered with its access documents
 * (access.h), and the change stays the one statement it was.
 */
struct s3_event {
	const char *name;    /* "ObjectCreated:Put"; NULL: nothing happened to this one */
	const char *key;
	const char *version; /* NULL, "": not told */
	const char *etag;    /* NULL: not told */
	int64_t     size;    /* -1: not told */
	const char *class;   /* where it was moved, or what it was restored from; NULL: neither */
	int64_t     until;   /* so long it is restored; 0: it is not */
};

void s3_event_begin(struct call *c, const char *bucket);
void s3_event_end(struct call *c, const char *bucket, const struct s3_event *list, size_t n);
/* The end for one object: nothing happened unless r is BLOB_OK. with_size: tell it. */
void s3_event_object(struct call *c, const char *bucket, const char *name, enum blob_result r,
    const struct blob_object *o, bool with_size);
/* The same for what was deleted from a key; named: a version was. */
struct s3_event s3_event_removed(const char *key, const struct blob_removed *out, bool named);

/*
 * What happened in a space of ours by itself (blob_happened_take) becomes events; returns how many
 * such things there were.  As the service's `tell` (call.h).
 */
size_t s3_event_tell(struct task *t, const struct world *world, int64_t space);

/* A rule's value of that name, "Prefix" or "Suffix"; "": none (notification.c). */
const char *event_filter(const struct xml *rule, const char *name);
/* The parts of arn:aws:sqs:region:account:name; it was checked. */
struct queue_name event_target(struct call *c, const char *arn);
/* s3:TestEvent to every queue that x names. */
void event_test(struct call *c, const struct xml *x);

#endif
