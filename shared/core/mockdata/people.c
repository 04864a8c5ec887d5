/* shared/core/mockdata/people.c - names, places, telephones, addresses */
#include <string.h>

#include "shared/core/mockdata/record.h"

static const char *const female_names[] = {
	"Aaliyah", "Abigail", "Aisha", "Alejandra", "Amara", "Ana", "Anjali", "Anna", "Ayumi",
	"Beatriz",
	"Brooke", "Camila", "Carmen", "Chloe", "Chioma", "Claire", "Dana", "Deborah", "Diana", "Elena",
	"Emily", "Esther", "Fatima", "Freya", "Gabriela", "Grace", "Hannah", "Helen", "Imani", "Ingrid",
	"Isabella", "Jasmine", "Jin", "Julia", "Kavya", "Keiko", "Kiana", "Laura", "Leila", "Lin",
	"Lucía", "Mai", "Maria", "Mei", "Miriam", "Nadia", "Naomi", "Ngozi", "Nicole", "Noor",
	"Olivia", "Patricia", "Priya", "Rachel", "Renée", "Rosa", "Ruth", "Sakura", "Samira", "Sarah",
	"Sofía", "Susan", "Tamika", "Thuy", "Valentina", "Wanda", "Yasmin", "Yetunde", "Zainab",
	"Zoë",
};
static const char *const male_names[] = {
	"Aaron", "Abdul", "Adam", "Ahmed", "Alejandro", "Amir", "André", "Andrew", "Arjun", "Benjamin",
	"Bao", "Brian", "Carlos", "Chidi", "Christopher", "Daniel", "Darius", "David", "Diego",
	"Dmitri",
	"Edward", "Elijah", "Emeka", "Ethan", "Farid", "Felix", "Gabriel", "George", "Giovanni",
	"Hiroshi",
	"Hugo", "Ibrahim", "Isaac", "Ivan", "Jamal", "James", "Javier", "Jian", "John", "José",
	"Joshua", "Kenji", "Kevin", "Kwame", "Lars", "Leon", "Liam", "Luis", "Malik", "Marcus",
	"Mateo", "Michael", "Minh", "Mohammed", "Nathan", "Noah", "Oliver", "Omar", "Oscar", "Patrick",
	"Rahul", "Rafael", "Robert", "Samuel", "Sanjay", "Sergei", "Thomas", "Tyrone", "Victor", "Wei",
};
static const char *const last_names[] = {
	"Abebe", "Adeyemi", "Ahmed", "Ali", "Allen", "Álvarez", "Andersen", "Anderson", "Baker",
	"Banerjee",
	"Begay", "Bell", "Brooks", "Brown", "Campbell", "Castillo", "Chen", "Clark", "Cohen", "Cruz",
	"Davis", "Desai", "Diallo", "Díaz", "Dubois", "Edwards", "Evans", "Fischer", "Flores",
	"Foster",
	"García", "Gonzalez", "Gray", "Green", "Gupta", "Hall", "Harris", "Hassan", "Hernandez",
	"Hill",
	"Huang", "Hughes", "Ivanov", "Jackson", "Jensen", "Johnson", "Jones", "Kaur", "Khan", "Kim",
	"Kowalski", "Kumar", "Lee", "Lewis", "Li", "Lopez", "Martin", "Martinez", "Mbeki", "Miller",
	"Mitchell", "Moore", "Morales", "Müller", "Murphy", "Nakamura", "Nguyen", "Nowak", "Okafor",
	"Okoye",
	"O'Brien", "Ortiz", "Park", "Patel", "Pereira", "Petrov", "Phillips", "Ramirez", "Reyes",
	"Rivera",
	"Roberts", "Robinson", "Rossi", "Santos", "Sato", "Schmidt", "Scott", "Sharma", "Silva",
	"Singh",
	"Smith", "Suzuki", "Tanaka", "Taylor", "Thomas", "Thompson", "Torres", "Tran", "Turner",
	"Walker",
	"Wang", "White", "Williams", "Wilson", "Wong", "Wright", "Yamamoto", "Yang", "Young", "Zhang",
};

/* The area codes are the cities'; the numbers in them, 555-0100 to 555-0199, are nobody's. */
static const struct place places[] = {
	{ "Albuquerque", "NM", "871", "505", 35084, -106650 },
	{ "Atlanta", "GA", "303", "404", 33749, -84388 },
	{ "Austin", "TX", "787", "512", 30267, -97743 },
	{ "Baltimore", "MD", "212", "410", 39290, -76612 },
	{ "Boise", "ID", "837", "208", 43615, -116202 },
	{ "Boston", "MA", "021", "617", 42360, -71059 },
	{ "Charlotte", "NC", "282", "704", 35227, -80843 },
	{ "Chicago", "IL", "606", "312", 41878, -87630 },
	{ "Cleveland", "OH", "441", "216", 41499, -81694 },
	{ "Columbus", "OH", "432", "614", 39961, -82999 },
	{ "Dallas", "TX", "752", "214", 32777, -96797 },
	{ "Denver", "CO", "802", "303", 39739, -104990 },
	{ "Des Moines", "IA", "503", "515", 41587, -93625 },
	{ "Detroit", "MI", "482", "313", 42331, -83046 },
	{ "Honolulu", "HI", "968", "808", 21307, -157858 },
	{ "Houston", "TX", "770", "713", 29760, -95370 },
	{ "Indianapolis", "IN", "462", "317", 39768, -86158 },
	{ "Jacksonville", "FL", "322", "904", 30332, -81656 },
	{ "Kansas City", "MO", "641", "816", 39100, -94579 },
	{ "Las Vegas", "NV", "891", "702", 36170, -115140 },
	{ "Los Angeles", "CA", "900", "213", 34052, -118244 },
	{ "Louisville", "KY", "402", "502", 38253, -85759 },
	{ "Memphis", "TN", "381", "901", 35150, -90049 },
	{ "Miami", "FL", "331", "305", 25762, -80192 },
	{ "Milwaukee", "WI", "532", "414", 43039, -87906 },
	{ "Minneapolis", "MN", "554", "612", 44978, -93265 },
	{ "Nashville", "TN", "372", "615", 36163, -86781 },
	{ "New Orleans", "LA", "701", "504", 29951, -90072 },
	{ "New York", "NY", "100", "212", 40713, -74006 },
	{ "Oklahoma City", "OK", "731", "405", 35468, -97516 },
	{ "Omaha", "NE", "681", "402", 41257, -95935 },
	{ "Philadelphia", "PA", "191", "215", 39953, -75164 },
	{ "Phoenix", "AZ", "850", "602", 33448, -112074 },
	{ "Pittsburgh", "PA", "152", "412", 40441, -79996 },
	{ "Portland", "OR", "972", "503", 45515, -122678 },
	{ "Salt Lake City", "UT", "841", "801", 40761, -111891 },
	{ "San Antonio", "TX", "782", "210", 29425, -98494 },
	{ "San Diego", "CA", "921", "619", 32716, -117161 },
	{ "San Francisco", "CA", "941", "415", 37775, -122419 },
	{ "Seattle", "WA", "981", "206", 47606, -122332 },
	{ "St. Louis", "MO", "631", "314", 38627, -90199 },
	{ "Tucson", "AZ", "857", "520", 32222, -110975 },
};

static const char *const streets[] = {
	"Adams", "Ash", "Birch", "Cedar", "Cherry", "Chestnut", "Church", "Cypress", "Elm", "Forest",
	"Franklin", "Grove", "Hickory", "Highland", "Hill", "Jackson", "Jefferson", "Juniper", "Lake",
	"Laurel", "Lincoln", "Madison", "Magnolia", "Main", "Maple", "Meadow", "Mill", "Oak", "Park",
	"Pine", "Poplar", "Ridge", "River", "Spring", "Spruce", "Sunset", "Sycamore", "Valley",
	"Walnut",
	"Washington", "Willow",
};
static const char *const street_kinds[] = { "St", "Ave", "Rd", "Blvd", "Ln", "Dr", "Ct", "Way" };

struct person
draw_person(struct draw *d, struct mem *m)
{
	struct person p = { .female = draw_percent(d, 51) };

	p.first = p.female ? *DRAW_OF(d, female_names) : *DRAW_OF(d, male_names);
	p.last = *DRAW_OF(d, last_names);
	p.full = mem_fmt(m, "%s %s", p.first, p.last);
	return p;
}

/* Letters only, in lower case: accents go, as people write their addresses. */
static char *
plain(struct mem *m, const char *s)
{
	/* Second byte of U+00C0 to U+00FF, and its letter. */
	static const char letters[] = "aaaaaaaceeeeiiiidnooooo ouuuuyts"
	                              "aaaaaaaceeeeiiiidnooooo ouuuuyty";
	char  *out = mem_alloc(m, strlen(s) + 1);
	size_t n = 0;

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c >= 'A' && c <= 'Z')
			out[n++] = (char)(c + 32);
		else if (c >= 'a' && c <= 'z')
			out[n++] = (char)c;
		else if (c == 0xc3 && s[1] != '\0')
			out[n++] = letters[(unsigned char)*++s - 0x80];
	}
	return out;
}

char *
person_email(struct mem *m, const struct person *p, uint64_t number, const char *domain)
{
	return mem_fmt(m, "%s.%s%llu@%s", plain(m, p->first), plain(m, p->last),
	    (unsigned long long)number + 1, domain);
}

const struct place *
draw_place(struct draw *d)
{
	return DRAW_OF(d, places);
}

char *
draw_street(struct draw *d, struct mem *m)
{
	int         number = (int)draw_between(d, 1, 9899);
	const char *name = *DRAW_OF(d, streets), *kind = *DRAW_OF(d, street_kinds);

	if (draw_percent(d, 25))
		return mem_fmt(m, "%d %s %s Apt %d", number, name, kind, (int)draw_between(d, 1, 48));
	return mem_fmt(m, "%d %s %s", number, name, kind);
}

char *
draw_postal_code(struct draw *d, struct mem *m, const struct place *p)
{
	return mem_fmt(m, "%s%02d", p->zip3, (int)draw_between(d, 1, 30));
}

char *
draw_phone(struct draw *d, struct mem *m, const struct place *p)
{
	return mem_fmt(m, "+1-%s-555-%04d", p->area, (int)draw_between(d, 100, 199));
}

char *
draw_address(struct draw *d, struct mem *m)
{
	static const char *const ranges[] = { "192.0.2", "198.51.100", "203.0.113" };
	const char              *range = *DRAW_OF(d, ranges);

	return mem_fmt(m, "%s.%d", range, (int)draw_between(d, 1, 254));
}

int64_t
draw_time(struct draw *d, int64_t day, int first_hour, int last_hour)
{
	return day * DAY + draw_between(d, first_hour * 3600, last_hour * 3600 - 1) * SECOND;
}

size_t
draw_some(struct draw *d, struct mem *m, const char *const *words, size_t n, size_t most,
    const char ***out)
{
	size_t count = 0, left = most;

	*out = mem_array(m, const char *, most + 1);
	for (size_t i = 0; i < n && left > 0; i++)
		if (draw_below(d, n - i) < left) {
			(*out)[count++] = words[i];
			left--;
		}
	return count;
}
