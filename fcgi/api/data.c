/* fcgi/api/data.c - made-up records: templates listed, records asked for */
#include "fcgi/api/data.h"

#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/fields.h"
#include "fcgi/proto/problem.h"
#include "shared/base/clock.h"
#include "shared/core/life.h"
#include "shared/core/mockdata/draw.h"
#include "shared/wire/json.h"

/* Seeds are numbers that every JSON reader keeps exactly. */
static const int64_t MOST_SEED = INT64_C(1) << 53;

enum { MOST_RELATED = 1000000, RECORD_MEMORY = 1 << 20 };

void
api_list_templates(struct call *c)
{
	struct enc *o = api_answer(c, 200);

	enc_struct(o, NULL);
	enc_list(o, "templates", NULL);
	for (size_t i = 0; i < n_mock_templates; i++) {
		const struct mock_template *t = mock_templates[i];

		enc_struct(o, NULL);
		enc_text(o, "template", t->name);
		enc_text(o, "category", t->category);
		enc_text(o, "description", t->about);
		enc_int(o, "default_count", t->count);
		if (t->related != NULL)
			enc_text(o, "related", t->related);
		else
			enc_null(o, "related");
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
	enc_end(o);
}

static const struct mock_template *
read_template(const struct fields *f)
{
	const char                 *name = fields_text(f, "template", 1, 64);
	const struct mock_template *t = name != NULL ? mock_template(name) : NULL;

	if (json_get(f->object, "template") == NULL)
		fields_wrong(f, "template", "is missing");
	else if (name != NULL && t == NULL)
		fields_wrong(f, "template", "there is no such template: GET /api/v1/data/templates");
	return t;
}

/* Without a seed one is drawn, and kept should the request have to run again. */
static uint64_t
read_seed(struct call *c, const struct fields *f)
{
	int64_t  seed = fields_int(f, "seed", -1, 0, MOST_SEED);
	int64_t *kept = c->state;

	if (seed >= 0)
		return (uint64_t)seed;
	if (kept == NULL) {
		kept = c->state = mem_one(c->task->mem, int64_t);
		id_bytes(&c->task->ids, kept, sizeof(*kept));
		*kept &= INT32_MAX;
	}
	return (uint64_t)*kept;
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
	static const char *const known[] = { "template", "count", "seed", "reference_date",
		"related_count", "seed_into", "table_name", "key_prefix", "s3_bucket" };
	static const char *const targets[] = { "aws_s3", "mysql", "postgresql", "redis" };
	struct fields            f = fields_of(c, c->args, "", known, COUNT(known));
	struct data_wish         w = { .template = read_template(&f) };
	int64_t                  most;

	w.into = fields_word(&f, "seed_into", targets, COUNT(targets));
	/* A target that was wrong is no reason to complain of the count, too. */
	most = json_get(c->args, "seed_into") != NULL ? DATA_MOST_SEEDED : DATA_MOST_DIRECT;
	w.count = json_get(c->args, "count") == NULL && w.template != NULL ? w.template->count
	    : fields_int(&f, "count", 1, 1, most);
	w.in.seed = read_seed(c, &f);
	w.in.today = read_today(c, &f);
	w.in.related = fields_int(&f, "related_count", 0, 1, MOST_RELATED);
	if (w.in.related > 0 && w.template != NULL && w.template->related == NULL)
		fields_wrong(&f, "related_count", "%s names no records of another template",
		    w.template->name);
	w.bucket = fields_text(&f, "s3_bucket", 3, 63);
	w.prefix = fields_text(&f, "key_prefix", 0, 512);
	w.table = fields_text(&f, "table_name", 1, 63);
	check_options(&f, &w);
	problem_check(c);
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

void
data_write(const struct data_wish *w, int64_t first, int64_t last, struct enc *e)
{
	for (int64_t i = first; i < last; i++) {
		mock_write(e, w->template, mock_make(w->mem, w->template, &w->in, (uint64_t)i));
		mem_reset(w->mem);
	}
}

/* The environment is the caller's own and runs; records in the answer need no more of it. */
void
api_generate_data(struct call *c)
{
	struct life     *e = api_environment(c);
	struct data_wish w = read_wish(c);

	if (strcmp(e->state, "running") != 0)
		task_throw(c->task, &API_WRONG_STATE, "%s is %s.", e->public_id, e->state);
	if (w.into == NULL) {
		data_answer(c, &w, 200);
		enc_list(c->out, "records", NULL);
		data_write(&w, 0, w.count, c->out);
		enc_end(c->out);
		enc_end(c->out);
		return;
	}
	if (strcmp(w.into, "aws_s3") != 0)
		task_throw(c->task, &PROBLEM_NOT_BUILT, "Seeding into %s is not built yet: "
		    "leave out seed_into to have the records in the answer, or seed aws_s3.", w.into);
	data_seed_s3(c, &w);
}
