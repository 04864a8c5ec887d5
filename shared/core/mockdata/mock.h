/* shared/core/mockdata/mock.h - made-up records that look real, the same for the same seed */
#ifndef MF_MOCK_H
#define MF_MOCK_H

#include <stddef.h>
#include <stdint.h>

struct enc;
struct mem;

/*
 * Record `index` of a template is a function of the inputs and nothing else: it is made without
 * those before it, on any machine, byte for byte the same (draw.h).  So any number of records can
 * be made in constant memory, and one template can name records of another: appointments name
 * patients that exist when both are made with the same inputs.
 *
 * No record is about anyone: people and companies are made up, telephone numbers are of the range
 * 555-0100 to 555-0199, e-mail and host names below example domains (RFC 2606), public addresses
 * from documentation ranges (RFC 5737, RFC 3849).  Catalogues are real: ICD-10-CM, NIBRS, CVE with
 * its published vector, CWE, MITRE ATT&CK, drugs and their strengths.
 */
enum mock_type {
	MOCK_TEXT, MOCK_INT, MOCK_NUMBER, /* decimal digits, with a fraction */
	MOCK_BOOL,
	MOCK_DATE, /* 2026-01-31 */
	MOCK_TIME, /* 2026-01-31T12:00:00Z */
	MOCK_LIST, /* of texts */
};

struct mock_field {
	const char    *name;
	enum mock_type type;
};

struct mock_inputs {
	uint64_t seed;
	int64_t  today;   /* the date records are of, in days since 1970; ages count from here */
	int64_t  related; /* how many records there are of the template that is named; 0: its default */
};

/* 2026-01-01. Within the two below everything fits: catalogues, ages, certificates of support. */
enum { MOCK_TODAY = 20454, MOCK_TODAY_FIRST = 18262, MOCK_TODAY_LAST = 47481 };

struct mock_value {
	const char        *text; /* NULL: null, unless it is a list */
	const char *const *list;
	size_t             n;
};

struct mock_record;

struct mock_template {
	const char              *name, *category, *about;
	int64_t                  count;   /* when nobody says another */
	const char              *related; /* the template whose records it names, or NULL */
	const struct mock_field *fields;  /* the first one identifies the record */
	size_t                   n_fields;
	void                   (*make)(struct mock_record *r);
};

extern const struct mock_template *const mock_templates[];
extern const size_t                      n_mock_templates;

const struct mock_template *mock_template(const char *name); /* NULL: there is none */
const char                 *mock_type_name(enum mock_type type);

/* One value per field, in their order; in the arena. */
const struct mock_value *mock_make(struct mem *m, const struct mock_template *t,
    const struct mock_inputs *in, uint64_t index);
/*
 * Records [first, last) as elements of the list that is open, each made in `m`, which is reset: one
 * at a time is held.
 */
void mock_write(struct enc *e, struct mem *m, const struct mock_template *t,
    const struct mock_inputs *in, int64_t first, int64_t last);

#endif
