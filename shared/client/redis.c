/* shared/client/redis.c - rows as hashes of a Redis server */
#include <hiredis.h>
#include <string.h>

#include "shared/base/buf.h"
#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/text.h"
#include "shared/client/load.h"

/*
 * Each row is the hash <into><key>, a field for each column that is not null; a list is JSON.
 * Commands go out in batches, and as many replies are read before the next: neither side has to
 * hold more.
 */
enum { BATCH = 500, CONNECT_S = 5, REPLY_S = 30 };

struct link {
	redisContext *redis;
	unsigned      waiting; /* replies */
	struct mem   *row;     /* emptied after each */
};

static void
close_link(struct load *l)
{
	struct link *k = l->link;

	if (k != NULL && k->redis != NULL)
		redisFree(k->redis);
	if (k != NULL)
		mem_free(k->row);
	l->link = NULL;
}

static enum load_result
lost(struct load *l)
{
	struct link *k = l->link;

	return load_said(l, LOAD_AGAIN, k->redis != NULL ? k->redis->errstr : "no memory");
}

static enum load_result
take_reply(struct load *l)
{
	struct link     *k = l->link;
	void            *got = NULL;
	redisReply      *reply;
	enum load_result r = LOAD_OK;

	if (redisGetReply(k->redis, &got) != REDIS_OK)
		return lost(l);
	reply = got;
	k->waiting--;
	if (reply->type == REDIS_REPLY_ERROR) {
		r = text_starts(reply->str, "LOADING") || text_starts(reply->str, "BUSY") ? LOAD_AGAIN
		    : LOAD_REFUSED;
		if (text_starts(reply->str, "WRONGTYPE"))
			load_fail(l, r, "a key that begins with %s is there and is no hash", l->into);
		else
			load_said(l, r, reply->str);
	}
	freeReplyObject(reply);
	return r;
}

static enum load_result
take_replies(struct load *l)
{
	struct link     *k = l->link;
	enum load_result r = LOAD_OK;

	while (r == LOAD_OK && k->waiting > 0)
		r = take_reply(l);
	return r;
}

static enum load_result
send_words(struct load *l, const char **words, size_t n)
{
	struct link *k = l->link;
	size_t      *sizes = mem_array(k->row, size_t, n);

	for (size_t i = 0; i < n; i++)
		sizes[i] = strlen(words[i]);
	if (redisAppendCommandArgv(k->redis, (int)n, words, sizes) != REDIS_OK)
		return lost(l);
	k->waiting++;
	return LOAD_OK;
}

static enum load_result
open_link(struct load *l)
{
	struct link     *k = l->link = mem_one(l->mem, struct link);
	const char      *words[] = { "AUTH", l->password };
	enum load_result r;

	k->row = mem_new_small(1 << 20);
	k->redis = redisConnectWithTimeout(l->address, (int)l->port,
	    (struct timeval){ .tv_sec = CONNECT_S });
	if (k->redis == NULL || k->redis->err != 0 ||
	    redisSetTimeout(k->redis, (struct timeval){ .tv_sec = REPLY_S }) != REDIS_OK)
		return lost(l);
	r = send_words(l, words, COUNT(words));
	return r == LOAD_OK ? take_replies(l) : r;
}

static const char *
text_of(struct mem *m, const struct load_column *c, const struct load_value *v)
{
	struct buf b;

	if (c->type != LOAD_LIST)
		return v->text;
	b = buf_new(m);
	load_json(&b, v);
	return b.data;
}

/* What is null is no field, and one of an earlier row of that key does not stay. */
static enum load_result
row(struct load *l, const struct load_value *values)
{
	struct link     *k = l->link;
	const char     **set = mem_array(k->row, const char *, 2 + 2 * l->n_columns);
	const char     **unset = mem_array(k->row, const char *, 2 + l->n_columns);
	size_t           n_set = 2, n_unset = 2;
	enum load_result r;

	set[0] = "HSET";
	unset[0] = "HDEL";
	set[1] = unset[1] = mem_fmt(k->row, "%s%s", l->into, values[0].text);
	for (size_t i = 0; i < l->n_columns; i++) {
		const char *text = text_of(k->row, &l->columns[i], &values[i]);

		if (text == NULL) {
			unset[n_unset++] = l->columns[i].name;
			continue;
		}
		set[n_set++] = l->columns[i].name;
		set[n_set++] = text;
	}
	r = send_words(l, set, n_set);
	if (r == LOAD_OK && n_unset > 2)
		r = send_words(l, unset, n_unset);
	mem_reset(k->row);
	return r == LOAD_OK && k->waiting >= BATCH ? take_replies(l) : r;
}

static enum load_result
nothing(struct load *l)
{
	(void)l;
	return LOAD_OK;
}

const struct load_ops load_redis = {
	.engine = "redis", .open = open_link, .row = row, .complete = take_replies,
	.commit = nothing, .close = close_link,
};
