/* shared/engine/blob_rule.h - what becomes of objects by themselves */
#ifndef MF_BLOB_RULE_H
#define MF_BLOB_RULE_H

#include "shared/engine/blob.h"

/*
 * The rules of a bucket are rows (sql/migrations/0023_lifecycle.sql), made by the face from the
 * document it keeps.  They act once in each day of the environment's time, after its midnight
 * (UTC), and when they are set anew; so a clock that is advanced is followed by the next pass.  A
 * pass goes through the bucket's keys once, in steps of about a thousand.  A bucket without rules
 * has no row anywhere and costs nothing.
 *
 * blob_rules_set is part of the transaction that keeps the document: json is {"rules": [...]} of
 * what blob.rule has as columns; NULL takes all rules away.
 */
void blob_rules_set(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *json);

/*
 * The collector: one step of the next bucket with something to do, in a transaction of its own.
 * Any number may run at once and each may be killed anywhere.  *at is where the run is, zero at
 * first; false: the run is over.  Returns in *n how many objects, versions and uploads it changed.
 */
struct blob_rule_run {
	int64_t space, bucket;
};
bool blob_rules_step(struct task *t, struct blob_rule_run *at, int64_t *n);

#endif
