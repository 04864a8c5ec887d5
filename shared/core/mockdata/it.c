/* shared/core/mockdata/it.c - servers and the applications on them */
#include <string.h>

#include "shared/core/mockdata/record.h"

struct platform {
	const char *vendor, *model, *cpu;
	int         cores, sockets;
};

static const struct platform platforms[] = {
	{ "Dell", "PowerEdge R660", "Intel Xeon Gold 6430", 32, 2 },
	{ "Dell", "PowerEdge R760", "Intel Xeon Platinum 8480+", 56, 2 },
	{ "Dell", "PowerEdge R6625", "AMD EPYC 9354", 32, 2 },
	{ "HPE", "ProLiant DL360 Gen11", "Intel Xeon Gold 5418Y", 24, 2 },
	{ "HPE", "ProLiant DL385 Gen11", "AMD EPYC 9454", 48, 2 },
	{ "Lenovo", "ThinkSystem SR630 V3", "Intel Xeon Silver 4416+", 20, 2 },
	{ "Lenovo", "ThinkSystem SR645 V3", "AMD EPYC 9124", 16, 2 },
	{ "Supermicro", "SYS-121H-TNR", "Intel Xeon Gold 6438Y+", 32, 2 },
	{ "Supermicro", "AS-1115CS-TNR", "AMD EPYC 9554P", 64, 1 },
};
static const char *const roles[] = { "web", "app", "db", "cache", "mq", "proxy", "mail", "ci",
	"log",
	"backup", "dns", "k8s" };
static const struct {
	const char *code, *name;
} sites[] = {
	{ "ams", "Amsterdam 1" }, { "ash", "Ashburn 2" }, { "fra", "Frankfurt 1" },
	{ "gru", "São Paulo 1" }, { "jnb", "Johannesburg 1" }, { "lon", "London 3" },
	{ "nrt", "Tokyo 1" }, { "ord", "Chicago 1" }, { "sin", "Singapore 2" }, { "syd", "Sydney 1" },
};
static const char *const environments[][2] = { { "production", "prd" }, { "production", "prd" },
	{ "staging", "stg" }, { "development", "dev" }, { "test", "tst" } };
static const char *const teams[] = { "Platform", "Payments", "Storefront", "Data", "Identity",
	"Logistics", "Infrastructure", "Analytics" };

struct server
mock_server(struct mem *m, const struct mock_inputs *in, uint64_t index, struct draw *d)
{
	struct draw        own = draw_start(in->seed, mock_it_servers.name, index);
	struct server      s = { .id = mock_id(m, "SRV", index) };
	unsigned long long n = index;
	size_t             kind;

	if (d == NULL)
		d = &own;
	s.role = (int)draw_below(d, COUNT(roles));
	s.site = (int)draw_below(d, COUNT(sites));
	kind = draw_below(d, COUNT(environments));
	s.environment = environments[kind][0];
	s.hostname = mem_fmt(m, "%s-%s-%s-%04llu", sites[s.site].code, environments[kind][1],
	    roles[s.role], n + 1);
	/* Private (RFC 1918), each its own: 10.0.0.1, 10.0.0.2, ... without .0 and .255. */
	s.address = mem_fmt(m, "10.%llu.%llu.%llu", n / (254 * 256) % 256, n / 254 % 256, n % 254 + 1);
	s.platform = DRAW_OF(d, platforms);
	s.bought = in->today - draw_between(d, 60, 5 * 365);
	return s;
}

static const struct mock_field server_fields[] = {
	{ "server_id", MOCK_TEXT }, { "hostname", MOCK_TEXT }, { "fqdn", MOCK_TEXT },
	{ "ip_address", MOCK_TEXT }, { "mac_address", MOCK_TEXT }, { "role", MOCK_TEXT },
	{ "environment", MOCK_TEXT }, { "datacenter", MOCK_TEXT }, { "rack", MOCK_TEXT },
	{ "rack_unit", MOCK_INT }, { "manufacturer", MOCK_TEXT }, { "model", MOCK_TEXT },
	{ "serial_number", MOCK_TEXT }, { "operating_system", MOCK_TEXT }, { "kernel", MOCK_TEXT },
	{ "cpu_model", MOCK_TEXT }, { "cpu_sockets", MOCK_INT }, { "cpu_cores", MOCK_INT },
	{ "ram_gb", MOCK_INT }, { "disk_type", MOCK_TEXT }, { "disk_gb", MOCK_INT },
	{ "owner_team", MOCK_TEXT }, { "purchased_on", MOCK_DATE }, { "warranty_until", MOCK_DATE },
	{ "under_warranty", MOCK_BOOL }, { "last_patched_on", MOCK_DATE }, { "uptime_days", MOCK_INT },
	{ "cpu_used_percent", MOCK_NUMBER }, { "status", MOCK_TEXT },
};

static void
put_machine(struct mock_record *r, const struct server *s)
{
	static const char *const systems[][2] = {
		{ "Debian 12", "6.1.0" }, { "Debian 11", "5.10.0" }, { "Ubuntu 22.04 LTS", "5.15.0" },
		{ "Ubuntu 24.04 LTS", "6.8.0" }, { "Red Hat Enterprise Linux 9.4", "5.14.0" },
		{ "Rocky Linux 9.4", "5.14.0" }, { "Windows Server 2022", "10.0.20348" },
	};
	static const char *const disks[] = { "NVMe SSD", "SATA SSD", "SAS HDD" };
	struct draw             *d = &r->draw;
	const struct platform   *p = s->platform;
	size_t                   system = draw_below(d, COUNT(systems));

	put(r, "manufacturer", p->vendor);
	put(r, "model", p->model);
	put_fmt(r, "serial_number", "MOCK%08llX",
	    (unsigned long long)(draw_next(d) & 0xffffffff));
	put(r, "operating_system", systems[system][0]);
	put(r, "kernel", systems[system][1]);
	put(r, "cpu_model", p->cpu);
	put_int(r, "cpu_sockets", p->sockets);
	put_int(r, "cpu_cores", (int64_t)p->cores * p->sockets);
	put_int(r, "ram_gb", INT64_C(64) << draw_below(d, 5));
	put(r, "disk_type", *DRAW_OF(d, disks));
	put_int(r, "disk_gb", INT64_C(480) << draw_below(d, 6));
}

static void
make_server(struct mock_record *r)
{
	static const char *const states[] = { "running", "running", "running", "running", "running",
		"maintenance", "decommissioning" };
	struct draw  *d = &r->draw;
	struct server s = mock_server(r->mem, r->in, r->index, d);
	int64_t       patched, warranty = s.bought + 365 * draw_between(d, 3, 5);
	unsigned      mac;
	char          row;

	put(r, "server_id", s.id);
	put(r, "hostname", s.hostname);
	put_fmt(r, "fqdn", "%s.corp.example.com", s.hostname);
	put(r, "ip_address", s.address);
	/* Locally administered, so nobody's. */
	mac = (unsigned)(draw_next(d) & 0xffff);
	put_fmt(r, "mac_address", "02:%02x:%02x:%02x:%02x:%02x", mac >> 8, mac & 255,
	    (unsigned)(r->index >> 16 & 255), (unsigned)(r->index >> 8 & 255),
	    (unsigned)(r->index & 255));
	put(r, "role", roles[s.role]);
	put(r, "environment", s.environment);
	put(r, "datacenter", sites[s.site].name);
	row = (char)('A' + draw_below(d, 8));
	put_fmt(r, "rack", "%c%02d", row, (int)draw_between(d, 1, 20));
	put_int(r, "rack_unit", draw_between(d, 1, 42));
	put_machine(r, &s);
	put(r, "owner_team", *DRAW_OF(d, teams));
	put_date(r, "purchased_on", s.bought);
	put_date(r, "warranty_until", warranty);
	put_bool(r, "under_warranty", warranty >= r->in->today);
	patched = draw_between(d, 0, 59);
	put_date(r, "last_patched_on", r->in->today - patched);
	put_int(r, "uptime_days", draw_between(d, 0, patched)); /* restarted when patched, or since */
	put_tenths(r, "cpu_used_percent", draw_between(d, 5, 950));
	put(r, "status", *DRAW_OF(d, states));
}

const struct mock_template mock_it_servers = {
	"it_servers", "IT", "Inventory with specifications", 50, NULL,
	server_fields, COUNT(server_fields), make_server,
};

static const struct mock_field application_fields[] = {
	{ "application_id", MOCK_TEXT }, { "name", MOCK_TEXT }, { "description", MOCK_TEXT },
	{ "version", MOCK_TEXT }, { "language", MOCK_TEXT }, { "framework", MOCK_TEXT },
	{ "database", MOCK_TEXT }, { "criticality", MOCK_TEXT }, { "environment", MOCK_TEXT },
	{ "server_id", MOCK_TEXT }, { "server_hostname", MOCK_TEXT }, { "port", MOCK_INT },
	{ "url", MOCK_TEXT }, { "repository_url", MOCK_TEXT }, { "owner_team", MOCK_TEXT },
	{ "owner_name", MOCK_TEXT }, { "owner_email", MOCK_TEXT }, { "first_released_on", MOCK_DATE },
	{ "last_deployed_at", MOCK_TIME }, { "availability_target_percent", MOCK_NUMBER },
	{ "recovery_time_minutes", MOCK_INT }, { "depends_on", MOCK_LIST }, { "status", MOCK_TEXT },
};

static const char *const stacks[][3] = {
	{ "Java", "Spring Boot", "PostgreSQL" }, { "Java", "Quarkus", "MySQL" },
	{ "Python", "Django", "PostgreSQL" }, { "Python", "FastAPI", "PostgreSQL" },
	{ "JavaScript", "Express", "MongoDB" }, { "TypeScript", "NestJS", "PostgreSQL" },
	{ "Go", "Gin", "MySQL" }, { "C#", "ASP.NET Core", "SQL Server" },
	{ "Ruby", "Ruby on Rails", "PostgreSQL" }, { "PHP", "Laravel", "MariaDB" },
	{ "Rust", "Axum", "PostgreSQL" }, { "Kotlin", "Ktor", "MySQL" },
};
static const char *const domains[][2] = {
	{ "billing", "Invoices and dunning" }, { "catalog", "Products and their prices" },
	{ "checkout", "Carts and orders" }, { "identity", "Accounts and log-in" },
	{ "inventory", "Stock in all warehouses" }, { "notification", "E-mail and push messages" },
	{ "payment", "Card and bank payments" }, { "pricing", "Discounts and campaigns" },
	{ "reporting", "Figures for management" }, { "search", "Search over the catalog" },
	{ "shipping", "Labels and parcel tracking" }, { "support", "Cases of customers" },
};
static const char *const kinds[] = { "service", "api", "portal", "worker", "gateway" };

/* What an outage may cost goes with how much depends on it. */
static void
put_application_life(struct mock_record *r, int level)
{
	static const char *const targets[] = { "99.99", "99.95", "99.9", "99.5" };
	static const int         minutes[] = { 15, 60, 240, 1440 };
	static const char *const others[] = { "identity-service", "message-queue", "object-storage",
		"cache", "audit-log", "feature-flags" };
	static const char *const states[] = { "active", "active", "active", "active", "deprecated",
		"degraded" };
	struct draw *d = &r->draw;
	int64_t      first = r->in->today - draw_between(d, 90, 3000);
	int64_t      last = r->in->today - draw_between(d, 1, 89);
	const char **some;
	size_t       n;

	put_date(r, "first_released_on", first);
	put_time(r, "last_deployed_at", draw_time(d, last, 7, 19));
	put(r, "availability_target_percent", targets[level]);
	put_int(r, "recovery_time_minutes", minutes[level]);
	n = draw_some(d, r->mem, others, COUNT(others), draw_below(d, 4), &some);
	put_list(r, "depends_on", some, n);
	put(r, "status", *DRAW_OF(d, states));
}

static void
make_application(struct mock_record *r)
{
	static const char *const levels[] = { "critical", "high", "medium", "low" };
	struct draw        *d = &r->draw;
	struct server       s = mock_server(r->mem, r->in,
	          draw_below(d, related_count(r->in, mock_it_servers.name)), NULL);
	const char *const  *domain = *DRAW_OF(d, domains), *const *stack = *DRAW_OF(d, stacks);
	int                 version[3], level = (int)draw_below(d, COUNT(levels));
	const char         *name;
	struct person       owner = draw_person(d, r->mem);

	name = mem_fmt(r->mem, "%s-%s-%llu", domain[0], *DRAW_OF(d, kinds),
	    (unsigned long long)r->index + 1);
	put(r, "application_id", mock_id(r->mem, "APP", r->index));
	put(r, "name", name);
	put(r, "description", domain[1]);
	for (size_t i = 0; i < COUNT(version); i++)
		version[i] = (int)draw_between(d, i == 0, i == 0 ? 9 : 20);
	put_fmt(r, "version", "%d.%d.%d", version[0], version[1], version[2]);
	put(r, "language", stack[0]);
	put(r, "framework", stack[1]);
	put(r, "database", stack[2]);
	put(r, "criticality", levels[level]);
	put(r, "environment", s.environment);
	put(r, "server_id", s.id);
	put(r, "server_hostname", s.hostname);
	put_int(r, "port", draw_between(d, 8000, 9999));
	put_fmt(r, "url", "https://%s.%s.example.com", name, s.environment);
	put_fmt(r, "repository_url", "https://git.example.com/%s/%s.git", domain[0], name);
	put(r, "owner_team", *DRAW_OF(d, teams));
	put(r, "owner_name", owner.full);
	put(r, "owner_email", person_email(r->mem, &owner, r->index, "corp.example.com"));
	put_application_life(r, level);
}

const struct mock_template mock_it_applications = {
	"it_applications", "IT", "Applications, their stack and the servers they run on", 30,
	"it_servers", application_fields, COUNT(application_fields), make_application,
};
