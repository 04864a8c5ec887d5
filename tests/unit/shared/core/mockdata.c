/* tests/unit/shared/core/mockdata.c - every template, a thousand records under several seeds */
/* lint: long file: tables of published scores and of what each field looks like */
#include "shared/core/mockdata/mock.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/core/mockdata/cvss.h"
#include "shared/core/mockdata/draw.h"
#include "shared/wire/digest.h"
#include "shared/wire/enc.h"

enum { RECORDS = 1000, MEMORY = 64 << 20 };

static const uint64_t seeds[] = { 0, 1, 42, UINT64_C(0xffffffffffffffff) };

/* Published pairs: the specification's examples and the National Vulnerability Database. */
static const struct {
	const char *vector;
	int         tenths;
} scores[] = {
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 75 },
	{ "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:H", 90 },
	{ "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H", 59 },
	{ "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 78 },
	{ "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:H/I:H/A:H", 70 },
	{ "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:C/C:H/I:N/A:N", 56 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N", 53 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 61 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:N", 81 },
	{ "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H", 81 },
	{ "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 88 },
	{ "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 64 },
	{ "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 31 },
	{ "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:C/C:N/I:H/A:N", 61 },
	{ "CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 42 },
	{ "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 68 },
	{ "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:C/C:H/I:H/A:H", 91 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N", -1 },
	{ "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", -1 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N/", -1 },
};

static void
test_cvss(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(scores); i++)
		assert_int_equal(cvss_score(scores[i].vector), scores[i].tenths);
	assert_string_equal(cvss_severity(90), "CRITICAL");
	assert_string_equal(cvss_severity(89), "HIGH");
	assert_string_equal(cvss_severity(39), "LOW");
}

static void
test_dates(void **state)
{
	struct mem *m = mem_new(1 << 20);

	(void)state;
	assert_string_equal(date_text(m, MOCK_TODAY), "2026-01-01");
	assert_string_equal(date_text(m, MOCK_TODAY_FIRST), "2020-01-01");
	assert_string_equal(date_text(m, MOCK_TODAY_LAST), "2099-12-31");
	assert_string_equal(date_text(m, -1), "1969-12-31");
	assert_int_equal(date_days(2000, 2, 29), 11016);
	assert_int_equal(date_years(date_days(2000, 2, 29), date_days(2018, 2, 28)), 17);
	assert_int_equal(date_years(date_days(2000, 2, 29), date_days(2018, 3, 1)), 18);
	mem_free(m);
}

/* SplitMix64's published output for the state 1234567. */
static void
test_draws(void **state)
{
	struct draw d = { 1234567 };

	(void)state;
	assert_true(draw_next(&d) == UINT64_C(6457827717110365317));
	assert_true(draw_next(&d) == UINT64_C(3203168211198807973));
	assert_true(draw_next(&d) == UINT64_C(9817491932198370423));
}

#define DATE "[0-9]{4}-[0-9]{2}-[0-9]{2}"

/* What a field of that name looks like, in any template. */
static const struct {
	const char *field, *pattern;
} shapes[] = {
	{ "patient_id", "PAT-[0-9]{6}" }, { "incident_number", "INC-[0-9]{6}" },
	{ "server_id", "SRV-[0-9]{6}" }, { "sex", "female|male" },
	{ "blood_type", "(A|B|AB|O)[+-]" }, { "state", "[A-Z]{2}" }, { "postal_code", "[0-9]{5}" },
	{ "phone", "\\+1-[2-9][0-9]{2}-555-01[0-9]{2}" },
	{ "emergency_contact_phone", "\\+1-[2-9][0-9]{2}-555-01[0-9]{2}" },
	{ "requester_phone", "\\+1-[2-9][0-9]{2}-555-01[0-9]{2}" },
	{ "email", "[a-z]+\\.[a-z]+[0-9]+@example\\.com" },
	{ "owner_email", "[a-z]+\\.[a-z]+[0-9]+@corp\\.example\\.com" },
	{ "requester_email", "[a-z]+\\.[a-z]+[0-9]+@corp\\.example\\.com" },
	{ "condition_codes", "[A-Z][0-9][0-9A-Z](\\.[0-9A-Z]{1,4})?" },
	{ "diagnosis_code", "[A-Z][0-9][0-9A-Z](\\.[0-9A-Z]{1,4})?" },
	{ "indication_code", "[A-Z][0-9][0-9A-Z](\\.[0-9A-Z]{1,4})?" },
	{ "strength", "[0-9./]+ (mg|mg/5 mL|mcg|mcg/actuation|mcg/spray|g|%|units|units/mL)" },
	{ "nibrs_code", "[0-9]{2}[0-9A-Z]" }, { "latitude", "-?[0-9]{1,2}\\.[0-9]{4}" },
	{ "longitude", "-[0-9]{2,3}\\.[0-9]{4}" },
	{ "evidence_ids", "EV-[0-9]{6}-[0-9]{2}" }, { "mac_address", "02(:[0-9a-f]{2}){5}" },
	{ "hostname", "[a-z]{3}-(prd|stg|dev|tst)-[a-z0-9]+-[0-9]{4}" },
	{ "ip_address", "10(\\.[0-9]{1,3}){3}" }, { "destination_ip", "10(\\.[0-9]{1,3}){3}" },
	{ "source_ip", "(192\\.0\\.2|198\\.51\\.100|203\\.0\\.113)\\.[0-9]{1,3}" },
	{ "url", "https://[a-z0-9.-]+\\.example\\.com" },
	{ "mitre_technique_id", "T[0-9]{4}(\\.[0-9]{3})?" }, { "mitre_tactic_id", "TA00[0-9]{2}" },
	{ "tlp", "TLP:(CLEAR|GREEN|AMBER|AMBER\\+STRICT|RED)" },
	{ "cve_id", "CVE-20[0-9]{2}-[0-9]{4,7}" }, { "cwe_id", "CWE-[0-9]+" },
	{ "cvss_vector", "CVSS:3\\.1/AV:[NALP]/AC:[LH]/PR:[NLH]/UI:[NR]/S:[UC]/"
	    "C:[HLN]/I:[HLN]/A:[HLN]" },
	{ "platform", "Windows|Linux|macOS" }, { "version", "[0-9]+\\.[0-9]+\\.[0-9]+" },
};

static const char *const types[] = {
	[MOCK_TEXT] = "[^[:cntrl:]]+", [MOCK_INT] = "-?[0-9]+", [MOCK_NUMBER] = "-?[0-9]+\\.[0-9]+",
	[MOCK_BOOL] = "true|false", [MOCK_DATE] = DATE,
	[MOCK_TIME] = DATE "T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", [MOCK_LIST] = ".+",
};

static regex_t shape[COUNT(shapes)], type[COUNT(types)];

static void
compile(regex_t *out, const char *pattern)
{
	char whole[200];

	snprintf(whole, sizeof(whole), "^(%s)$", pattern);
	assert_int_equal(regcomp(out, whole, REG_EXTENDED | REG_NOSUB), 0);
}

static void
check_text(const struct mock_field *f, const char *text)
{
	bool fits = regexec(&type[f->type], text, 0, NULL, 0) == 0;

	for (size_t i = 0; i < COUNT(shapes) && fits; i++)
		if (strcmp(shapes[i].field, f->name) == 0)
			fits = regexec(&shape[i], text, 0, NULL, 0) == 0;
	if (!fits)
		fail_msg("%s: '%s'", f->name, text);
}

/* The record being checked, for the checks below. */
static const struct mock_template *now_template;
static const struct mock_value    *now_values;

static const struct mock_value *
value(const char *field)
{
	for (size_t i = 0; i < now_template->n_fields; i++)
		if (strcmp(now_template->fields[i].name, field) == 0)
			return &now_values[i];
	return NULL;
}

static const char *
text(const char *field)
{
	return value(field)->text;
}

/* Times and dates of one kind compare as text. */
static const char *const orders[][3] = {
	{ "medical_appointments", "booked_at", "starts_at" },
	{ "medical_appointments", "starts_at", "ends_at" },
	{ "medical_appointments", "patient_birth_date", "starts_at" },
	{ "medical_patients", "birth_date", "registered_on" },
	{ "medical_prescriptions", "patient_birth_date", "prescribed_on" },
	{ "medical_prescriptions", "prescribed_on", "ends_on" },
	{ "crime_incidents", "occurred_at", "reported_at" },
	{ "crime_suspects", "birth_date", "identified_at" },
	{ "crime_suspects", "identified_at", "arrested_at" },
	{ "it_servers", "purchased_on", "warranty_until" },
	{ "it_servers", "purchased_on", "last_patched_on" },
	{ "it_applications", "first_released_on", "last_deployed_at" },
	{ "threat_indicators", "first_seen", "last_seen" },
	{ "threat_indicators", "last_seen", "expires_at" },
	{ "security_vulnerabilities", "first_found_on", "last_seen_on" },
	{ "security_vulnerabilities", "last_seen_on", "fixed_on" },
	{ "security_vulnerabilities", "first_found_on", "due_on" },
	{ "support_tickets", "created_at", "first_response_at" },
	{ "support_tickets", "created_at", "updated_at" },
	{ "support_tickets", "first_response_at", "resolved_at" },
	{ "support_tickets", "created_at", "due_at" },
};

static void
check_order(const char *a, const char *b)
{
	if (text(a) != NULL && text(b) != NULL && strcmp(text(a), text(b)) > 0)
		fail_msg("%s %s is after %s %s", a, text(a), b, text(b));
}

static int64_t
days(const char *s)
{
	return date_days(strtol(s, NULL, 10), strtol(s + 5, NULL, 10), strtol(s + 8, NULL, 10));
}

static void
check_ioc(void)
{
	static const struct { const char *type; size_t length; } hashes[] = {
		{ "md5", 32 }, { "sha1", 40 }, { "sha256", 64 } };
	const char *kind = text("type"), *v = text("value");

	for (size_t i = 0; i < COUNT(hashes); i++)
		if (strcmp(kind, hashes[i].type) == 0) {
			assert_int_equal(strlen(v), hashes[i].length);
			assert_int_equal(strspn(v, "0123456789abcdef"), hashes[i].length);
		}
	if (strcmp(kind, "ipv6") == 0)
		assert_memory_equal(v, "2001:db8:", 9);
	if (strcmp(kind, "url") == 0)
		assert_true(strncmp(v, "http://", 7) == 0 || strncmp(v, "https://", 8) == 0);
	if (strcmp(kind, "domain") == 0 || strcmp(kind, "email") == 0)
		assert_true(strstr(v, ".example") || strstr(v, ".test") || strstr(v, ".invalid"));
}

/* What a record says about a record of another template is what that one says. */
static void
check_related(struct mem *m, const struct mock_inputs *in, const char *id, const char *other,
    const char *const (*pairs)[2], size_t n)
{
	const struct mock_template *mine = now_template, *t = mock_template(other);
	const struct mock_value    *values = now_values;
	long                        number = strtol(text(id) + 4, NULL, 10);
	const char                 *said[4];

	assert_in_range(number, 1, in->related > 0 ? in->related : t->count);
	for (size_t i = 0; i < n; i++)
		said[i] = text(pairs[i][0]);
	now_template = t;
	now_values = mock_make(m, t, in, (uint64_t)number - 1);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(text(pairs[i][1]), said[i]);
	now_template = mine;
	now_values = values;
}

static void
check_kind(struct mem *m, const struct mock_inputs *in)
{
	static const char *const patient[][2] = { { "patient_id", "patient_id" },
		{ "patient_birth_date", "birth_date" } };
	static const char *const incident[][2] = { { "offense", "offense" },
		{ "last_seen_city", "city" }, { "last_seen_state", "state" } };
	static const char *const server[][2] = { { "server_hostname", "hostname" } };
	const char              *name = now_template->name;

	if (value("age") != NULL)
		assert_int_equal(date_years(days(text("birth_date")), in->today),
		    strtol(text("age"), NULL, 10));
	if (value("patient_name") != NULL)
		check_related(m, in, "patient_id", "medical_patients", patient, COUNT(patient));
	if (strcmp(name, "crime_suspects") == 0)
		check_related(m, in, "incident_number", "crime_incidents", incident, COUNT(incident));
	if (value("server_hostname") != NULL)
		check_related(m, in, "server_id", "it_servers", server, COUNT(server));
	if (strcmp(name, "threat_indicators") == 0)
		check_ioc();
	if (value("cvss_vector") != NULL) {
		int score = cvss_score(text("cvss_vector"));

		assert_string_equal(text("cvss_base_score"), mem_fmt(m, "%d.%d", score / 10, score % 10));
		assert_string_equal(text("severity"), cvss_severity(score));
		assert_true(strncmp(text("cve_id") + 4, text("first_found_on"), 4) < 0);
	}
}

static void
check_record(struct mem *m, const struct mock_template *t, const struct mock_inputs *in,
    uint64_t index)
{
	now_template = t;
	now_values = mock_make(m, t, in, index);
	assert_non_null(now_values[0].text);
	for (size_t i = 0; i < t->n_fields; i++) {
		if (now_values[i].text != NULL)
			check_text(&t->fields[i], now_values[i].text);
		for (size_t k = 0; k < now_values[i].n; k++)
			check_text(&t->fields[i], now_values[i].list[k]);
	}
	for (size_t i = 0; i < COUNT(orders); i++)
		if (strcmp(orders[i][0], t->name) == 0)
			check_order(orders[i][1], orders[i][2]);
	check_kind(m, in);
}

static void
test_records(void **state)
{
	struct mem *m = mem_new(MEMORY);

	(void)state;
	for (size_t i = 0; i < COUNT(shapes); i++)
		compile(&shape[i], shapes[i].pattern);
	for (size_t i = 0; i < COUNT(types); i++)
		compile(&type[i], types[i]);
	for (size_t s = 0; s < COUNT(seeds); s++)
		for (size_t k = 0; k < n_mock_templates; k++) {
			struct mock_inputs in = { .seed = seeds[s], .related = s == 2 ? 3 : 0,
				.today = s == 1 ? MOCK_TODAY_FIRST : s == 3 ? MOCK_TODAY_LAST : MOCK_TODAY };

			for (uint64_t i = 0; i < RECORDS; i++) {
				check_record(m, mock_templates[k], &in, i);
				mem_reset(m);
			}
		}
	for (size_t i = 0; i < COUNT(shapes); i++)
		regfree(&shape[i]);
	for (size_t i = 0; i < COUNT(types); i++)
		regfree(&type[i]);
	mem_free(m);
}

/* Records [first, last) of every template, as JSON, forwards or backwards. */
static const char *
written(struct mem *m, const struct mock_template *t, uint64_t seed, uint64_t first, uint64_t last)
{
	static const struct enc_traits json = { .format = ENC_JSON };
	struct mock_inputs             in = { .seed = seed, .today = MOCK_TODAY };
	struct buf                     b = buf_new(m);
	struct enc                    *e = enc_new(m, &json, &b);
	struct mem                    *one = mem_new(MEMORY);

	enc_list(e, NULL, NULL);
	mock_write(e, one, t, &in, (int64_t)first, (int64_t)last);
	enc_end(e);
	mem_free(one);
	return b.data;
}

/* One record is the same alone as after those before it, and another seed is another one. */
static void
test_independent(void **state)
{
	struct mem *m = mem_new(MEMORY);

	(void)state;
	for (size_t k = 0; k < n_mock_templates; k++) {
		const struct mock_template *t = mock_templates[k];
		const char                 *all = written(m, t, 42, 0, 50);
		const char                 *one = written(m, t, 42, 49, 50);
		size_t                      n = strlen(one) - 1; /* without the [ */

		assert_string_equal(all + strlen(all) - n, one + 1);
		assert_string_equal(all, written(m, t, 42, 0, 50));
		assert_string_not_equal(all, written(m, t, 43, 0, 50));
		mem_reset(m);
	}
	mem_free(m);
}

/* The bytes themselves: what these were in one version they are in the next. */
static void
test_bytes(void **state)
{
	static const char expected[] =
	    "1f3ebe6c893244321a33c8b5efa4aaaf29e3958012106a02d5f0d6a4bb3bdeff";
	struct mem       *m = mem_new(MEMORY);
	struct buf        b = buf_new(m);

	(void)state;
	for (size_t k = 0; k < n_mock_templates; k++)
		buf_text(&b, written(m, mock_templates[k], 42, 0, 100));
	assert_string_equal(digest_hex(m, DIGEST_SHA256, b.data, b.len), expected);
	mem_free(m);
}

static void
test_templates(void **state)
{
	static const char *const names[] = { "medical_patients", "medical_appointments",
		"medical_prescriptions", "crime_incidents", "crime_suspects", "it_servers",
		"it_applications", "threat_indicators", "security_events", "security_vulnerabilities",
		"support_tickets" };
	static const int counts[] = { 100, 200, 150, 100, 75, 50, 30, 100, 200, 50, 100 };

	(void)state;
	assert_int_equal(n_mock_templates, COUNT(names));
	for (size_t i = 0; i < COUNT(names); i++)
		assert_int_equal(mock_template(names[i])->count, counts[i]);
	assert_null(mock_template("medical"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_templates), cmocka_unit_test(test_cvss),
		cmocka_unit_test(test_dates), cmocka_unit_test(test_draws),
		cmocka_unit_test(test_records), cmocka_unit_test(test_independent),
		cmocka_unit_test(test_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
