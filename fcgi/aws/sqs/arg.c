/* fcgi/aws/sqs/arg.c - arguments, from JSON or from a form */
#include <string.h>

#include "fcgi/aws/sqs/sqs.h"
#include "fcgi/proto/aws_json.h"
#include "shared/base/text.h"
#include "shared/wire/json.h"

static _Noreturn void
bad_type(struct call *c, const char *name)
{
	task_throw(c->task, &SQS_SERIALIZATION, "%s has a value of another type.", name);
}

/* A member that is null counts as none. */
static struct json_object *
member(struct call *c, struct json_object *j, const char *name, enum json_type type)
{
	struct json_object *x = json_get(j, name);

	if (x != NULL && json_object_get_type(x) != type)
		bad_type(c, name);
	return x;
}

static const char *
text_of(struct call *c, struct json_object *j, const char *name)
{
	const char *s;

	if (j == NULL)
		return NULL;
	if (json_object_get_type(j) != json_type_string)
		bad_type(c, name);
	s = json_object_get_string(j);
	if (strlen(s) != (size_t)json_object_get_string_len(j))
		bad_type(c, name);
	return s;
}

const char *
sqs_text(struct call *c, struct json_object *j, const char *name)
{
	return text_of(c, json_get(j, name), name);
}

const char *
sqs_required(struct call *c, struct json_object *j, const char *name)
{
	const char *s = sqs_text(c, j, name);

	if (s == NULL || *s == '\0')
		task_throw(c->task, &SQS_MISSING, "The request must contain the parameter %s.", name);
	return s;
}

bool
sqs_int_within(struct call *c, struct json_object *j, const char *name, int64_t min, int64_t max,
    int64_t *out)
{
	struct json_object *x = json_get(j, name);

	if (x == NULL)
		return true;
	if (!aws_json_spoken(c))
		return text_i64(text_of(c, x, name), min, max, out);
	if (json_object_get_type(x) != json_type_int)
		bad_type(c, name);
	if (json_object_get_int64(x) < min || json_object_get_int64(x) > max)
		return false;
	*out = json_object_get_int64(x);
	return true;
}

int64_t
sqs_int(struct call *c, struct json_object *j, const char *name, int64_t initial, int64_t min,
    int64_t max, const char *reason)
{
	int64_t value = initial;

	if (!sqs_int_within(c, j, name, min, max, &value))
		task_throw(c->task, &SQS_VALUE, "Value %s for parameter %s is invalid. Reason: %s",
		    json_object_get_string(json_get(j, name)), name, reason);
	return value;
}

/* A form has no way to say an empty list or map: an empty text is one. */
static struct json_object *
holder(struct call *c, struct json_object *j, const char *name, enum json_type type)
{
	struct json_object *x = json_get(j, name);

	if (x != NULL && !aws_json_spoken(c) && json_object_get_type(x) == json_type_string)
		return NULL;
	return member(c, j, name, type);
}

struct json_object *
sqs_list(struct call *c, struct json_object *j, const char *name)
{
	return holder(c, j, name, json_type_array);
}

struct json_object *
sqs_map(struct call *c, struct json_object *j, const char *name)
{
	return holder(c, j, name, json_type_object);
}

size_t
sqs_length(struct json_object *list)
{
	return list != NULL ? json_object_array_length(list) : 0;
}

const char *
sqs_item(struct call *c, struct json_object *list, size_t i)
{
	const char *s = text_of(c, json_object_array_get_idx(list, i), "A member of a list");

	if (s == NULL)
		bad_type(c, "A member of a list");
	return s;
}

struct queue_tags
sqs_pairs(struct call *c, struct json_object *map)
{
	size_t       most = map != NULL ? 2 * (size_t)json_object_object_length(map) : 0, n = 0;
	const char **list = mem_array(c->task->mem, const char *, most + 1);

	if (map != NULL) {
		json_object_object_foreach(map, key, value)
		{
			list[n++] = key;
			list[n] = text_of(c, value, key);
			if (list[n++] == NULL)
				bad_type(c, key);
		}
	}
	return (struct queue_tags){ list, n };
}
