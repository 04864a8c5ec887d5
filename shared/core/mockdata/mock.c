/* shared/core/mockdata/mock.c - the templates, and records made of them */
#include "shared/core/mockdata/mock.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "shared/core/mockdata/record.h"
#include "shared/wire/enc.h"

const struct mock_template *const mock_templates[] = {
	&mock_medical_patients, &mock_medical_appointments, &mock_medical_prescriptions,
	&mock_crime_incidents, &mock_crime_suspects, &mock_it_servers, &mock_it_applications,
	&mock_threat_indicators, &mock_security_events, &mock_security_vulnerabilities,
	&mock_support_tickets,
};
const size_t n_mock_templates = COUNT(mock_templates);

const struct mock_template *
mock_template(const char *name)
{
	for (size_t i = 0; i < COUNT(mock_templates); i++)
		if (strcmp(mock_templates[i]->name, name) == 0)
			return mock_templates[i];
	return NULL;
}

const char *
mock_type_name(enum mock_type type)
{
	static const char *const names[] = { "text", "integer", "number", "boolean", "date", "time",
		"list" };

	return names[type];
}

const struct mock_value *
mock_make(struct mem *m, const struct mock_template *t, const struct mock_inputs *in,
    uint64_t index)
{
	struct mock_record r = { .mem = m, .template = t, .in = in, .index = index };

	r.draw = draw_start(in->seed, t->name, index);
	r.values = mem_array(m, struct mock_value, t->n_fields);
	t->make(&r);
	assert(r.n == t->n_fields);
	return r.values;
}

static void
write_list(struct enc *e, const char *name, const struct mock_value *v)
{
	enc_list(e, name, NULL);
	for (size_t i = 0; i < v->n; i++)
		enc_text(e, NULL, v->list[i]);
	enc_end(e);
}

static void
write_record(struct enc *e, const struct mock_template *t, const struct mock_value *values)
{
	enc_struct(e, NULL);
	for (size_t i = 0; i < t->n_fields; i++) {
		const struct mock_field *f = &t->fields[i];
		const struct mock_value *v = &values[i];

		if (f->type == MOCK_LIST)
			write_list(e, f->name, v);
		else if (v->text == NULL)
			enc_null(e, f->name);
		else if (f->type == MOCK_INT || f->type == MOCK_NUMBER)
			enc_number(e, f->name, v->text);
		else if (f->type == MOCK_BOOL)
			enc_bool(e, f->name, v->text[0] == 't');
		else
			enc_text(e, f->name, v->text);
	}
	enc_end(e);
}

void
mock_write(struct enc *e, struct mem *m, const struct mock_template *t,
    const struct mock_inputs *in, int64_t first, int64_t last)
{
	for (int64_t i = first; i < last; i++) {
		write_record(e, t, mock_make(m, t, in, (uint64_t)i));
		mem_reset(m);
	}
}

static struct mock_value *
next(struct mock_record *r, const char *field)
{
	assert(r->n < r->template->n_fields &&
	    strcmp(r->template->fields[r->n].name, field) == 0);
	(void)field;
	return &r->values[r->n++];
}

void
put(struct mock_record *r, const char *field, const char *text)
{
	next(r, field)->text = text;
}

void
put_fmt(struct mock_record *r, const char *field, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(r, field, mem_vfmt(r->mem, fmt, ap));
	va_end(ap);
}

void
put_int(struct mock_record *r, const char *field, int64_t value)
{
	put_fmt(r, field, "%lld", (long long)value);
}

void
put_tenths(struct mock_record *r, const char *field, int64_t tenths)
{
	put_fmt(r, field, "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10));
}

void
put_bool(struct mock_record *r, const char *field, bool value)
{
	put(r, field, value ? "true" : "false");
}

void
put_date(struct mock_record *r, const char *field, int64_t days)
{
	put(r, field, date_text(r->mem, days));
}

void
put_time(struct mock_record *r, const char *field, int64_t at)
{
	put(r, field, clock_iso(r->mem, at));
}

void
put_list(struct mock_record *r, const char *field, const char *const *list, size_t n)
{
	struct mock_value *v = next(r, field);

	v->list = list;
	v->n = n;
}

size_t
related_count(const struct mock_inputs *in, const char *name)
{
	return (size_t)(in->related > 0 ? in->related : mock_template(name)->count);
}

char *
mock_id(struct mem *m, const char *prefix, uint64_t index)
{
	return mem_fmt(m, "%s-%06llu", prefix, (unsigned long long)index + 1);
}
