/* shared/core/mockdata/crime.c - incidents and suspects */
#include <string.h>

#include "shared/core/mockdata/record.h"

/* Offences with their code in the National Incident-Based Reporting System. */
struct offence {
	const char *code, *name, *category, *severity;
	const char *story;
	int         loss;        /* at most, in dollars; 0: none */
	bool        victim;      /* there is one who was there */
	const char *weapon;      /* NULL: none; "": one of those */
	const char *evidence[5]; /* NULL after the last */
	const char *charge;
};

/* lint: wide table */
static const struct offence offences[] = {
	{ "13A", "Aggravated Assault", "Crime Against Person", "felony", "Victim was attacked and injured during a dispute", 0, true, "", { "Witness statements", "Medical report", "Photographs of injuries", "Weapon" }, "Aggravated assault" },
	{ "13B", "Simple Assault", "Crime Against Person", "misdemeanor", "Victim was pushed and struck during an argument", 0, true, NULL, { "Witness statements", "Photographs of injuries" }, "Assault" },
	{ "120", "Robbery", "Crime Against Property", "felony", "Suspect demanded cash and property under threat", 5000, true, "", { "CCTV footage", "Witness statements", "Fingerprints", "Weapon" }, "Robbery" },
	{ "200", "Arson", "Crime Against Property", "felony", "Fire set deliberately to an unoccupied structure", 90000, false, NULL, { "Accelerant residue", "Photographs of scene", "CCTV footage" }, "Arson" },
	{ "220", "Burglary/Breaking & Entering", "Crime Against Property", "felony", "Entry forced through a rear door, property taken", 12000, false, NULL, { "Fingerprints", "Tool marks", "Photographs of scene", "Shoe impression", "CCTV footage" }, "Burglary" },
	{ "23C", "Shoplifting", "Crime Against Property", "misdemeanor", "Merchandise concealed and carried past the registers", 900, false, NULL, { "CCTV footage", "Recovered merchandise", "Witness statements" }, "Theft" },
	{ "23F", "Theft From Motor Vehicle", "Crime Against Property", "misdemeanor", "Window of a parked car broken, items taken from the seat", 2500, false, NULL, { "Fingerprints", "Glass fragments", "Photographs of scene" }, "Theft" },
	{ "240", "Motor Vehicle Theft", "Crime Against Property", "felony", "Parked vehicle taken without the owner's consent", 40000, false, NULL, { "CCTV footage", "License plate reader record", "Vehicle registration" }, "Motor vehicle theft" },
	{ "250", "Counterfeiting/Forgery", "Crime Against Property", "felony", "Forged checks passed at a bank counter", 8000, false, NULL, { "Forged documents", "CCTV footage", "Bank records" }, "Forgery" },
	{ "26A", "False Pretenses/Swindle/Confidence Game", "Crime Against Property", "felony", "Victim paid in advance for goods that never came", 15000, false, NULL, { "Bank records", "Message transcripts", "Telephone records" }, "Theft by deception" },
	{ "26F", "Identity Theft", "Crime Against Property", "felony", "Accounts opened in the victim's name", 20000, false, NULL, { "Bank records", "Account applications", "IP address logs" }, "Identity theft" },
	{ "290", "Destruction/Damage/Vandalism of Property", "Crime Against Property", "misdemeanor", "Walls sprayed and windows broken overnight", 4000, false, NULL, { "Photographs of scene", "Paint sample", "CCTV footage" }, "Vandalism" },
	{ "35A", "Drug/Narcotic Violations", "Crime Against Society", "felony", "Controlled substances found during a traffic stop", 0, false, NULL, { "Seized substances", "Laboratory report", "Body camera footage" }, "Possession of a controlled substance" },
	{ "520", "Weapon Law Violations", "Crime Against Society", "felony", "Firearm carried without the permit required", 0, false, "handgun", { "Weapon", "Body camera footage", "Permit records" }, "Unlawful possession of a weapon" },
	{ "90J", "Trespass of Real Property", "Group B", "misdemeanor", "Person remained on the premises after being told to leave", 0, false, NULL, { "Witness statements", "CCTV footage" }, "Trespass" },
};

struct incident
mock_incident(struct mem *m, const struct mock_inputs *in, uint64_t index, struct draw *d)
{
	static const char *const states[] = { "open", "under_investigation", "under_investigation",
		"cleared_by_arrest", "closed" };
	struct draw     own = draw_start(in->seed, mock_crime_incidents.name, index);
	struct incident x = { .id = mock_id(m, "INC", index) };
	int64_t         delay;

	if (d == NULL)
		d = &own;
	x.offence = DRAW_OF(d, offences);
	x.occurred = draw_time(d, in->today - draw_between(d, 4, 365), 0, 24);
	delay = draw_percent(d, 70) ? draw_between(d, 2, 240) : draw_between(d, 240, 3 * 24 * 60);
	x.reported = x.occurred + delay * MINUTE;
	x.status = *DRAW_OF(d, states);
	x.place = draw_place(d);
	return x;
}

static const struct mock_field incident_fields[] = {
	{ "incident_number", MOCK_TEXT }, { "offense", MOCK_TEXT }, { "nibrs_code", MOCK_TEXT },
	{ "category", MOCK_TEXT }, { "severity", MOCK_TEXT }, { "description", MOCK_TEXT },
	{ "occurred_at", MOCK_TIME }, { "reported_at", MOCK_TIME }, { "street", MOCK_TEXT },
	{ "city", MOCK_TEXT }, { "state", MOCK_TEXT }, { "postal_code", MOCK_TEXT },
	{ "latitude", MOCK_NUMBER }, { "longitude", MOCK_NUMBER }, { "location_type", MOCK_TEXT },
	{ "status", MOCK_TEXT }, { "officer", MOCK_TEXT }, { "badge_number", MOCK_TEXT },
	{ "victims", MOCK_INT }, { "witnesses", MOCK_INT }, { "weapon", MOCK_TEXT },
	{ "property_loss_usd", MOCK_INT }, { "evidence", MOCK_LIST }, { "evidence_ids", MOCK_LIST },
};

/* Thousandths of a degree, and ten-thousandths drawn around them. */
static void
put_degrees(struct mock_record *r, const char *field, int thousandths)
{
	long long at = (long long)thousandths * 10 + draw_between(&r->draw, -400, 400);
	long long size = at < 0 ? -at : at;

	put_fmt(r, field, "%s%lld.%04lld", at < 0 ? "-" : "", size / 10000, size % 10000);
}

static void
put_evidence(struct mock_record *r, const struct offence *o)
{
	size_t       n = 0;
	const char **items, **ids;

	while (n < COUNT(o->evidence) && o->evidence[n] != NULL)
		n++;
	n = draw_some(&r->draw, r->mem, o->evidence, n, 1 + draw_below(&r->draw, n), &items);
	ids = mem_array(r->mem, const char *, n);
	for (size_t i = 0; i < n; i++)
		ids[i] = mem_fmt(r->mem, "EV-%06llu-%02zu", (unsigned long long)r->index + 1, i + 1);
	put_list(r, "evidence", items, n);
	put_list(r, "evidence_ids", ids, n);
}

static void
make_incident(struct mock_record *r)
{
	static const char *const locations[] = { "residence", "street", "parking_lot", "store", "bar",
		"office", "school", "park", "transit_station" };
	static const char *const weapons[] = { "knife", "handgun", "blunt object", "none shown" };
	struct draw          *d = &r->draw;
	struct incident       x = mock_incident(r->mem, r->in, r->index, d);
	const struct offence *o = x.offence;

	put(r, "incident_number", x.id);
	put(r, "offense", o->name);
	put(r, "nibrs_code", o->code);
	put(r, "category", o->category);
	put(r, "severity", o->severity);
	put_fmt(r, "description", "%s.", o->story);
	put_time(r, "occurred_at", x.occurred);
	put_time(r, "reported_at", x.reported);
	put(r, "street", draw_street(d, r->mem));
	put(r, "city", x.place->city);
	put(r, "state", x.place->state);
	put(r, "postal_code", draw_postal_code(d, r->mem, x.place));
	put_degrees(r, "latitude", x.place->latitude);
	put_degrees(r, "longitude", x.place->longitude);
	put(r, "location_type", *DRAW_OF(d, locations));
	put(r, "status", x.status);
	put_fmt(r, "officer", "Officer %s", draw_person(d, r->mem).full);
	put_fmt(r, "badge_number", "%04d", (int)draw_between(d, 100, 9999));
	put_int(r, "victims", o->victim ? draw_between(d, 1, 2) : 0);
	put_int(r, "witnesses", draw_between(d, 0, 4));
	put(r, "weapon", o->weapon != NULL && o->weapon[0] == '\0' ? *DRAW_OF(d, weapons) : o->weapon);
	put_int(r, "property_loss_usd", o->loss > 0 ? draw_between(d, o->loss / 50 + 1, o->loss) : 0);
	put_evidence(r, o);
}

const struct mock_template mock_crime_incidents = {
	"crime_incidents", "Crime", "Reports with their evidence", 100, NULL,
	incident_fields, COUNT(incident_fields), make_incident,
};

static const struct mock_field suspect_fields[] = {
	{ "suspect_id", MOCK_TEXT }, { "incident_number", MOCK_TEXT }, { "offense", MOCK_TEXT },
	{ "first_name", MOCK_TEXT }, { "last_name", MOCK_TEXT }, { "alias", MOCK_TEXT },
	{ "sex", MOCK_TEXT }, { "birth_date", MOCK_DATE }, { "age", MOCK_INT },
	{ "height_cm", MOCK_INT }, { "weight_kg", MOCK_INT }, { "build", MOCK_TEXT },
	{ "hair_color", MOCK_TEXT }, { "eye_color", MOCK_TEXT },
	{ "distinguishing_marks", MOCK_LIST }, { "last_seen_city", MOCK_TEXT },
	{ "last_seen_state", MOCK_TEXT }, { "identified_at", MOCK_TIME }, { "status", MOCK_TEXT },
	{ "arrested_at", MOCK_TIME }, { "charges", MOCK_LIST }, { "prior_arrests", MOCK_INT },
	{ "risk_level", MOCK_TEXT },
};

static void
put_description(struct mock_record *r, const struct person *p, int64_t age)
{
	static const char *const hair[] = { "black", "brown", "blond", "red", "dyed", "shaved" };
	static const char *const eyes[] = { "brown", "brown", "blue", "green", "hazel" };
	static const char *const marks[] = { "scar on left cheek", "tattoo on right forearm",
		"tattoo on neck", "missing finger", "walks with a limp", "pierced eyebrow",
		"burn on hand" };
	struct draw *d = &r->draw;
	int64_t      height = draw_between(d, 158, 186) + (p->female ? -6 : 6);
	int64_t      index = draw_between(d, 18, 34);
	const char **some;
	size_t       n;

	put_int(r, "height_cm", height);
	put_int(r, "weight_kg", index * height * height / 10000);
	put(r, "build", index < 21 ? "slim" : index < 26 ? "average" : index < 30 ? "stocky" : "heavy");
	put(r, "hair_color", age > 60 ? "gray" : *DRAW_OF(d, hair));
	put(r, "eye_color", *DRAW_OF(d, eyes));
	n = draw_some(d, r->mem, marks, COUNT(marks), draw_below(d, 3), &some);
	put_list(r, "distinguishing_marks", some, n);
}

/* What is known depends on the incident: it is cleared by an arrest, or nobody was arrested yet. */
static void
put_outcome(struct mock_record *r, const struct incident *x)
{
	static const char *const looked_for[] = { "wanted", "person_of_interest", "released" };
	static const char *const held[] = { "in_custody", "released_on_bail", "charged" };
	struct draw *d = &r->draw;
	bool         cleared = strcmp(x->status, "cleared_by_arrest") == 0;
	int64_t      known = x->reported + draw_between(d, 1, 10 * 60) * MINUTE;
	const char **charges = mem_array(r->mem, const char *, 1);

	charges[0] = x->offence->charge;
	put_time(r, "identified_at", known);
	put(r, "status", cleared ? *DRAW_OF(d, held) : *DRAW_OF(d, looked_for));
	if (cleared)
		put_time(r, "arrested_at", known + draw_between(d, 5, 7 * 60) * MINUTE);
	else
		put(r, "arrested_at", NULL);
	put_list(r, "charges", charges, cleared ? 1 : 0);
}

static void
make_suspect(struct mock_record *r)
{
	static const char *const aliases[] = { "Ace", "Shadow", "Red", "Doc", "Slim", "Lucky", "Bear" };
	struct draw    *d = &r->draw;
	struct incident x = mock_incident(r->mem, r->in,
	    draw_below(d, related_count(r->in, mock_crime_incidents.name)), NULL);
	struct person   p = draw_person(d, r->mem);
	/* At least 18 when it happened. */
	int64_t         birth = r->in->today - 366 - draw_between(d, 18 * 366, 65 * 365);
	int64_t         age = date_years(birth, r->in->today), priors;

	put(r, "suspect_id", mock_id(r->mem, "SUS", r->index));
	put(r, "incident_number", x.id);
	put(r, "offense", x.offence->name);
	put(r, "first_name", p.first);
	put(r, "last_name", p.last);
	put(r, "alias", draw_percent(d, 30) ? *DRAW_OF(d, aliases) : NULL);
	put(r, "sex", p.female ? "female" : "male");
	put_date(r, "birth_date", birth);
	put_int(r, "age", age);
	put_description(r, &p, age);
	put(r, "last_seen_city", x.place->city);
	put(r, "last_seen_state", x.place->state);
	put_outcome(r, &x);
	priors = draw_percent(d, 50) ? 0 : draw_between(d, 1, 8);
	put_int(r, "prior_arrests", priors);
	put(r, "risk_level", x.offence->weapon != NULL ? "high" : priors > 3 ? "medium" : "low");
}

const struct mock_template mock_crime_suspects = {
	"crime_suspects", "Crime", "Descriptions of suspects in incidents", 75, "crime_incidents",
	suspect_fields, COUNT(suspect_fields), make_suspect,
};
