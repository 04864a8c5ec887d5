/* shared/core/audit.h - who changed what */
#ifndef MF_AUDIT_H
#define MF_AUDIT_H

#include <stddef.h>
#include <stdint.h>

struct task;

/*
 * Rows are added by the transaction that is the change, or alone when it was refused, and never
 * altered: the table's triggers see to that.  mf-collect removes those older than MF_AUDIT_DAYS.
 */
struct audit {
	int64_t     id;
	int64_t     at;
	const char *request_id;
	const char *operation; /* "StopEnvironment" */
	const char *resource;  /* "env-abc123defg"; NULL: none, or none yet */
	const char *actor;     /* the key, session or program, "key-abc123defg"; NULL: none yet */
	const char *address;   /* the client's; "local": a program's */
	int64_t     status;    /* the answer's */
	const char *code;      /* the problem's; NULL: it was done */
};

/* The actor is the session (0: none), else the key whose prefix a->actor is. */
void audit_add(struct task *t, int64_t account, int64_t session, const struct audit *a);

/* The same for what a program of this host did, in its transaction: "mf-admin", "mf-sweep". */
void audit_note(struct task *t, int64_t account, const char *program, const char *operation,
    const char *resource);

struct audit_filter {
	const char *operation, *resource, *actor, *outcome; /* "done", "refused"; NULL: any */
	int64_t     from, to;                               /* 0: without end */
};
/* Up to `most`, newest first, older than the one with id `after` (0: from the newest). */
size_t audit_list(struct task *t, int64_t account, const struct audit_filter *f, int64_t after,
    size_t most, struct audit **out);
/* Up to `most` from before a time go; returns how many. */
int64_t audit_prune(struct task *t, int64_t before, int64_t most);

#endif
