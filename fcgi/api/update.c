/* fcgi/api/update.c - what an owner may change of an environment */
#include "fcgi/api/api.h"
#include "fcgi/api/doc.h"
#include "fcgi/api/fields.h"
#include "fcgi/proto/problem.h"
#include "shared/core/life.h"
#include "shared/wire/json.h"

static const struct member update_members[] = {
	{ "name", S_TEXT(1, 100), 0, "For people; null: none", NULL },
	{ "auto_shutdown_hours", S_INT(1, 48), 0, "Unused for so long it is stopped", NULL },
	{ "persistent", S_BOOL, 0, "Kept for 30 days when it is stopped unused", NULL },
};
static const struct shape update_shape = S_WISH("EnvironmentUpdate", update_members);

const struct doc doc_update_environment = {
	.tag = "Environments", .summary = "Change an environment's name and when it is stopped",
	.about = "What is not named stays as it is (RFC 7396).",
	.flags = DOC_TAGGED, .request = &update_shape,
	.answers = { { 200, "The environment as it is now", &secret_environment_shape, NULL,
	    HAS_ETAG } },
	.faults = { &API_NO_ENVIRONMENT, &API_DESTROYED, &API_WRONG_STATE },
};

void
api_update_environment(struct call *c)
{
	const char        *id = problem_param(c, "id");
	struct fields      f = fields_in(c, c->args, "", &update_shape);
	bool               persistent = field_bool(&f, "persistent", false);
	struct life_update u = {
		.rename = json_object_object_get_ex(c->args, "name", NULL),
		.name = field_text(&f, "name"),
		.auto_shutdown_hours = field_int(&f, "auto_shutdown_hours", 0),
		.persistent = json_get(c->args, "persistent") != NULL ? &persistent : NULL,
	};
	struct life       *e;

	problem_check(c);
	api_match_environment(c);
	if (life_update(c->task, c->account, id, &u) == LIFE_REFUSED)
		task_throw(c->task, &API_WRONG_STATE, "%s is being destroyed.", id);
	e = api_environment(c); /* throws: there is none, or it was destroyed */
	call_ring(c, api_channel(c, id));
	call_header(c, "ETag", api_etag(c, e));
	api_answer(c, 200);
	api_put_environment(c, NULL, e, true);
}
