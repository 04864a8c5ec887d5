/* fcgi/api/around.h - what goes around every operation of our API */
#ifndef MF_AROUND_H
#define MF_AROUND_H

struct call;
struct fault;

/*
 * service.run: an operation that changes something is one transaction with its row in the audit
 * log and, with an Idempotency-Key, with the answer kept for that key.  A handler that throws
 * leaves nothing behind, then.  Before it runs, arguments that the document does not have are
 * refused, and so are clients that take none of the types it has.
 *
 * Not so with OP_OPEN and OP_ALONE: what those do is committed as they do it, and noted afterwards
 * (of OP_OPEN when they set c->account).
 */
void around_run(struct call *c);
/* service.refused: the row in the audit log for what was refused. */
void around_refused(struct call *c, const struct fault *f);

/* What it was done to, for the audit log, where the path does not name it. */
void around_resource(struct call *c, const char *public_id);
/*
 * What the handler needs, besides the request, to go on after waiting, should this process die: who
 * comes with the same Idempotency-Key runs it with c->runs > 0, no c->state, and this.
 */
void around_resume(struct call *c, const char *text);
/* That text, when this request goes on with an earlier one's; else NULL. */
const char *around_resumed(const struct call *c);
/* What was done stays, although a fault follows. */
void around_keep(struct call *c);

#endif
