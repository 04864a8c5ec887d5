/* shared/core/operator.h - what whoever runs an installation does to accounts and keys */
#ifndef MF_OPERATOR_H
#define MF_OPERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/base/buf.h"

struct task;

/* One command of mf-admin with its options, and what it will print once it is committed. */
struct operator {
	struct task *task;
	const char  *name, *email, *account, *tier, *word; /* word: the argument that is no option */
	const char  *environments, *hours, *storage, *requests; /* quotas */
	const char  *refused;  /* why the command cannot be done */
	int64_t      changed;  /* the account, for its audit log; 0: none */
	const char  *resource; /* what of it */
	struct buf   out;
};

/* What there is. */
struct operator_command {
	const char *noun, *verb; /* verb NULL: the noun says it all */
	const char *operation;   /* as the audit log names it; NULL: it changes nothing */
	void      (*run)(struct operator *o);
	bool        needs_name, needs_account, needs_word;
};
extern const struct operator_command operator_commands[];
extern const size_t                  n_operator_commands;

/* A transaction of its own, with its row in the audit log; o->refused: nothing was done. */
void operator_run(struct operator *o, const struct operator_command *c);

#endif
