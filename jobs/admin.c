/* jobs/admin.c - mf-admin: migrations, accounts and keys, from the command line */
#include <stdio.h>
#include <string.h>

#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/core/job.h"
#include "shared/core/operator.h"
#include "shared/core/reseal.h"
#include "shared/core/secret.h"
#include "shared/db/migrate.h"

#define USAGE \
	"Usage: mf-admin migrate DIRECTORY              bring MF_DB to the schema of sql/migrations\n" \
	"       mf-admin first                          the first account and key; prints a new key\n" \
	"       mf-admin account create --name N [--email E] [--tier T]\n" \
	"       mf-admin account tier --account A --tier T  what it may use: GET /api/v1/tiers\n" \
	"       mf-admin account quota --account A [--environments N] [--hours N] [--storage BYTES]\n" \
	"                [--requests N]          its own limits; tier: its tier's; prints all\n" \
	"       mf-admin account disable --account A    nothing opens it, its environments stop\n" \
	"       mf-admin account enable --account A     it is as before, its environments stopped\n" \
	"       mf-admin account list\n" \
	"       mf-admin key create --account A --name N   prints the key, which is not shown again\n" \
	"       mf-admin key list [--account A]\n" \
	"       mf-admin key revoke KEY                 KEY: its id or its prefix\n" \
	"       mf-admin reseal                         put secrets under the key file's first key\n" \
	"       mf-admin settings                       the settings as a Markdown table\n" \
	"A is an account's id, or its name when no other account has it.\n"

enum { MOST_NAME = 100 };

static const struct operator_command *
find_command(int argc, char **argv, int *used)
{
	for (size_t i = 0; i < n_operator_commands; i++) {
		const struct operator_command *c = &operator_commands[i];

		if (argc < 2 || strcmp(argv[1], c->noun) != 0)
			continue;
		*used = c->verb != NULL ? 3 : 2;
		if (c->verb == NULL || (argc > 2 && strcmp(argv[2], c->verb) == 0))
			return c;
	}
	return NULL;
}

static bool
acceptable(const char *value)
{
	size_t n = strlen(value);

	return n > 0 && n <= MOST_NAME && text_utf8(value, n);
}

/* False: something is too much, missing, or not acceptable. */
static bool
read_options(struct operator *o, const struct operator_command *c, int argc, char **argv)
{
	const struct { const char *name; const char **value; } options[] = {
		{ "--name", &o->name }, { "--email", &o->email }, { "--account", &o->account },
		{ "--tier", &o->tier }, { "--environments", &o->environments },
		{ "--hours", &o->hours }, { "--storage", &o->storage }, { "--requests", &o->requests },
	};

	for (int i = 0; i < argc; i++) {
		const char **value = NULL;

		for (size_t k = 0; k < COUNT(options); k++)
			if (strcmp(argv[i], options[k].name) == 0)
				value = options[k].value;
		if (value == NULL && c->needs_word)
			value = &o->word;
		else if (value == NULL || ++i == argc)
			return false;
		if (*value != NULL || !acceptable(argv[i]))
			return false;
		*value = argv[i];
	}
	return !(c->needs_name && o->name == NULL) && !(c->needs_account && o->account == NULL) &&
	    !(c->needs_word && o->word == NULL);
}

struct running {
	struct operator               *operator;
	const struct operator_command *command;
};

static void
run_command(void *arg)
{
	struct running *r = arg;

	operator_run(r->operator, r->command);
}

static int
in_database(const struct conf *c, const struct operator_command *command, struct operator *o)
{
	struct running r = { .operator = o, .command = command };
	struct job     j;
	bool           ok;

	job_start(&j, c);
	o->task = j.task;
	ok = job_step(&j, run_command, &r) && o->refused == NULL;
	if (ok)
		fputs(o->out.data, stdout);
	else if (o->refused != NULL)
		fprintf(stderr, "mf-admin: %s\n", o->refused);
	job_end(&j);
	return ok && fflush(stdout) == 0 ? 0 : 1;
}

struct resealing {
	struct job    job;
	struct reseal state;
	bool          more;
};

static void
reseal_some(void *arg)
{
	struct resealing *r = arg;

	r->more = reseal(r->job.task, &r->state);
}

static int
run_reseal(const struct conf *c)
{
	struct resealing r = { .more = true };
	bool             ok = true;

	secret_start(c);
	job_start(&r.job, c);
	while (ok && r.more)
		ok = job_step(&r.job, reseal_some, &r);
	job_end(&r.job);
	printf("%lld\n", (long long)r.state.done);
	return ok ? 0 : 1;
}

static int
run_migrate(const struct conf *c, const char *directory)
{
	char error[1024];
	int  n = migrate(c, directory, error, sizeof(error));

	if (n < 0)
		fprintf(stderr, "mf-admin: %s\n", error);
	return n < 0 ? 1 : 0;
}

int
main(int argc, char **argv)
{
	struct conf           c;
	struct operator                o = { 0 };
	const struct operator_command *command;
	int                   used = 0;

	conf_start(&c, argc, argv, USAGE);
	if (argc == 3 && strcmp(argv[1], "migrate") == 0)
		return run_migrate(&c, argv[2]);
	if (argc == 2 && strcmp(argv[1], "reseal") == 0)
		return run_reseal(&c);
	if (argc == 2 && strcmp(argv[1], "settings") == 0) {
		conf_print_markdown(stdout);
		return 0;
	}
	command = find_command(argc, argv, &used);
	if (command == NULL || !read_options(&o, command, argc - used, argv + used)) {
		fputs(USAGE, stderr);
		return 2;
	}
	return in_database(&c, command, &o);
}
