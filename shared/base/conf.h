/* shared/base/conf.h - the settings, all from MF_* of the environment */
#ifndef MF_CONF_H
#define MF_CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The table in conf.c is the only place a setting is named; `--help` of every program prints it and
 * docs/SETTINGS.md is printed from it.  Sizes are bytes, durations are microseconds (written with a
 * unit: 500ms, 30s, 15m, 4h, 2d; sizes: 64k, 32m, 5g).
 */
struct conf {
	/* the database */
	const char *db;
	const char *db_direct;
	int64_t     db_connections;
	int64_t     db_statement_timeout;
	bool        db_relaxed;

	/* the request-serving pool */
	const char *socket;
	int64_t     socket_mode;
	int64_t     processes;
	int64_t     threads;
	int64_t     task_memory;
	int64_t     drain;
	int64_t     parked_max;

	/* addresses */
	const char *url;
	const char *url_tls;
	const char *domain;
	int64_t     web_port_first, web_port_last; /* MF_WEB_PORTS=30000-30199; 0 0: none */
	bool        hand_out_ports;

	/* object bytes */
	const char *store;
	const char *store_endpoint, *store_region;
	const char *store_key, *store_secret_file; /* s3 */
	bool        store_path_style;
	const char *oci_tenancy, *oci_user, *oci_fingerprint, *oci_key_file, *oci_compartment;
	const char *store_ca_file;
	int64_t     store_timeout;
	int64_t     store_part;
	int64_t     inline_max;
	int64_t     object_max;
	const char *sendfile;
	int64_t     blob_grace;

	/* real servers */
	const char *runner;
	const char *servers;
	const char *server_address;
	int64_t     server_port_first, server_port_last;
	int64_t     server_uid_first, server_uid_last; /* 0 0: none */
	int64_t     server_disk;
	int64_t     server_ready;
	int64_t     provision_threads;
	int64_t     provision_life;
	const char *provision_fault;
	int64_t     seed_threads;
	const char *seed_fault;

	/* single sign-on */
	const char *sso_issuer;
	const char *sso_client_id;
	const char *sso_secret_file;
	const char *sso_scopes;
	const char *sso_ca_file;

	/* what the control API keeps of requests */
	int64_t     audit_days;
	int64_t     idempotency_keep;

	/* environments nobody uses, and mails about them */
	int64_t     shutdown_warning;
	int64_t     shutdown_grace;
	int64_t     stopped_days;
	int64_t     stopped_notice;
	const char *sendmail;
	const char *mail_from;

	/* for make up alone, which starts the web server */
	const char *web;
	int64_t     port, tls_port;

	/* accounts */
	bool        signup;
	const char *employee_domains;
	const char *proxies;
	int64_t     access_life;
	int64_t     session_idle;
	int64_t     session_life;

	/* safety */
	const char *secret_key_file;
	bool        single_user;
	bool        metrics_public;
	bool        test;
};

/* Read the environment. False with a sentence in error[] when a setting is unknown or malformed. */
bool conf_read(struct conf *c, char *error, size_t size);
/* The table: name, default, meaning. */
void conf_print(FILE *out);
/* The same as a Markdown table. */
void conf_print_markdown(FILE *out);
/*
 * What every program does first: `--help` prints usage and the table and exits 0; a bad setting
 * exits 2 with the sentence.
 */
void conf_start(struct conf *c, int argc, char **argv, const char *usage);

#endif
