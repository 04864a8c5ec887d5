/* shared/core/mockdata/record.h - a record being made, and what the categories share */
#ifndef MF_MOCK_RECORD_H
#define MF_MOCK_RECORD_H

#include <stdbool.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/core/mockdata/draw.h"
#include "shared/core/mockdata/mock.h"

/*
 * A template's make puts one value per field, in the order of its fields; a name that is not the
 * next field's is an assertion.
 */
struct mock_record {
	struct mem                 *mem;
	const struct mock_template *template;
	const struct mock_inputs   *in;
	uint64_t                    index;
	struct draw                 draw;  /* begun for this record */
	struct mock_value          *values;
	size_t                      n;
};

void put(struct mock_record *r, const char *field, const char *text); /* NULL: null */
void put_fmt(struct mock_record *r, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void put_int(struct mock_record *r, const char *field, int64_t value);
void put_tenths(struct mock_record *r, const char *field, int64_t tenths);
void put_bool(struct mock_record *r, const char *field, bool value);
void put_date(struct mock_record *r, const char *field, int64_t days);
void put_time(struct mock_record *r, const char *field, int64_t at); /* to the second */
void put_list(struct mock_record *r, const char *field, const char *const *list, size_t n);

/* How many records of the template it names there are. */
size_t related_count(const struct mock_inputs *in, const char *name);

/* Identifiers: the place in the template, from 1. */
char *mock_id(struct mem *m, const char *prefix, uint64_t index);

struct person {
	const char *first, *last, *full;
	bool        female;
};
struct person draw_person(struct draw *d, struct mem *m);
/* A person of that name and number; no two numbers have the same. */
char *person_email(struct mem *m, const struct person *p, uint64_t number, const char *domain);

struct place {
	const char *city, *state, *zip3; /* the first three digits of its postal codes */
	const char *area;                /* of its telephones */
	int         latitude, longitude; /* of its middle, in thousandths of a degree */
};
const struct place *draw_place(struct draw *d);
char *draw_street(struct draw *d, struct mem *m);
char *draw_postal_code(struct draw *d, struct mem *m, const struct place *p);
char *draw_phone(struct draw *d, struct mem *m, const struct place *p);
/* A public address from the ranges for documentation. */
char *draw_address(struct draw *d, struct mem *m);
/* A moment of that day, between two hours of it. */
int64_t draw_time(struct draw *d, int64_t day, int first_hour, int last_hour);
/* The first words of a draw without repetition: at most `most` of n, in their order. */
size_t draw_some(struct draw *d, struct mem *m, const char *const *words, size_t n, size_t most,
    const char ***out);

/* How the templates name each other's records; each as that template makes it. */
struct patient {
	const char         *id;
	struct person       person;
	int64_t             birth, registered; /* days */
	int64_t             age;
	const char        **allergies;
	size_t              n_allergies;
	const struct place *place;
};
/* d: the record's own draw, to go on with; else NULL. */
struct patient mock_patient(struct mem *m, const struct mock_inputs *in, uint64_t index,
    struct draw *d);

struct offence; /* crime.c */
struct incident {
	const char           *id, *status;
	const struct offence *offence;
	int64_t               occurred, reported; /* times */
	const struct place   *place;
};
struct incident mock_incident(struct mem *m, const struct mock_inputs *in, uint64_t index,
    struct draw *d);

struct platform; /* it.c */
struct server {
	const char            *id, *hostname, *address, *environment;
	const struct platform *platform;
	int64_t                bought; /* day */
	int                    role, site;
};
struct server mock_server(struct mem *m, const struct mock_inputs *in, uint64_t index,
    struct draw *d);

/* Catalogues that more than one file reads. */
struct technique {
	const char *id, *name, *tactic_id, *tactic;
};
extern const struct technique techniques[];
extern const size_t           n_techniques;

struct vulnerability {
	const char *cve, *cwe, *title, *vector, *product, *installed, *fixed;
};
extern const struct vulnerability vulnerabilities[];
extern const size_t               n_vulnerabilities;

extern const struct mock_template mock_medical_patients, mock_medical_appointments,
    mock_medical_prescriptions, mock_crime_incidents, mock_crime_suspects, mock_it_servers,
    mock_it_applications, mock_threat_indicators, mock_security_events,
    mock_security_vulnerabilities, mock_support_tickets;

#endif
