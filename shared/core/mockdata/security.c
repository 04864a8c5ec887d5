/* shared/core/mockdata/security.c - indicators of compromise, IDS alerts, scan results */
#include <stdlib.h>
#include <string.h>

#include "shared/core/mockdata/cvss.h"
#include "shared/core/mockdata/record.h"

static const char *const severities[] = { "low", "medium", "medium", "high", "critical" };

static void
put_technique(struct mock_record *r)
{
	const struct technique *t = &techniques[draw_below(&r->draw, n_techniques)];

	put(r, "mitre_technique_id", t->id);
	put(r, "mitre_technique", t->name);
	put(r, "mitre_tactic_id", t->tactic_id);
	put(r, "mitre_tactic", t->tactic);
}

static const struct mock_field indicator_fields[] = {
	{ "indicator_id", MOCK_TEXT }, { "type", MOCK_TEXT }, { "value", MOCK_TEXT },
	{ "threat_type", MOCK_TEXT }, { "malware_family", MOCK_TEXT }, { "severity", MOCK_TEXT },
	{ "confidence", MOCK_INT }, { "tlp", MOCK_TEXT }, { "mitre_technique_id", MOCK_TEXT },
	{ "mitre_technique", MOCK_TEXT }, { "mitre_tactic_id", MOCK_TEXT },
	{ "mitre_tactic", MOCK_TEXT }, { "first_seen", MOCK_TIME }, { "last_seen", MOCK_TIME },
	{ "expires_at", MOCK_TIME }, { "active", MOCK_BOOL }, { "sightings", MOCK_INT },
	{ "source", MOCK_TEXT }, { "tags", MOCK_LIST },
};

static const char *
draw_domain(struct draw *d, struct mem *m)
{
	static const char *const first[] = { "secure", "login", "update", "account", "cdn", "mail",
		"verify",
		"portal", "cloud", "support" };
	static const char *const second[] = { "check", "service", "online", "gate", "sync", "center",
		"notice", "files" };
	/* Top-level domains that nobody can have (RFC 2606). */
	static const char *const last[] = { "example", "test", "invalid" };
	const char              *a = *DRAW_OF(d, first), *b = *DRAW_OF(d, second);
	const char              *c = draw_hex(d, m, 4), *top = *DRAW_OF(d, last);

	return mem_fmt(m, "%s-%s-%s.%s", a, b, c, top);
}

static const char *
draw_ipv6(struct draw *d, struct mem *m)
{
	unsigned a = (unsigned)draw_between(d, 1, 0xffff), b = (unsigned)draw_between(d, 1, 0xffff);

	return mem_fmt(m, "2001:db8:%x:%x::%x", a, b, (unsigned)draw_between(d, 1, 0xffff));
}

static const char *
draw_ioc(struct draw *d, struct mem *m, const char *type)
{
	static const char *const paths[] = { "gate.php", "login/index.html", "dl/update.bin", "a/b.js",
		"wp-content/x.php" };
	const char              *domain, *path;

	if (strcmp(type, "ipv4") == 0)
		return draw_address(d, m);
	if (strcmp(type, "ipv6") == 0)
		return draw_ipv6(d, m);
	if (strcmp(type, "md5") == 0)
		return draw_hex(d, m, 32);
	if (strcmp(type, "sha1") == 0)
		return draw_hex(d, m, 40);
	if (strcmp(type, "sha256") == 0)
		return draw_hex(d, m, 64);
	domain = draw_domain(d, m);
	path = *DRAW_OF(d, paths);
	if (strcmp(type, "url") == 0)
		return mem_fmt(m, "http%s://%s/%s", draw_next(d) & 1 ? "s" : "", domain, path);
	if (strcmp(type, "email") == 0)
		return mem_fmt(m, "billing%d@%s", (int)draw_between(d, 1, 99), domain);
	return domain;
}

static void
make_indicator(struct mock_record *r)
{
	static const char *const types[] = { "ipv4", "ipv4", "ipv6", "domain", "domain", "url", "url",
		"md5",
		"sha1", "sha256", "sha256", "email" };
	static const char *const threats[] = { "malware", "phishing", "command_and_control", "botnet",
		"ransomware", "credential_theft", "cryptomining", "scanning" };
	static const char *const families[] = { "MockLoader", "SampleStealer", "DummyLocker",
		"ExampleRAT", "TestBot", "FauxMiner" };
	static const char *const labels[] = { "TLP:CLEAR", "TLP:GREEN", "TLP:AMBER",
		"TLP:AMBER+STRICT", "TLP:RED" };
	static const char *const sources[] = { "honeypot", "sandbox", "partner_feed",
		"incident_response",
		"open_source" };
	static const char *const tags[] = { "apt", "commodity", "dropper", "finance", "healthcare",
		"loader", "phishkit", "retail", "spam" };
	struct draw *d = &r->draw;
	const char  *type = *DRAW_OF(d, types), **some;
	int64_t      first = draw_time(d, r->in->today - draw_between(d, 2, 365), 0, 24), last, end;
	size_t       n;

	put(r, "indicator_id", mock_id(r->mem, "IOC", r->index));
	put(r, "type", type);
	put(r, "value", draw_ioc(d, r->mem, type));
	put(r, "threat_type", *DRAW_OF(d, threats));
	put(r, "malware_family", draw_percent(d, 70) ? *DRAW_OF(d, families) : NULL);
	put(r, "severity", *DRAW_OF(d, severities));
	put_int(r, "confidence", draw_between(d, 20, 100));
	put(r, "tlp", *DRAW_OF(d, labels));
	put_technique(r);
	last = first + draw_between(d, 0, (r->in->today * DAY - first) / SECOND) * SECOND;
	end = last + draw_between(d, 7, 180) * DAY;
	put_time(r, "first_seen", first);
	put_time(r, "last_seen", last);
	put_time(r, "expires_at", end);
	put_bool(r, "active", end > r->in->today * DAY);
	put_int(r, "sightings", draw_between(d, 1, 500));
	put(r, "source", *DRAW_OF(d, sources));
	n = draw_some(d, r->mem, tags, COUNT(tags), draw_below(d, 4), &some);
	put_list(r, "tags", some, n);
}

const struct mock_template mock_threat_indicators = {
	"threat_indicators", "Security", "Threat intelligence: indicators of compromise", 100, NULL,
	indicator_fields, COUNT(indicator_fields), make_indicator,
};

/* What an IDS says; the port and protocol are those it watches. */
/* lint: wide table */
static const struct {
	const char *text, *category, *severity, *protocol, *technique;
	int         port;
} signatures[] = {
	{ "SSH brute force login attempts", "attempted-admin", "high", "TCP", "T1110", 22 },
	{ "RDP password spraying", "attempted-admin", "high", "TCP", "T1110.003", 3389 },
	{ "Port scan, many ports of one host", "network-scan", "low", "TCP", "T1046", 443 },
	{ "Web vulnerability scanner user agent", "network-scan", "low", "TCP", "T1595.002", 80 },
	{ "SQL injection in URI", "web-application-attack", "high", "TCP", "T1190", 443 },
	{ "Log4j JNDI lookup in header", "web-application-attack", "critical", "TCP", "T1190", 8080 },
	{ "Web shell command in POST body", "web-application-attack", "critical", "TCP", "T1505.003", 443 },
	{ "PowerShell download cradle", "trojan-activity", "high", "TCP", "T1059.001", 80 },
	{ "DNS tunneling, long labels", "command-and-control", "high", "UDP", "T1071.004", 53 },
	{ "Periodic beacon over HTTPS", "command-and-control", "high", "TCP", "T1071.001", 443 },
	{ "Cryptocurrency pool protocol", "policy-violation", "medium", "TCP", "T1496", 3333 },
	{ "Administrative share accessed", "lateral-movement", "medium", "TCP", "T1021.002", 445 },
	{ "Large upload to cloud storage", "data-exfiltration", "high", "TCP", "T1567.002", 443 },
	{ "SYN flood", "denial-of-service", "high", "TCP", "T1498", 443 },
};

static const struct mock_field event_fields[] = {
	{ "event_id", MOCK_TEXT }, { "occurred_at", MOCK_TIME }, { "sensor", MOCK_TEXT },
	{ "signature_id", MOCK_INT }, { "signature", MOCK_TEXT }, { "category", MOCK_TEXT },
	{ "severity", MOCK_TEXT }, { "action", MOCK_TEXT }, { "protocol", MOCK_TEXT },
	{ "source_ip", MOCK_TEXT }, { "source_port", MOCK_INT }, { "destination_ip", MOCK_TEXT },
	{ "destination_port", MOCK_INT }, { "server_id", MOCK_TEXT },
	{ "server_hostname", MOCK_TEXT }, { "mitre_technique_id", MOCK_TEXT },
	{ "mitre_technique", MOCK_TEXT }, { "mitre_tactic", MOCK_TEXT }, { "packets", MOCK_INT },
	{ "bytes", MOCK_INT }, { "status", MOCK_TEXT },
};

static const struct technique *
technique_of(const char *id)
{
	for (size_t i = 0; i < n_techniques; i++)
		if (strcmp(techniques[i].id, id) == 0)
			return &techniques[i];
	abort(); /* a mistake in the tables above */
}

static struct server
some_server(struct mock_record *r)
{
	return mock_server(r->mem, r->in,
	    draw_below(&r->draw, related_count(r->in, mock_it_servers.name)), NULL);
}

static void
make_event(struct mock_record *r)
{
	static const char *const actions[] = { "alert", "alert", "blocked", "dropped" };
	static const char *const states[] = { "new", "new", "triaged", "false_positive", "escalated",
		"resolved" };
	struct draw            *d = &r->draw;
	struct server           s = some_server(r);
	size_t                  i = draw_below(d, COUNT(signatures));
	const struct technique *t = technique_of(signatures[i].technique);
	int64_t                 packets = draw_between(d, 1, 5000);

	put(r, "event_id", mock_id(r->mem, "EVT", r->index));
	put_time(r, "occurred_at", draw_time(d, r->in->today - draw_between(d, 1, 30), 0, 24));
	put_fmt(r, "sensor", "ids-edge-%d", (int)draw_between(d, 1, 6));
	put_int(r, "signature_id", 9000001 + (int64_t)i);
	put(r, "signature", signatures[i].text);
	put(r, "category", signatures[i].category);
	put(r, "severity", signatures[i].severity);
	put(r, "action", *DRAW_OF(d, actions));
	put(r, "protocol", signatures[i].protocol);
	put(r, "source_ip", draw_address(d, r->mem));
	put_int(r, "source_port", draw_between(d, 1024, 65535));
	put(r, "destination_ip", s.address);
	put_int(r, "destination_port", signatures[i].port);
	put(r, "server_id", s.id);
	put(r, "server_hostname", s.hostname);
	put(r, "mitre_technique_id", t->id);
	put(r, "mitre_technique", t->name);
	put(r, "mitre_tactic", t->tactic);
	put_int(r, "packets", packets);
	put_int(r, "bytes", packets * draw_between(d, 60, 1400));
	put(r, "status", *DRAW_OF(d, states));
}

const struct mock_template mock_security_events = {
	"security_events", "Security", "Alerts of an intrusion detection system", 200, "it_servers",
	event_fields, COUNT(event_fields), make_event,
};

static const struct mock_field vulnerability_fields[] = {
	{ "finding_id", MOCK_TEXT }, { "cve_id", MOCK_TEXT }, { "title", MOCK_TEXT },
	{ "cwe_id", MOCK_TEXT }, { "cvss_version", MOCK_TEXT }, { "cvss_vector", MOCK_TEXT },
	{ "cvss_base_score", MOCK_NUMBER }, { "severity", MOCK_TEXT }, { "product", MOCK_TEXT },
	{ "installed_version", MOCK_TEXT }, { "fixed_version", MOCK_TEXT }, { "server_id", MOCK_TEXT },
	{ "server_hostname", MOCK_TEXT }, { "ip_address", MOCK_TEXT }, { "first_found_on", MOCK_DATE },
	{ "last_seen_on", MOCK_DATE }, { "due_on", MOCK_DATE }, { "overdue", MOCK_BOOL },
	{ "status", MOCK_TEXT }, { "fixed_on", MOCK_DATE }, { "solution", MOCK_TEXT },
};

/* Known for a whole year before anything here is found. */
static const struct vulnerability *
draw_vulnerability(struct mock_record *r)
{
	int64_t most = date_year(r->in->today) - 2;
	size_t  n = 0;

	while (n < n_vulnerabilities && strtol(vulnerabilities[n].cve + 4, NULL, 10) <= most)
		n++;
	return &vulnerabilities[draw_below(&r->draw, n)];
}

/* Severe ones are due sooner; what is fixed was seen last before that. */
static void
put_course(struct mock_record *r, int score)
{
	static const char *const states[] = { "open", "open", "in_progress", "fixed", "accepted_risk" };
	struct draw *d = &r->draw;
	const char  *status = *DRAW_OF(d, states);
	bool         fixed = strcmp(status, "fixed") == 0;
	int64_t      found = r->in->today - draw_between(d, 10, 360), until = r->in->today - 1;
	int64_t      due = found + (score >= 90 ? 15 : score >= 70 ? 30 : 90);

	if (fixed)
		until = draw_between(d, found + 1, until);
	put_date(r, "first_found_on", found);
	put_date(r, "last_seen_on", until - draw_between(d, 0, until - found > 7 ? 7 : 1));
	put_date(r, "due_on", due);
	put_bool(r, "overdue", (fixed ? until : r->in->today) > due);
	put(r, "status", status);
	put(r, "fixed_on", fixed ? date_text(r->mem, until) : NULL);
}

static void
make_vulnerability(struct mock_record *r)
{
	struct server               s = some_server(r);
	const struct vulnerability *v = draw_vulnerability(r);
	int                         score = cvss_score(v->vector);

	put(r, "finding_id", mock_id(r->mem, "VUL", r->index));
	put(r, "cve_id", v->cve);
	put(r, "title", v->title);
	put(r, "cwe_id", v->cwe);
	put(r, "cvss_version", "3.1");
	put(r, "cvss_vector", v->vector);
	put_tenths(r, "cvss_base_score", score);
	put(r, "severity", cvss_severity(score));
	put(r, "product", v->product);
	put(r, "installed_version", v->installed);
	put(r, "fixed_version", v->fixed);
	put(r, "server_id", s.id);
	put(r, "server_hostname", s.hostname);
	put(r, "ip_address", s.address);
	put_course(r, score);
	put_fmt(r, "solution", "Update %s to %s or later.", v->product, v->fixed);
}

const struct mock_template mock_security_vulnerabilities = {
	"security_vulnerabilities", "Security", "Results of vulnerability scans", 50, "it_servers",
	vulnerability_fields, COUNT(vulnerability_fields), make_vulnerability,
};
