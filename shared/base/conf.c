/* shared/base/conf.c - the settings, all from MF_* of the environment */
#include "shared/base/conf.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/text.h"

extern char **environ;

enum kind { TEXT, NUMBER, SIZE, DURATION, BOOL, OCTAL, RANGE };

struct setting {
	const char *name;
	enum kind   kind;
	size_t      at;
	const char *initial;
	int64_t     min, max;
	const char *meaning;
};

#define AT(field) offsetof(struct conf, field)

/* lint: wide table */
static const struct setting settings[] = {
	{ "MF_DB", TEXT, AT(db), "dbname=mockfactory", 0, 0, "Database to serve, as a libpq connection string" },
	{ "MF_DB_DIRECT", TEXT, AT(db_direct), "", 0, 0, "The same past any pooler, for LISTEN and locks; empty: MF_DB" },
	{ "MF_DB_CONNECTIONS", NUMBER, AT(db_connections), "12", 1, 1000, "Database connections per process at most" },
	{ "MF_DB_STATEMENT_TIMEOUT", DURATION, AT(db_statement_timeout), "30s", SECOND, HOUR, "A statement running longer is given up" },
	{ "MF_DB_RELAXED", BOOL, AT(db_relaxed), "0", 0, 0, "Answer writes of customers' data before the database has synced them; a power cut may lose the last second" },
	{ "MF_SOCKET", TEXT, AT(socket), "", 0, 0, "Unix socket to listen on; empty: standard input, as spawn-fcgi hands it over" },
	{ "MF_SOCKET_MODE", OCTAL, AT(socket_mode), "660", 0, 0777, "File mode of the socket" },
	{ "MF_PROCESSES", NUMBER, AT(processes), "2", 0, 64, "Children of the pool; 0: one plain process without a parent" },
	{ "MF_THREADS", NUMBER, AT(threads), "16", 1, 256, "Requests one process serves at once" },
	{ "MF_TASK_MEMORY", SIZE, AT(task_memory), "32m", 1 << 20, INT64_C(1) << 32, "Memory one request may take" },
	{ "MF_DRAIN", DURATION, AT(drain), "30s", 0, HOUR, "How long a stopping process may finish its requests" },
	{ "MF_PARKED_MAX", NUMBER, AT(parked_max), "4000", 0, 100000, "Waiting requests one process holds at most" },
	{ "MF_URL", TEXT, AT(url), "http://127.0.0.1:8080", 0, 0, "Address at which the web server is reached" },
	{ "MF_URL_TLS", TEXT, AT(url_tls), "", 0, 0, "The same over HTTPS; empty: there is none" },
	{ "MF_DOMAIN", TEXT, AT(domain), "mockfactory.localhost", 0, 0, "Domain under which environments have their hosts" },
	{ "MF_WEB_PORTS", RANGE, AT(web_port_first), "", 1, 65535, "Ports of the web server given to environments, as 30000-30199; empty: none" },
	{ "MF_HAND_OUT_PORTS", BOOL, AT(hand_out_ports), "0", 0, 0, "Give a new environment a port without being asked" },
	{ "MF_STORE", TEXT, AT(store), "disk:var/store", 0, 0, "Where object bytes are kept: disk:DIRECTORY, s3:BUCKET, s3:BUCKET/PREFIX or oci:NAMESPACE" },
	{ "MF_STORE_ENDPOINT", TEXT, AT(store_endpoint), "", 0, 0, "Address of an s3 or oci store, as https://host:port; empty: that of its cloud in MF_STORE_REGION" },
	{ "MF_STORE_REGION", TEXT, AT(store_region), "us-east-1", 0, 0, "Its region" },
	{ "MF_STORE_KEY", TEXT, AT(store_key), "", 0, 0, "Access key id for an s3 store" },
	{ "MF_STORE_SECRET_FILE", TEXT, AT(store_secret_file), "var/store.key", 0, 0, "File with its secret access key" },
	{ "MF_STORE_PATH_STYLE", BOOL, AT(store_path_style), "1", 0, 0, "Name the bucket of an s3 store in the path; 0: in the host" },
	{ "MF_STORE_CA_FILE", TEXT, AT(store_ca_file), "", 0, 0, "Certificates to trust of a store; empty: the system's" },
	{ "MF_STORE_TIMEOUT", DURATION, AT(store_timeout), "10s", 100 * MILLISECOND, 5 * MINUTE, "How long a store may be silent" },
	{ "MF_STORE_PART", SIZE, AT(store_part), "10m", 5 << 20, 1 << 30, "Larger bodies go to an s3 or oci store in parts of this size; each upload under way holds one in memory" },
	{ "MF_OCI_TENANCY", TEXT, AT(oci_tenancy), "", 0, 0, "Tenancy of an oci store, an OCID" },
	{ "MF_OCI_USER", TEXT, AT(oci_user), "", 0, 0, "User that signs for it, an OCID" },
	{ "MF_OCI_FINGERPRINT", TEXT, AT(oci_fingerprint), "", 0, 0, "Fingerprint of the user's API key" },
	{ "MF_OCI_KEY_FILE", TEXT, AT(oci_key_file), "var/oci.pem", 0, 0, "That private key in PEM, without a passphrase" },
	{ "MF_OCI_COMPARTMENT", TEXT, AT(oci_compartment), "", 0, 0, "Compartment in which its buckets are made, an OCID" },
	{ "MF_INLINE_MAX", SIZE, AT(inline_max), "64k", 0, 1 << 20, "Bodies up to this size are kept in the database" },
	{ "MF_OBJECT_MAX", SIZE, AT(object_max), "5g", 1, INT64_C(50) << 40, "Largest body of one upload" },
	{ "MF_SENDFILE", TEXT, AT(sendfile), "none", 0, 0, "Who sends files: lighttpd, apache (by X-Sendfile), or none (we do)" },
	{ "MF_BLOB_GRACE", DURATION, AT(blob_grace), "1h", 0, 30 * DAY, "How long bytes nobody names are kept before the collector removes them" },
	{ "MF_RUNNER", TEXT, AT(runner), "process", 0, 0, "What runs real servers: process (of this machine), or none" },
	{ "MF_SERVERS", TEXT, AT(servers), "var/servers", 0, 0, "Directory of the files of real servers" },
	{ "MF_SERVER_ADDRESS", TEXT, AT(server_address), "127.0.0.1", 0, 0, "Address real servers listen on" },
	{ "MF_SERVER_PORTS", RANGE, AT(server_port_first), "31000-40000", 1024, 65535, "Ports of real servers; those up to 32767 are taken first" },
	{ "MF_SERVER_UIDS", RANGE, AT(server_uid_first), "", 1000, INT64_C(4294967293), "User ids for the servers of environments, one each, when mf-provision runs as root; empty: none" },
	{ "MF_SERVER_DISK", SIZE, AT(server_disk), "2g", 64 << 20, INT64_C(1) << 40, "Largest file a real server may write" },
	{ "MF_SERVER_READY", NUMBER, AT(server_ready), "2", 0, 100, "Copies of each engine's template made in advance, so that a new server starts sooner" },
	{ "MF_PROVISION_THREADS", NUMBER, AT(provision_threads), "8", 1, 64, "Servers that one mf-provision works on at once" },
	{ "MF_PROVISION_LIFE", DURATION, AT(provision_life), "65s", SECOND, HOUR, "How long one mf-provision or mf-seed works before its successor does" },
	{ "MF_PROVISION_FAULT", TEXT, AT(provision_fault), "", 0, 0, "With MF_TEST: the step at which mf-provision kills itself" },
	{ "MF_SEED_THREADS", NUMBER, AT(seed_threads), "4", 1, 64, "Servers and buckets that one mf-seed puts made-up records into at once; one is for buckets alone" },
	{ "MF_SEED_FAULT", TEXT, AT(seed_fault), "", 0, 0, "With MF_TEST: the step at which mf-seed kills itself" },
	{ "MF_SSO_ISSUER", TEXT, AT(sso_issuer), "", 0, 0, "OpenID provider for single sign-on, as https://host/path; empty: none" },
	{ "MF_SSO_CLIENT_ID", TEXT, AT(sso_client_id), "", 0, 0, "What the provider knows us as" },
	{ "MF_SSO_SECRET_FILE", TEXT, AT(sso_secret_file), "", 0, 0, "File with the client's secret in its first line; empty: a public client" },
	{ "MF_SSO_SCOPES", TEXT, AT(sso_scopes), "openid email profile", 0, 0, "What to ask of the provider" },
	{ "MF_SSO_CA_FILE", TEXT, AT(sso_ca_file), "", 0, 0, "Certificates to trust the provider by (PEM); empty: the system's" },
	{ "MF_SHUTDOWN_WARNING", DURATION, AT(shutdown_warning), "30m", 0, HOUR, "How long before an unused environment is stopped its owner is told; 0s: not at all" },
	{ "MF_SHUTDOWN_GRACE", DURATION, AT(shutdown_grace), "24h", 0, 365 * DAY, "How long an environment stopped for want of use is kept, unless it is persistent" },
	{ "MF_STOPPED_DAYS", NUMBER, AT(stopped_days), "30", 1, 3650, "Days after which any other stopped or failed environment is destroyed" },
	{ "MF_STOPPED_NOTICE", DURATION, AT(stopped_notice), "3d", 0, 365 * DAY, "How long before that its owner is told" },
	{ "MF_AUDIT_DAYS", NUMBER, AT(audit_days), "400", 1, 36500, "Days for which the audit log is kept" },
	{ "MF_IDEMPOTENCY_KEEP", DURATION, AT(idempotency_keep), "24h", MINUTE, 30 * DAY, "How long a request's answer is kept for its Idempotency-Key" },
	{ "MF_SENDMAIL", TEXT, AT(sendmail), "/usr/sbin/sendmail -t -i", 0, 0, "Program that takes mails, with its arguments; run without a shell" },
	{ "MF_MAIL_FROM", TEXT, AT(mail_from), "", 0, 0, "Address mails come from; empty: mockfactory at MF_DOMAIN" },
	{ "MF_SIGNUP", BOOL, AT(signup), "1", 0, 0, "Let anyone make an account by e-mail and password" },
	{ "MF_EMPLOYEE_DOMAINS", TEXT, AT(employee_domains), "", 0, 0, "Domains, separated by commas, of e-mail addresses whose owners are of the tier employee once the address is confirmed" },
	{ "MF_PROXIES", TEXT, AT(proxies), "", 0, 0, "Addresses, separated by commas, of proxies in front of the web server whose X-Forwarded-For is believed" },
	{ "MF_ACCESS_LIFE", DURATION, AT(access_life), "15m", SECOND, DAY, "How long an access token is good; then it is refreshed" },
	{ "MF_SESSION_IDLE", DURATION, AT(session_idle), "14d", SECOND, 365 * DAY, "How long after its last refresh a session ends" },
	{ "MF_SESSION_LIFE", DURATION, AT(session_life), "90d", SECOND, 365 * DAY, "How long after its log-in a session ends in any case" },
	{ "MF_SECRET_KEY_FILE", TEXT, AT(secret_key_file), "var/secret.key", 0, 0, "64 hexadecimal digits under which secrets are encrypted at rest" },
	{ "MF_SINGLE_USER", BOOL, AT(single_user), "0", 0, 0, "One developer on loopback: fixed passwords" },
	{ "MF_WEB", TEXT, AT(web), "lighttpd", 0, 0, "Web server that make up starts: lighttpd or apache" },
	{ "MF_PORT", NUMBER, AT(port), "8080", 1, 65535, "Its HTTP port; when not given, the next free one" },
	{ "MF_TLS_PORT", NUMBER, AT(tls_port), "8443", 1, 65535, "Its HTTPS port; when not given, the next free one" },
	{ "MF_METRICS_PUBLIC", BOOL, AT(metrics_public), "0", 0, 0, "Answer /metrics to other hosts too" },
	{ "MF_TEST", BOOL, AT(test), "0", 0, 0, "Serve /test, faults and waits made on purpose; never in production" },
};

static bool
parse_scaled(const char *s, const char *const *units, const int64_t *scales, size_t n, int64_t *out)
{
	char    digits[20];
	size_t  len = strspn(s, "0123456789");
	int64_t value;

	if (len == 0 || len >= sizeof(digits))
		return false;
	memcpy(digits, s, len);
	digits[len] = '\0';
	if (!text_i64(digits, 0, INT64_MAX, &value))
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(s + len, units[i]) == 0)
			return !__builtin_mul_overflow(value, scales[i], out);
	return false;
}

static bool
parse_number(enum kind kind, const char *s, int64_t *out)
{
	static const char *const time_units[] = { "us", "ms", "s", "m", "h", "d" };
	static const int64_t     time_scales[] = { 1, MILLISECOND, SECOND, MINUTE, HOUR, DAY };
	static const char *const size_units[] = { "", "k", "m", "g", "t" };
	static const int64_t     size_scales[] = { 1, 1 << 10, 1 << 20, 1 << 30, INT64_C(1) << 40 };
	char                    *end;

	if (kind == DURATION)
		return parse_scaled(s, time_units, time_scales, COUNT(time_units), out);
	if (kind == SIZE)
		return parse_scaled(s, size_units, size_scales, COUNT(size_units), out);
	if (kind == OCTAL) {
		*out = strtol(s, &end, 8);
		return *s != '\0' && *end == '\0';
	}
	return text_i64(s, INT64_MIN, INT64_MAX, out);
}

/* "first-last", or nothing for none. */
static bool
parse_range(const struct setting *s, const char *value, int64_t out[2])
{
	const char *dash = strchr(value, '-');
	char        first[16];

	out[0] = out[1] = 0;
	if (*value == '\0')
		return true;
	if (dash == NULL || (size_t)(dash - value) >= sizeof(first))
		return false;
	memcpy(first, value, (size_t)(dash - value));
	first[dash - value] = '\0';
	return text_i64(first, s->min, s->max, &out[0]) &&
	    text_i64(dash + 1, out[0], s->max, &out[1]);
}

static bool
apply(struct conf *c, const struct setting *s, const char *value)
{
	char   *field = (char *)c + s->at;
	int64_t number, range[2];

	switch (s->kind) {
	case TEXT:
		memcpy(field, &value, sizeof(value));
		return true;
	case BOOL:
		if (strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
			return false;
		*(bool *)field = *value == '1';
		return true;
	case RANGE:
		if (!parse_range(s, value, range))
			return false;
		memcpy(field, range, sizeof(range));
		return true;
	case NUMBER:
	case SIZE:
	case DURATION:
	case OCTAL:
		if (!parse_number(s->kind, value, &number) || number < s->min || number > s->max)
			return false;
		memcpy(field, &number, sizeof(number));
		return true;
	}
	return false;
}

static const struct setting *
find_setting(const char *name, size_t len)
{
	for (size_t i = 0; i < COUNT(settings); i++)
		if (strlen(settings[i].name) == len && strncmp(settings[i].name, name, len) == 0)
			return &settings[i];
	return NULL;
}

bool
conf_read(struct conf *c, char *error, size_t size)
{
	*c = (struct conf){ 0 };
	for (size_t i = 0; i < COUNT(settings); i++)
		if (!apply(c, &settings[i], settings[i].initial))
			abort();
	for (char **e = environ; *e != NULL; e++) {
		const char           *equals = strchr(*e, '=');
		const struct setting *s;

		if (strncmp(*e, "MF_", 3) != 0 || equals == NULL)
			continue;
		s = find_setting(*e, (size_t)(equals - *e));
		if (s == NULL) {
			snprintf(error, size, "%.*s is not a setting; --help lists them",
			    (int)(equals - *e), *e);
			return false;
		}
		if (!apply(c, s, equals + 1)) {
			snprintf(error, size,
			    "%s=%s is malformed or out of bounds; default: \"%s\"",
			    s->name, equals + 1, s->initial);
			return false;
		}
	}
	return true;
}

void
conf_print(FILE *out)
{
	for (size_t i = 0; i < COUNT(settings); i++)
		fprintf(out, "  %-24s %s (default: %s)\n", settings[i].name, settings[i].meaning,
		    settings[i].initial[0] != '\0' ? settings[i].initial : "empty");
}

void
conf_print_markdown(FILE *out)
{
	fputs("| setting | default | meaning |\n| --- | --- | --- |\n", out);
	for (size_t i = 0; i < COUNT(settings); i++)
		fprintf(out, "| `%s` | %s%s%s | %s |\n", settings[i].name,
		    settings[i].initial[0] != '\0' ? "`" : "", settings[i].initial,
		    settings[i].initial[0] != '\0' ? "`" : "", settings[i].meaning);
}

void
conf_start(struct conf *c, int argc, char **argv, const char *usage)
{
	char error[512];

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0) {
			printf("%s\nSettings, from the environment:\n", usage);
			conf_print(stdout);
			exit(0);
		}
	if (!conf_read(c, error, sizeof(error))) {
		fprintf(stderr, "%s: %s\n", argv[0], error);
		exit(2);
	}
}
