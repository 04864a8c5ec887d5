/* jobs/admin.c - mf-admin: migrations, accounts and keys, from the command line */
#include <stdio.h>
#include <string.h>

#include "shared/base/buf.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/core/account.h"
#include "shared/core/job.h"
#include "shared/core/key.h"
#include "shared/core/scope.h"
#include "shared/core/reseal.h"
#include "shared/core/secret.h"
#include "shared/db/db.h"
#include "shared/db/migrate.h"

#define USAGE \
	"Usage: mf-admin migrate DIRECTORY              bring MF_DB to the schema of sql/migrations\n" \
	"       mf-admin first                          the first account and key; prints a new key\n" \
	"       mf-admin account create --name N [--email E] [--tier T]\n" \
	"       mf-admin account tier --account A --tier T  what it may use: GET /api/v1/tiers\n" \
	"       mf-admin account disable --account A    it logs in no more, its keys open nothing\n" \
	"       mf-admin account list\n" \
	"       mf-admin key create --account A --name N   prints the key, which is not shown again\n" \
	"       mf-admin key list [--account A]\n" \
	"       mf-admin key revoke KEY                 KEY: its id or its prefix\n" \
	"       mf-admin reseal                         put secrets under the key file's first key\n" \
	"       mf-admin settings                       the settings as a Markdown table\n" \
	"A is an account's id, or its name when no other account has it.\n"

enum { MOST_NAME = 100, MOST_LISTED = 10000 };

/* One command with its options, and what it will print once it is committed. */
struct admin {
	struct task *task;
	const char  *name, *email, *account, *tier, *word; /* word: the argument that is no option */
	const char  *refused;                       /* why the command cannot be done */
	struct buf   out;
};

static struct account *
the_account(struct admin *a)
{
	struct account *found = account_find(a->task, a->account != NULL ? a->account : "");

	if (found == NULL)
		a->refused = "there is no such account, or several of that name: give its id as --account";
	return found;
}

static void
account_create_command(struct admin *a)
{
	struct account *made;

	db_begin(a->task);
	made = account_create(a->task, a->name, a->email);
	if (a->tier != NULL && !account_set_tier(a->task, made->id, a->tier)) {
		a->refused = "there is no such tier";
		return;
	}
	db_commit(a->task);
	buf_fmt(&a->out, "%s\n", made->public_id);
}

static void
account_tier_command(struct admin *a)
{
	struct account *owner = the_account(a);

	if (owner != NULL && a->tier == NULL)
		a->refused = "say which, as --tier";
	else if (owner != NULL && !account_set_tier(a->task, owner->id, a->tier))
		a->refused = "there is no such tier";
}

static void
account_disable_command(struct admin *a)
{
	struct account *owner = the_account(a);

	if (owner != NULL)
		account_disable(a->task, owner->id);
}

static void
account_list_command(struct admin *a)
{
	struct account *list;
	size_t          n = account_list(a->task, &list);

	for (size_t i = 0; i < n; i++)
		buf_fmt(&a->out, "%s  %s  %s  %s  %s\n", list[i].public_id,
		    clock_iso(a->task->mem, list[i].created_at), list[i].tier, list[i].name,
		    list[i].email != NULL ? list[i].email : "");
}

static void
key_create_command(struct admin *a)
{
	struct account *owner = the_account(a);
	const char     *text;

	if (owner == NULL)
		return;
	key_create(a->task, owner->id, a->name, SCOPE_ALL, 0, &text);
	buf_fmt(&a->out, "%s\n", text);
}

static void
list_keys(struct admin *a, const struct account *owner)
{
	struct key *list;
	size_t      n = key_list(a->task, owner->id, NULL, MOST_LISTED, &list);

	for (size_t i = 0; i < n; i++)
		buf_fmt(&a->out, "%s  %s  %s  %s  %s%s\n", list[i].public_id, list[i].prefix,
		    owner->public_id, clock_iso(a->task->mem, list[i].created_at), list[i].name,
		    list[i].revoked_at != 0 ? "  (revoked)" : "");
}

static void
key_list_command(struct admin *a)
{
	struct account *owners, *one;
	size_t          n;

	if (a->account != NULL) {
		one = the_account(a);
		if (one != NULL)
			list_keys(a, one);
		return;
	}
	n = account_list(a->task, &owners);
	for (size_t i = 0; i < n; i++)
		list_keys(a, &owners[i]);
}

static void
key_revoke_command(struct admin *a)
{
	const char *public_id;
	int64_t     account = key_owner(a->task, a->word, &public_id);

	if (account == 0) {
		a->refused = "there is no such key";
		return;
	}
	key_revoke(a->task, account, public_id);
	buf_fmt(&a->out, "%s revoked\n", public_id);
}

/* The oldest account, made if there is none.  Done twice, or by two at once, it makes one key. */
static void
first_command(struct admin *a)
{
	struct account *first;
	const char     *text;

	db_begin(a->task);
	account_lock_first(a->task);
	if (account_list(a->task, &first) == 0)
		first = account_create(a->task, "first", NULL);
	if (!key_any(a->task, first->id)) {
		key_create(a->task, first->id, "first", SCOPE_ALL, 0, &text);
		buf_fmt(&a->out, "%s\n", text);
	}
	db_commit(a->task);
}

static const struct command {
	const char *noun, *verb; /* verb NULL: the noun says it all */
	void      (*run)(struct admin *a);
	bool        needs_name, needs_account, needs_word;
} commands[] = {
	{ "first", NULL, first_command, false, false, false },
	{ "account", "create", account_create_command, true, false, false },
	{ "account", "tier", account_tier_command, false, true, false },
	{ "account", "disable", account_disable_command, false, true, false },
	{ "account", "list", account_list_command, false, false, false },
	{ "key", "create", key_create_command, true, true, false },
	{ "key", "list", key_list_command, false, false, false },
	{ "key", "revoke", key_revoke_command, false, false, true },
};

static const struct command *
find_command(int argc, char **argv, int *used)
{
	for (size_t i = 0; i < COUNT(commands); i++) {
		if (argc < 2 || strcmp(argv[1], commands[i].noun) != 0)
			continue;
		*used = commands[i].verb != NULL ? 3 : 2;
		if (commands[i].verb == NULL || (argc > 2 && strcmp(argv[2], commands[i].verb) == 0))
			return &commands[i];
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
read_options(struct admin *a, const struct command *c, int argc, char **argv)
{
	const struct { const char *name; const char **value; } options[] = {
		{ "--name", &a->name }, { "--email", &a->email }, { "--account", &a->account },
		{ "--tier", &a->tier },
	};

	for (int i = 0; i < argc; i++) {
		const char **value = NULL;

		for (size_t k = 0; k < COUNT(options); k++)
			if (strcmp(argv[i], options[k].name) == 0)
				value = options[k].value;
		if (value == NULL && c->needs_word)
			value = &a->word;
		else if (value == NULL || ++i == argc)
			return false;
		if (*value != NULL || !acceptable(argv[i]))
			return false;
		*value = argv[i];
	}
	return !(c->needs_name && a->name == NULL) && !(c->needs_account && a->account == NULL) &&
	    !(c->needs_word && a->word == NULL);
}

struct running {
	struct admin         *admin;
	const struct command *command;
};

static void
run_command(void *arg)
{
	struct running *r = arg;

	r->admin->out = buf_new(r->admin->task->mem);
	r->command->run(r->admin);
}

static int
in_database(const struct conf *c, const struct command *command, struct admin *a)
{
	struct running r = { .admin = a, .command = command };
	struct job     j;
	bool           ok;

	job_start(&j, c);
	a->task = j.task;
	ok = job_step(&j, run_command, &r) && a->refused == NULL;
	if (ok)
		fputs(a->out.data, stdout);
	else if (a->refused != NULL)
		fprintf(stderr, "mf-admin: %s\n", a->refused);
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
	struct admin          a = { 0 };
	const struct command *command;
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
	if (command == NULL || !read_options(&a, command, argc - used, argv + used)) {
		fputs(USAGE, stderr);
		return 2;
	}
	return in_database(&c, command, &a);
}
