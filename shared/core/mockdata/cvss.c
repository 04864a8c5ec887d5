/* shared/core/mockdata/cvss.c - the base score of a CVSS v3.1 vector */
#include "shared/core/mockdata/cvss.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "shared/base/mem.h"

static const struct metric {
	const char *name, *letters;
	double      weight[4];
} metrics[] = {
	{ "AV", "NALP", { 0.85, 0.62, 0.55, 0.2 } },
	{ "AC", "LH", { 0.77, 0.44 } },
	{ "PR", "NLH", { 0.85, 0.62, 0.27 } },
	{ "UI", "NR", { 0.85, 0.62 } },
	{ "S", "UC", { 0, 1 } },
	{ "C", "HLN", { 0.56, 0.22, 0 } },
	{ "I", "HLN", { 0.56, 0.22, 0 } },
	{ "A", "HLN", { 0.56, 0.22, 0 } },
};
enum { AV, AC, PR, UI, SCOPE, CONFIDENTIALITY, INTEGRITY, AVAILABILITY };

/* Privileges weigh more when the scope changes. */
static const double PR_CHANGED[] = { 0.85, 0.68, 0.5 };

static bool
read_vector(const char *s, double *w)
{
	static const char head[] = "CVSS:3.1";
	bool              changed;
	size_t            privileges = 0;

	if (strncmp(s, head, strlen(head)) != 0)
		return false;
	s += strlen(head);
	for (size_t i = 0; i < COUNT(metrics); i++) {
		size_t      n = strlen(metrics[i].name);
		const char *at;

		if (s[0] != '/' || strncmp(s + 1, metrics[i].name, n) != 0 || s[n + 1] != ':' ||
		    s[n + 2] == '\0' || (at = strchr(metrics[i].letters, s[n + 2])) == NULL)
			return false;
		w[i] = metrics[i].weight[at - metrics[i].letters];
		if (i == PR)
			privileges = (size_t)(at - metrics[i].letters);
		s += n + 3;
	}
	changed = w[SCOPE] > 0;
	if (changed)
		w[PR] = PR_CHANGED[privileges];
	return *s == '\0';
}

/* Up to the next tenth, as appendix A has it: in whole hundred-thousandths. */
static int
round_up(double x)
{
	long whole = (long)(x * 100000 + 0.5);

	return (int)(whole % 10000 == 0 ? whole / 10000 : whole / 10000 + 1);
}

static double
power(double x, int n)
{
	double p = 1;

	while (n-- > 0)
		p *= x;
	return p;
}

int
cvss_score(const char *vector)
{
	double w[COUNT(metrics)], iss, impact, sum;

	if (!read_vector(vector, w))
		return -1;
	iss = 1 - (1 - w[CONFIDENTIALITY]) * (1 - w[INTEGRITY]) * (1 - w[AVAILABILITY]);
	impact = w[SCOPE] > 0 ? 7.52 * (iss - 0.029) - 3.25 * power(iss - 0.02, 15) : 6.42 * iss;
	if (impact <= 0)
		return 0;
	sum = impact + 8.22 * w[AV] * w[AC] * w[PR] * w[UI];
	if (w[SCOPE] > 0)
		sum *= 1.08;
	return round_up(sum < 10 ? sum : 10);
}

const char *
cvss_severity(int tenths)
{
	return tenths >= 90 ? "CRITICAL" : tenths >= 70 ? "HIGH" : tenths >= 40 ? "MEDIUM"
	    : tenths > 0 ? "LOW" : "NONE";
}
