/* shared/engine/blob_list.c - listing objects */
#include <string.h>

#include "queries.h"
#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/engine/blob_row.h"

/*
 * prefix followed by PAST sorts after every key that begins with prefix: a key has at most 1,024
 * bytes (every cloud's limit; the faces hold it), and no text of that length is past 256 times the
 * greatest character there is, U+10FFFF.
 */
enum { GREATEST_TIMES = 256 };

const char *
blob_past(struct mem *m, const char *prefix, size_t len)
{
	struct buf b = buf_new(m);

	buf_add(&b, prefix, len);
	for (int i = 0; i < GREATEST_TIMES; i++)
		buf_text(&b, "\xf4\x8f\xbf\xbf");
	return b.data;
}

int64_t
blob_characters(const char *s)
{
	int64_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* Where the page begins: past `after`, and past its whole fold when it has one. */
const char *
blob_begin_after(struct mem *m, const struct blob_listing *l)
{
	size_t      len = strlen(l->prefix);
	const char *fold;

	if (!l->past_fold || strncmp(l->after, l->prefix, len) != 0 ||
	    (fold = strstr(l->after + len, l->delimiter)) == NULL)
		return l->after;
	return blob_past(m, l->after, (size_t)(fold - l->after) + strlen(l->delimiter));
}

static struct rows
fetch(struct task *t, const struct space *sp, const char *bucket, const struct blob_listing *l)
{
	const char *upto = blob_past(t->mem, l->prefix, strlen(l->prefix));

	if (l->delimiter == NULL || *l->delimiter == '\0')
		return db_rows(t, &Q_blob_list, db_i64(sp->environment), db_i64(sp->generation),
		    db_i64(sp->id),
		    db_text(bucket), db_text(l->after), db_text(l->prefix), db_text(upto),
		    db_i64(l->limit + 1));
	return db_rows(t, &Q_blob_list_by, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id),
	    db_text(bucket), db_text(blob_begin_after(t->mem, l)), db_text(l->prefix), db_text(upto),
	    db_i64(l->limit + 1), db_text(l->delimiter), db_i64(blob_characters(l->prefix)),
	    db_text(blob_past(t->mem, "", 0)));
}

size_t
blob_page(const struct rows *r, int64_t limit, bool *more)
{
	size_t n = row_null(r, 0, "key") ? 0 : r->n;

	*more = n > (size_t)limit;
	return *more ? n - 1 : n;
}

enum blob_result
blob_list(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const struct blob_listing *l, struct blob_entry **out, size_t *n, bool *more)
{
	struct rows      r = fetch(t, sp, bucket, l);
	enum blob_result result;

	space_live(t, &r);
	*n = 0;
	result = blob_bucket_result(&r, who);
	if (result != BLOB_OK)
		return result;
	*n = blob_page(&r, l->limit, more);
	*out = mem_array(t->mem, struct blob_entry, *n + 1);
	for (size_t i = 0; i < *n; i++) {
		(*out)[i].common = row_text(&r, i, "common");
		blob_object_read(&r, i, &(*out)[i].object);
	}
	return BLOB_OK;
}
