/* shared/core/mockdata/medical.c - patients, appointments, prescriptions */
#include "shared/core/mockdata/medical.h"

#include <string.h>

#include "shared/core/mockdata/record.h"

static const char *const allergens[] = { "Penicillin", "Sulfonamides", "Aspirin", "Erythromycin",
	"Latex", "Peanuts", "Tree nuts", "Shellfish", "Eggs", "Cow's milk", "Bee venom", "Pollen",
	"Dust mites", "Iodinated contrast" };

struct patient
mock_patient(struct mem *m, const struct mock_inputs *in, uint64_t index, struct draw *d)
{
	struct draw    own = draw_start(in->seed, mock_medical_patients.name, index);
	struct patient p = { .id = mock_id(m, "PAT", index) };

	if (d == NULL)
		d = &own;
	p.person = draw_person(d, m);
	/* As many of each age up to 72, fewer above. */
	p.birth = in->today - draw_between(d, 30, draw_percent(d, 80) ? 72 * 365 : 95 * 365);
	p.age = date_years(p.birth, in->today);
	p.registered = in->today - draw_between(d, 1, 3650);
	if (p.registered < p.birth)
		p.registered = draw_between(d, p.birth, in->today - 1);
	if (draw_percent(d, 40))
		p.n_allergies = draw_some(d, m, allergens, COUNT(allergens),
		    1 + draw_below(d, 3), &p.allergies);
	p.place = draw_place(d);
	return p;
}

static bool
fits(const struct condition *c, const struct patient *p, int64_t age)
{
	return age >= c->youngest && age <= c->oldest &&
	    (c->sex == 'b' || (c->sex == 'f') == p->person.female);
}

/* One the patient may have; there are some for everyone. */
static const struct condition *
draw_condition(struct draw *d, const struct patient *p, int64_t age)
{
	size_t i = draw_below(d, n_conditions);

	while (!fits(&conditions[i], p, age))
		i = (i + 1) % n_conditions;
	return &conditions[i];
}

static void
put_body(struct mock_record *r, const struct patient *p)
{
	/* Centimetres at 0 to 18 years, about the middle of growth charts. */
	static const int  tall[] = { 60, 75, 86, 95, 102, 109, 115, 121, 127, 132, 138, 143, 149, 155,
		160, 164, 167, 169, 170 };
	static const char *const blood[] = { "O+", "O+", "O+", "O+", "A+", "A+", "A+", "A+", "B+",
		"AB+",
		"O-", "A-", "B-", "AB-" };
	int64_t height = tall[p->age < 18 ? p->age : 18], index;

	if (p->age >= 16)
		height += p->person.female ? -7 : 6;
	height += draw_between(&r->draw, -height * 5 / 100, height * 5 / 100);
	/* Tenths of the body mass index. */
	index = p->age < 14 ? draw_between(&r->draw, 145, 195) : draw_between(&r->draw, 190, 340);
	put(r, "blood_type", *DRAW_OF(&r->draw, blood));
	put_int(r, "height_cm", height);
	put_tenths(r, "weight_kg", index * height * height / 10000);
}

static void
put_conditions(struct mock_record *r, const struct patient *p)
{
	const char **codes = mem_array(r->mem, const char *, 4), **names;
	size_t       n = 0, most = (size_t)draw_between(&r->draw, 0, p->age < 30 ? 1 : 4);

	names = mem_array(r->mem, const char *, 4);
	for (size_t i = 0; i < most; i++) {
		const struct condition *c = draw_condition(&r->draw, p, p->age);
		bool                    there = false;

		for (size_t k = 0; k < n; k++)
			there |= strcmp(codes[k], c->code) == 0;
		if (!there) {
			codes[n] = c->code;
			names[n++] = c->name;
		}
	}
	put_list(r, "allergies", p->allergies, p->n_allergies);
	put_list(r, "condition_codes", codes, n);
	put_list(r, "conditions", names, n);
}

static const struct mock_field patient_fields[] = {
	{ "patient_id", MOCK_TEXT }, { "first_name", MOCK_TEXT }, { "last_name", MOCK_TEXT },
	{ "sex", MOCK_TEXT }, { "birth_date", MOCK_DATE }, { "age", MOCK_INT },
	{ "blood_type", MOCK_TEXT }, { "height_cm", MOCK_INT }, { "weight_kg", MOCK_NUMBER },
	{ "email", MOCK_TEXT }, { "phone", MOCK_TEXT }, { "street", MOCK_TEXT }, { "city", MOCK_TEXT },
	{ "state", MOCK_TEXT }, { "postal_code", MOCK_TEXT }, { "country", MOCK_TEXT },
	{ "insurance_provider", MOCK_TEXT }, { "insurance_member_id", MOCK_TEXT },
	{ "primary_physician", MOCK_TEXT }, { "emergency_contact_name", MOCK_TEXT },
	{ "emergency_contact_relation", MOCK_TEXT }, { "emergency_contact_phone", MOCK_TEXT },
	{ "allergies", MOCK_LIST }, { "condition_codes", MOCK_LIST }, { "conditions", MOCK_LIST },
	{ "registered_on", MOCK_DATE },
};

static void
make_patient(struct mock_record *r)
{
	static const char *const insurers[] = { "Example Health Plan", "Placeholder Mutual",
		"Sample Care Alliance", "Demonstration Life", "Self-pay" };
	static const char *const adult[] = { "spouse", "parent", "sibling", "child", "friend" };
	static const char *const young[] = { "mother", "father", "grandparent", "guardian" };
	struct draw      *d = &r->draw;
	struct patient    p = mock_patient(r->mem, r->in, r->index, d);
	const char       *insurer;

	put(r, "patient_id", p.id);
	put(r, "first_name", p.person.first);
	put(r, "last_name", p.person.last);
	put(r, "sex", p.person.female ? "female" : "male");
	put_date(r, "birth_date", p.birth);
	put_int(r, "age", p.age);
	put_body(r, &p);
	put(r, "email", person_email(r->mem, &p.person, r->index, "example.com"));
	put(r, "phone", draw_phone(d, r->mem, p.place));
	put(r, "street", draw_street(d, r->mem));
	put(r, "city", p.place->city);
	put(r, "state", p.place->state);
	put(r, "postal_code", draw_postal_code(d, r->mem, p.place));
	put(r, "country", "US");
	insurer = *DRAW_OF(d, insurers);
	put(r, "insurance_provider", insurer);
	put(r, "insurance_member_id", strcmp(insurer, "Self-pay") == 0 ? NULL
	    : mem_fmt(r->mem, "MBR%09lld", (long long)draw_between(d, 1, 999999999)));
	put_fmt(r, "primary_physician", "Dr. %s", draw_person(d, r->mem).full);
	put(r, "emergency_contact_name", draw_person(d, r->mem).full);
	put(r, "emergency_contact_relation", p.age < 18 ? *DRAW_OF(d, young)
	    : adult[draw_below(d, p.age < 40 ? 3 : COUNT(adult))]);
	put(r, "emergency_contact_phone", draw_phone(d, r->mem, p.place));
	put_conditions(r, &p);
	put_date(r, "registered_on", p.registered);
}

const struct mock_template mock_medical_patients = {
	"medical_patients", "Medical", "Demographics, allergies and conditions", 100, NULL,
	patient_fields, COUNT(patient_fields), make_patient,
};

static struct patient
some_patient(struct mock_record *r)
{
	return mock_patient(r->mem, r->in,
	    draw_below(&r->draw, related_count(r->in, mock_medical_patients.name)), NULL);
}

static void
put_patient(struct mock_record *r, const struct patient *p)
{
	put(r, "patient_id", p->id);
	put(r, "patient_name", p->person.full);
	put_date(r, "patient_birth_date", p->birth);
}

static const struct mock_field appointment_fields[] = {
	{ "appointment_id", MOCK_TEXT }, { "patient_id", MOCK_TEXT }, { "patient_name", MOCK_TEXT },
	{ "patient_birth_date", MOCK_DATE }, { "physician", MOCK_TEXT }, { "department", MOCK_TEXT },
	{ "room", MOCK_TEXT }, { "type", MOCK_TEXT }, { "reason", MOCK_TEXT },
	{ "diagnosis_code", MOCK_TEXT }, { "booked_at", MOCK_TIME }, { "starts_at", MOCK_TIME },
	{ "ends_at", MOCK_TIME }, { "duration_minutes", MOCK_INT }, { "status", MOCK_TEXT },
};

static void
make_appointment(struct mock_record *r)
{
	static const char *const past[] = { "completed", "completed", "completed", "completed",
		"completed", "cancelled", "no_show" };
	static const char *const coming[] = { "scheduled", "scheduled", "confirmed", "cancelled" };
	static const char *const types[] = { "new_patient", "follow_up", "follow_up", "annual_physical",
		"urgent", "telehealth" };
	struct draw    *d = &r->draw;
	struct patient  p = some_patient(r);
	int64_t         first = r->in->today - 180, day, booked, start, minutes, floor;
	const struct condition *c;
	const char     *status;

	if (first <= p.registered)
		first = p.registered + 1;
	day = draw_between(d, first, r->in->today + 90);
	booked = draw_between(d, p.registered > day - 60 ? p.registered : day - 60,
	    day > r->in->today ? r->in->today - 1 : day - 1);
	c = draw_condition(d, &p, date_years(p.birth, day < r->in->today ? day : r->in->today));
	status = day < r->in->today ? *DRAW_OF(d, past) : *DRAW_OF(d, coming);
	start = day * DAY + draw_between(d, 8 * 4, 17 * 4 - 1) * 15 * MINUTE;
	minutes = 15 * draw_between(d, 1, 4);
	put(r, "appointment_id", mock_id(r->mem, "APT", r->index));
	put_patient(r, &p);
	put_fmt(r, "physician", "Dr. %s", draw_person(d, r->mem).full);
	put(r, "department", p.age < 18 && strcmp(c->department, "Family Medicine") == 0 ? "Pediatrics"
	    : c->department);
	floor = draw_between(d, 1, 4);
	put_fmt(r, "room", "%d%02d", (int)floor, (int)draw_between(d, 1, 30));
	put(r, "type", *DRAW_OF(d, types));
	put(r, "reason", c->name);
	put(r, "diagnosis_code", strcmp(status, "completed") == 0 ? c->code : NULL);
	put_time(r, "booked_at", draw_time(d, booked, 8, 18));
	put_time(r, "starts_at", start);
	put_time(r, "ends_at", start + minutes * MINUTE);
	put_int(r, "duration_minutes", minutes);
	put(r, "status", status);
}

const struct mock_template mock_medical_appointments = {
	"medical_appointments", "Medical", "Schedules of patients and physicians", 200,
	"medical_patients", appointment_fields, COUNT(appointment_fields), make_appointment,
};

static const struct condition *
condition_of(const struct drug *drug)
{
	for (size_t i = 0; i < n_conditions; i++)
		if (strcmp(conditions[i].code, drug->code) == 0)
			return &conditions[i];
	return NULL;
}

static bool
may_take(const struct drug *drug, const struct patient *p, int64_t age)
{
	for (size_t i = 0; drug->allergy != NULL && i < p->n_allergies; i++)
		if (strcmp(drug->allergy, p->allergies[i]) == 0)
			return false;
	return age >= drug->youngest && fits(condition_of(drug), p, age);
}

/* There are vitamins for everyone. */
static const struct drug *
draw_drug(struct draw *d, const struct patient *p, int64_t age)
{
	size_t i = draw_below(d, n_drugs);

	while (!may_take(&drugs[i], p, age))
		i = (i + 1) % n_drugs;
	return &drugs[i];
}

static const struct mock_field prescription_fields[] = {
	{ "prescription_id", MOCK_TEXT }, { "patient_id", MOCK_TEXT }, { "patient_name", MOCK_TEXT },
	{ "patient_birth_date", MOCK_DATE }, { "prescriber", MOCK_TEXT }, { "drug_name", MOCK_TEXT },
	{ "drug_class", MOCK_TEXT }, { "strength", MOCK_TEXT }, { "form", MOCK_TEXT },
	{ "route", MOCK_TEXT }, { "instructions", MOCK_TEXT }, { "days_supply", MOCK_INT },
	{ "quantity", MOCK_INT }, { "refills", MOCK_INT }, { "refills_left", MOCK_INT },
	{ "indication_code", MOCK_TEXT }, { "indication", MOCK_TEXT }, { "prescribed_on", MOCK_DATE },
	{ "ends_on", MOCK_DATE }, { "status", MOCK_TEXT }, { "pharmacy", MOCK_TEXT },
};

static void
put_drug(struct mock_record *r, const struct drug *drug, int64_t days)
{
	static const char *const often[] = { "as needed", "once daily", "twice daily",
		"three times daily", "four times daily" };
	static const char *const units[] = { "tablet", "capsule", "chewable tablet" };
	size_t n = 0;
	bool   counted = false;

	while (n < COUNT(drug->strengths) && drug->strengths[n] != NULL)
		n++;
	for (size_t i = 0; i < COUNT(units); i++)
		counted |= strcmp(drug->form, units[i]) == 0;
	put(r, "drug_name", drug->name);
	put(r, "drug_class", drug->class);
	put(r, "strength", drug->strengths[draw_below(&r->draw, n)]);
	put(r, "form", drug->form);
	put(r, "route", drug->route);
	put_fmt(r, "instructions", "%s %s", counted ? mem_fmt(r->mem, "Take 1 %s by mouth", drug->form)
	    : "Use as directed", often[drug->a_day]);
	put_int(r, "days_supply", days);
	/* Tablets are counted; of anything else there is one package for a month. */
	put_int(r, "quantity", !counted ? (days + 29) / 30 : drug->a_day > 0 ? drug->a_day * days : 20);
}

static void
make_prescription(struct mock_record *r)
{
	static const char *const pharmacies[] = { "Example Pharmacy #12", "Example Pharmacy #48",
		"Corner Example Drugs", "Sample Hospital Outpatient Pharmacy" };
	struct draw       *d = &r->draw;
	struct patient     p = some_patient(r);
	const struct drug *drug;
	int64_t            day, first, days, refills, left, ends;

	first = r->in->today - 365 > p.registered ? r->in->today - 365 : p.registered;
	day = draw_between(d, first, r->in->today - 1);
	drug = draw_drug(d, &p, date_years(p.birth, day));
	days = drug->days[draw_below(d, 3)];
	refills = draw_between(d, 0, drug->refills);
	left = refills - (r->in->today - day) / days;
	ends = day + days * (refills + 1);
	put(r, "prescription_id", mock_id(r->mem, "RX", r->index));
	put_patient(r, &p);
	put_fmt(r, "prescriber", "Dr. %s", draw_person(d, r->mem).full);
	put_drug(r, drug, days);
	put_int(r, "refills", refills);
	put_int(r, "refills_left", left > 0 ? left : 0);
	put(r, "indication_code", drug->code);
	put(r, "indication", condition_of(drug)->name);
	put_date(r, "prescribed_on", day);
	put_date(r, "ends_on", ends);
	put(r, "status", draw_percent(d, 5) ? "cancelled" : ends > r->in->today ? "active"
	    : "completed");
	put(r, "pharmacy", *DRAW_OF(d, pharmacies));
}

const struct mock_template mock_medical_prescriptions = {
	"medical_prescriptions", "Medical", "Medications with strength, dose and indication", 150,
	"medical_patients", prescription_fields, COUNT(prescription_fields), make_prescription,
};
