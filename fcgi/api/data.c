/* fcgi/api/data.c - made-up records: templates listed, records asked for */
#include "fcgi/api/data.h"

#include <assert.h>
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/around.h"
#include "fcgi/api/doc.h"
#include "fcgi/api/fields.h"
#include "fcgi/proto/problem.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/core/life.h"
#include "shared/core/mockdata/draw.h"
#include "shared/wire/json.h"

/* Seeds are numbers that every JSON reader keeps exactly. */
#define MOST_SEED (INT64_C(1) << 53)

enum { MOST_RELATED = 1000000, RECORD_MEMORY = 1 << 20 };

static const struct member field_members[] = {
	{ "name", S_STRING, MUST, NULL, NULL },
	{ "type", S_STRING, MUST, "text, integer, number, boolean, date, time or list", NULL },
};
static const struct member template_members[] = {
	{ "template", S_STRING, MUST, "Its name", NULL },
	{ "category", S_STRING, MUST, NULL, NULL },
	{ "description", S_STRING, MUST, NULL, NULL },
	{ "default_count", S_INT(1, INT32_MAX), MUST, NULL, NULL },
	{ "related", S_STRING, MUST | NULLS, "The template whose records it names", NULL },
	{ "fields", S_LIST(S_OBJECT(NULL, field_members), 1, 0), MUST, NULL, NULL },
};
static const struct member templates_members[] = {
	{ "templates", S_LIST(S_OBJECT("Template", template_members), 0, 0), MUST, NULL, NULL },
	NEXT_CURSOR,
};
static const struct shape templates_shape = S_OBJECT("Templates", templates_members);

const struct doc doc_list_templates = {
	.tag = "Data", .summary = "What made-up records there are, with their fields",
	.flags = DOC_PAGED,
	.answers = { { 200, "The templates", &templates_shape, NULL, 0 } },
};

static const char *const   targets[] = { "aws_s3", "mysql", "postgresql", "redis" };
static const struct member wish_members[] = {
	{ "template", { .kind = SHAPE_TEXT, .min = 1, .max = 64, .example = "\"it_servers\"" }, MUST,
	    "One of GET /api/v1/data/templates", NULL },
	{ "count", S_INT(1, DATA_MOST_SEEDED), 0,
	    "How many; 5,000 at most in the answer; the template's own when not given", NULL },
	{ "seed", S_INT(0, MOST_SEED), 0, "Same seed, same records", NULL },
	{ "reference_date", S_FORMAT("date"), 0, "The day the records are of", "\"2026-01-01\"" },
	{ "related_count", S_INT(1, MOST_RELATED), 0,
	    "How many records the template that is named has", NULL },
	{ "seed_into", S_WORD(targets), 0, "In the answer when not given", NULL },
	{ "s3_bucket", S_TEXT(3, 63), 0, "With aws_s3", "\"mock-data\"" },
	{ "key_prefix", S_TEXT(0, 512), 0, "With aws_s3 or redis: what keys begin with", NULL },
	{ "table_name", S_TEXT(1, 63), 0, "With mysql or postgresql", NULL },
};
static const struct shape wish_shape = S_WISH("DataRequest", wish_members);

/* A record's fields are the template's. */
static const struct shape record_shape = { .kind = SHAPE_OBJECT, .name = "Record" };

#define MADE \
	{ "template", S_STRING, MUST, NULL, NULL }, \
	{ "count", S_INT(1, DATA_MOST_SEEDED), MUST, NULL, NULL }, \
	{ "seed", S_INT(0, MOST_SEED), MUST, "Makes the same records again", NULL }, \
	{ "reference_date", S_FORMAT("date"), MUST, NULL, NULL }

static const struct member records_members[] = {
	MADE,
	{ "records", S_LIST(S_SAME(record_shape), 1, 0), MUST, NULL, NULL },
};
static const struct shape  records_shape = S_OBJECT("Records", records_members);
static const struct member seeded_members[] = {
	MADE,
	{ "seeded_into", S_WORD(targets), MUST, NULL, NULL },
	{ "table", S_STRING, 0, NULL, NULL },
	{ "table_created", S_BOOL, 0, "It was not there before", NULL },
	{ "key_prefix", S_STRING, 0, "What the keys of Redis begin with", NULL },
	{ "operation", S_STRING, 0, "Of an answer that came before they were there", NULL },
	{ "bucket", S_STRING, 0, NULL, NULL },
	{ "bucket_created", S_BOOL, 0, "It was not there before", NULL },
	{ "bytes", S_INT(0, 0), 0, "Of all objects, once they are there", NULL },
	{ "objects", S_LIST(S_STRING, 1, 0), 0, "The keys of what is written", NULL },
};
static const struct shape  seeded_shape = S_OBJECT("SeededRecords", seeded_members);

const struct doc doc_generate_data = {
	.tag = "Data", .summary = "Make records up, into the answer or into a service",
	.flags = DOC_ASYNC, .request = &wish_shape,
	.answers = {
		{ 200, "The records", &records_shape, NULL, 0 },
		{ 201, "Where they were put", &seeded_shape, NULL, 0 },
		{ 202, "Where they are being put", &seeded_shape, NULL, HAS_LOCATION | HAS_RETRY },
	},
	.faults = { &API_NO_ENVIRONMENT, &API_DESTROYED, &API_WRONG_STATE, &API_DATA_UNFIT,
		&API_SERVER_FAILED, &API_NO_OPERATION, &API_QUOTA_STORAGE },
};

void
api_list_templates(struct call *c)
{
	const char     **names = mem_array(c->task->mem, const char *, n_mock_templates);
	struct api_slice page;
	struct enc      *o;

	for (size_t i = 0; i < n_mock_templates; i++)
		names[i] = mock_templates[i]->name;
	page = api_slice(c, names, n_mock_templates);
	o = api_answer(c, 200);
	enc_struct(o, NULL);
	enc_list(o, "templates", NULL);
	for (size_t i = page.first; i < page.end; i++) {
		const struct mock_template *t = mock_templates[i];

		enc_struct(o, NULL);
		enc_text(o, "template", t->name);
		enc_text(o, "category", t->category);
		enc_text(o, "description", t->about);
		enc_int(o, "default_count", t->count);
		enc_text_or_null(o, "related", t->related);
		enc_list(o, "fields", NULL);
		for (size_t k = 0; k < t->n_fields; k++) {
			enc_struct(o, NULL);
			enc_text(o, "name", t->fields[k].name);
			enc_text(o, "type", mock_type_name(t->fields[k].type));
			enc_end(o);
		}
		enc_end(o);
		enc_end(o);
	}
	enc_end(o);
	api_put_cursor(c, page.next);
	enc_end(o);
}

static const struct mock_template *
read_template(const struct fields *f)
{
	const char                 *name = field_text(f, "template");
	const struct mock_template *t = name != NULL ? mock_template(name) : NULL;

	if (name != NULL && t == NULL)
		fields_wrong(f, "template", "there is no such template: GET /api/v1/data/templates");
	return t;
}

/* What a request that this one goes on with has kept (data_seed.c): "<seed> <seeding>". */
static bool
read_kept(struct call *c, struct data_kept *out)
{
	const char *text = around_resumed(c);
	size_t      n = text != NULL ? strcspn(text, " ") : 0;

	return n > 0 && text[n] == ' ' &&
	    text_i64(mem_text_n(c->task->mem, text, n), 0, INT32_MAX, &out->seed) &&
	    text_i64(text + n + 1, 1, INT64_MAX, &out->seeding);
}

/*
 * Without a seed one is drawn, and kept should the request have to run again.  A seeding is kept
 * over waiting only: when the run that asked for it was rolled back, so was the seeding.
 */
static struct data_kept *
keep(struct call *c)
{
	struct data_kept *kept = c->state;

	if (kept != NULL && c->runs == 0)
		kept->seeding = 0;
	if (kept != NULL)
		return kept;
	kept = c->state = mem_one(c->task->mem, struct data_kept);
	if (!read_kept(c, kept)) {
		id_bytes(&c->task->ids, &kept->seed, sizeof(kept->seed));
		kept->seed &= INT32_MAX;
	}
	return kept;
}

static uint64_t
read_seed(const struct data_kept *kept, const struct fields *f)
{
	int64_t seed = field_int(f, "seed", -1);

	return (uint64_t)(seed >= 0 ? seed : kept->seed);
}

static int64_t
read_today(struct call *c, const struct fields *f)
{
	const char *s = fields_text(f, "reference_date", 10, 10);
	int64_t     at;

	if (s == NULL)
		return MOCK_TODAY;
	if (clock_parse_iso(mem_fmt(c->task->mem, "%sT00:00:00Z", s), &at) &&
	    at / DAY >= MOCK_TODAY_FIRST && at / DAY <= MOCK_TODAY_LAST)
		return at / DAY;
	fields_wrong(f, "reference_date", "is to be a date from 2020-01-01 to 2099-12-31");
	return MOCK_TODAY;
}

/* Options of another target are refused, so that nobody waits for their effect. */
static void
check_options(const struct fields *f, const struct data_wish *w)
{
	bool s3 = w->into != NULL && strcmp(w->into, "aws_s3") == 0;
	bool redis = w->into != NULL && strcmp(w->into, "redis") == 0;
	bool sql = w->into != NULL && !s3 && !redis;

	if (w->bucket != NULL && !s3)
		fields_wrong(f, "s3_bucket", "goes with \"seed_into\": \"aws_s3\"");
	if (w->prefix != NULL && !s3 && !redis)
		fields_wrong(f, "key_prefix", "goes with \"seed_into\": \"aws_s3\" or \"redis\"");
	if (w->table != NULL && !sql)
		fields_wrong(f, "table_name", "goes with \"seed_into\": \"mysql\" or \"postgresql\"");
}

static void
no_memory(void *arg)
{
	struct task *t = arg;

	task_throw(t, &FAULT_MEMORY, NULL);
}

static void
free_memory(void *arg)
{
	mem_free(arg);
}

static struct data_wish
read_wish(struct call *c)
{
	struct fields    f = fields_in(c, c->args, "", &wish_shape);
	struct data_wish w = { .template = read_template(&f) };
	int64_t          most;

	w.into = field_text(&f, "seed_into");
	/* A target that was wrong is no reason to complain of the count, too. */
	most = json_get(c->args, "seed_into") != NULL ? DATA_MOST_SEEDED : DATA_MOST_DIRECT;
	w.count = json_get(c->args, "count") == NULL && w.template != NULL ? w.template->count
	    : fields_int(&f, "count", 1, 1, most);
	w.kept = keep(c);
	w.in.seed = read_seed(w.kept, &f);
	w.in.today = read_today(c, &f);
	w.in.related = field_int(&f, "related_count", 0);
	if (w.in.related > 0 && w.template != NULL && w.template->related == NULL)
		fields_wrong(&f, "related_count", "%s names no records of another template",
		    w.template->name);
	w.bucket = field_text(&f, "s3_bucket");
	w.prefix = field_text(&f, "key_prefix");
	w.table = field_text(&f, "table_name");
	check_options(&f, &w);
	problem_check(c);
	assert(w.template != NULL);
	w.mem = mem_new_small(RECORD_MEMORY);
	mem_on_full(w.mem, no_memory, c->task);
	mem_defer(c->task->mem, free_memory, w.mem);
	return w;
}

void
data_answer(struct call *c, const struct data_wish *w, int status)
{
	struct enc *o = api_answer(c, status);

	enc_struct(o, NULL);
	enc_text(o, "template", w->template->name);
	enc_int(o, "count", w->count);
	enc_int(o, "seed", (int64_t)w->in.seed);
	enc_text(o, "reference_date", date_text(c->task->mem, w->in.today));
}

/* The environment is the caller's own and runs; records in the answer need no more of it. */
void
api_generate_data(struct call *c)
{
	struct life     *e = api_environment(c);
	struct data_wish w = read_wish(c);

	/* What is on its way says itself what became of it. */
	if (strcmp(e->state, "running") != 0 && w.kept->seeding == 0)
		task_throw(c->task, &API_WRONG_STATE, "%s is %s.", e->public_id, e->state);
	if (w.into == NULL) {
		data_answer(c, &w, 200);
		enc_list(c->out, "records", NULL);
		mock_write(c->out, w.mem, w.template, &w.in, 0, w.count);
		enc_end(c->out);
		enc_end(c->out);
		return;
	}
	data_seed(c, &w, e);
}
