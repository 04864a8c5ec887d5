/* fcgi/aws/s3/form_policy.c - what a signed policy lets a form hold */
#include <json-c/linkhash.h>
#include <string.h>
#include <strings.h>

#include "fcgi/aws/s3/form.h"
#include "fcgi/aws/s3/s3.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/wire/base64.h"
#include "shared/wire/json.h"

/* Fields that no condition has to allow. */
static const char *const free_fields[] = { "policy", "file", "signature", "x-amz-signature",
	"awsaccesskeyid" };

struct checking {
	struct call    *c;
	struct s3_form *form;
	bool           *allowed; /* by field */
};

static _Noreturn void
bad_document(struct call *c, const char *why)
{
	task_throw(c->task, &S3_INVALID_POLICY, "Invalid Policy: %s", why);
}

static const char *
text_of(struct json_object *j)
{
	return json_object_is_type(j, json_type_string) ? json_object_get_string(j) : NULL;
}

static _Noreturn void
failed(struct checking *k, const char *op, const char *name, const char *value)
{
	task_throw(k->c->task, &S3_ACCESS_DENIED,
	    "Invalid according to Policy: Policy Condition failed: [\"%s\", \"%s\", \"%s\"]", op, name,
	    value);
}

static void
check_value(struct checking *k, const char *op, const char *name, const char *value,
    const char *is)
{
	if (strcasecmp(op, "starts-with") == 0 ? !text_starts(is != NULL ? is : "", value)
	                                       : is == NULL || strcmp(is, value) != 0)
		failed(k, op, mem_fmt(k->c->task->mem, "$%s", name), value);
}

/* One condition on one field, however often that comes; the bucket is none, but counts as one. */
static void
check_field(struct checking *k, const char *op, const char *name, const char *value)
{
	/* What the form says of the bucket is not where it goes. */
	const char *is = strcasecmp(name, "bucket") == 0 ? k->form->bucket
	    : strcasecmp(name, "key") == 0 ? k->form->key : NULL;
	bool        there = false;

	for (size_t i = 0; i < k->form->n; i++)
		if (strcasecmp(k->form->fields[i].name, name) == 0) {
			k->allowed[i] = there = true;
			check_value(k, op, name, value, is != NULL ? is : k->form->fields[i].value);
		}
	if (!there)
		check_value(k, op, name, value, is);
}

/* A number, or the text of one. */
static void
check_range(struct checking *k, const char *op, struct json_object *from, struct json_object *to)
{
	const char *least = from != NULL ? json_object_get_string(from) : "null";
	const char *most = to != NULL ? json_object_get_string(to) : "null";

	if (!text_i64(least, INT64_MIN, INT64_MAX, &k->form->least) ||
	    !text_i64(most, INT64_MIN, INT64_MAX, &k->form->most))
		failed(k, op, least, most);
	if (k->form->least < 0 || k->form->most < 0)
		bad_document(k->c, "Invalid content-length-range.");
}

static void
check_list(struct checking *k, struct json_object *list)
{
	const char *op = json_object_array_length(list) == 3
	    ? text_of(json_object_array_get_idx(list, 0)) : NULL, *name, *value;

	if (op == NULL)
		bad_document(k->c, "Invalid Condition: wrong number of arguments.");
	if (strcasecmp(op, "content-length-range") == 0) {
		check_range(k, op, json_object_array_get_idx(list, 1), json_object_array_get_idx(list, 2));
		return;
	}
	name = text_of(json_object_array_get_idx(list, 1));
	value = text_of(json_object_array_get_idx(list, 2));
	if ((strcasecmp(op, "eq") != 0 && strcasecmp(op, "starts-with") != 0) || name == NULL ||
	    value == NULL)
		bad_document(k->c, "Invalid Condition.");
	if (name[0] != '$')
		failed(k, op, name, value);
	check_field(k, op, name + 1, value);
}

static void
check_object(struct checking *k, struct json_object *object)
{
	size_t n = 0;

	json_object_object_foreach(object, name, value)
	{
		if (text_of(value) == NULL)
			bad_document(k->c, "Invalid Simple-Condition: value must be a string.");
		check_field(k, "eq", name, text_of(value));
		n++;
	}
	if (n != 1)
		bad_document(k->c, "Invalid Simple-Condition: Simple-Conditions must have exactly one "
		    "property specified.");
}

static void
check_expiration(struct call *c, struct json_object *policy)
{
	const char *text = text_of(json_get(policy, "expiration"));
	int64_t     at;

	if (json_get(policy, "expiration") == NULL)
		bad_document(c, "Policy missing expiration.");
	/* ISO 8601 with its T: a space instead is no time to S3. */
	if (text == NULL || strchr(text, ' ') != NULL || !clock_parse_iso(text, &at))
		bad_document(c, "Invalid 'expiration' value.");
	if (at < environment_now(c->task, c->env))
		task_throw(c->task, &S3_ACCESS_DENIED, "Invalid according to Policy: Policy expired.");
}

static bool
is_free(const char *name)
{
	for (size_t i = 0; i < COUNT(free_fields); i++)
		if (strcmp(free_fields[i], name) == 0)
			return true;
	return text_starts(name, "x-ignore-");
}

void
form_check_policy(struct call *c, struct s3_form *form, const char *policy)
{
	struct checking     k = { c, form, mem_array(c->task->mem, bool, form->n + 1) };
	size_t              n;
	char               *text = base64_decode(c->task->mem, policy, &n);
	struct json_object *j = text != NULL ? json_parse(c->task->mem, text, n) : NULL, *conditions;

	if (j == NULL || !json_object_is_type(j, json_type_object))
		bad_document(c, "Invalid JSON.");
	check_expiration(c, j);
	conditions = json_get(j, "conditions");
	if (!json_object_is_type(conditions, json_type_array))
		bad_document(c, "Policy missing conditions.");
	for (size_t i = 0; i < json_object_array_length(conditions); i++) {
		struct json_object *one = json_object_array_get_idx(conditions, i);

		if (json_object_is_type(one, json_type_array))
			check_list(&k, one);
		else if (json_object_is_type(one, json_type_object))
			check_object(&k, one);
		else
			bad_document(c, "Invalid Condition.");
	}
	for (size_t i = 0; i < form->n; i++)
		if (!k.allowed[i] && !is_free(form->fields[i].name))
			task_throw(c->task, &S3_ACCESS_DENIED,
			    "Invalid according to Policy: Extra input fields: %s",
			    form->fields[i].name);
}
