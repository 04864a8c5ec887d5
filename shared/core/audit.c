/* shared/core/audit.c - who changed what */
#include "shared/core/audit.h"

#include <string.h>

#include "queries.h"
#include "shared/base/id.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"

void
audit_add(struct task *t, int64_t account, int64_t session, const struct audit *a)
{
	db_rows(t, &Q_audit_add, db_i64(account), db_time(t->now), db_text(a->request_id),
	    db_text(a->operation), db_text(a->resource), db_text(a->actor), db_text(a->address),
	    db_i64(a->status), db_text(a->code), db_i64(session));
}

void
audit_note(struct task *t, int64_t account, const char *program, const char *operation,
    const char *resource)
{
	db_rows(t, &Q_audit_note, db_i64(account), db_time(t->now),
	    db_text(id_text(&t->ids, t->mem, ID_BASE32, 16)), db_text(operation), db_text(resource),
	    db_text(program));
}

static struct param
time_or_null(int64_t at)
{
	return at != 0 ? db_time(at) : db_null(db_time(0));
}

size_t
audit_list(struct task *t, int64_t account, const struct audit_filter *f, int64_t after,
    size_t most, struct audit **out)
{
	struct param done = f->outcome != NULL ? db_bool(strcmp(f->outcome, "done") == 0)
	                                       : db_null(db_bool(false));
	struct rows  r = db_rows(t, &Q_audit_list, db_i64(account),
	     after != 0 ? db_i64(after) : db_null(db_i64(0)), db_text(f->operation),
	     db_text(f->resource), db_text(f->actor), done, time_or_null(f->from),
	     time_or_null(f->to), db_i64((int64_t)most));

	*out = mem_array(t->mem, struct audit, r.n);
	for (size_t i = 0; i < r.n; i++)
		(*out)[i] = (struct audit){
			.id = row_i64(&r, i, "id"),
			.at = row_time(&r, i, "at"),
			.request_id = row_text(&r, i, "request_id"),
			.operation = row_text(&r, i, "operation"),
			.resource = row_text(&r, i, "resource"),
			.actor = row_text(&r, i, "actor"),
			.address = row_text(&r, i, "address"),
			.status = row_i64(&r, i, "status"),
			.code = row_text(&r, i, "code"),
		};
	return r.n;
}

int64_t
audit_prune(struct task *t, int64_t before, int64_t most)
{
	struct rows r = db_rows(t, &Q_audit_prune, db_time(before), db_i64(most));

	return row_i64(&r, 0, "gone");
}
