/* fcgi/aws/sqs/attribute.c - message attributes: read, digest, write */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fcgi/aws/sqs/sqs.h"
#include "shared/base/text.h"
#include "shared/wire/base64.h"
#include "shared/wire/digest.h"
#include "shared/wire/json.h"

enum { MOST_ATTRIBUTES = 10, NAME_LENGTH = 256 };
enum { TRANSPORT_STRING = 1, TRANSPORT_BINARY = 2 };

/* One attribute; a binary value is base64 in `value`. */
struct attribute {
	const char *name, *type, *value;
};

static bool
is_binary(const struct attribute *a)
{
	return text_starts(a->type, "Binary");
}

static int
by_name(const void *a, const void *b)
{
	const struct attribute *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void
add_part(struct digest *d, const void *p, size_t n)
{
	unsigned char length[4] = { (unsigned char)(n >> 24), (unsigned char)(n >> 16),
		(unsigned char)(n >> 8), (unsigned char)n };

	digest_add(d, length, sizeof(length));
	digest_add(d, p, n);
}

/*
 * "Calculating the MD5 message digest for message attributes", Amazon SQS Developer Guide: of each
 * in the order of their names, length and bytes of name, type and value, with the kind of value
 * before it.
 */
static const char *
md5_of(struct call *c, const struct attribute *list, size_t n)
{
	struct digest *d = digest_new(c->task->mem, DIGEST_MD5);
	unsigned char  out[DIGEST_MOST];

	for (size_t i = 0; i < n; i++) {
		unsigned char transport = is_binary(&list[i]) ? TRANSPORT_BINARY : TRANSPORT_STRING;
		const void   *value = list[i].value;
		size_t        len = strlen(list[i].value);

		add_part(d, list[i].name, strlen(list[i].name));
		add_part(d, list[i].type, strlen(list[i].type));
		digest_add(d, &transport, 1);
		if (is_binary(&list[i]))
			value = base64_decode(c->task->mem, list[i].value, &len);
		add_part(d, value, len);
	}
	digest_end(d, out);
	return text_hex(c->task->mem, out, digest_size(DIGEST_MD5));
}

static struct sqs_problem
check_name(struct call *c, const char *name)
{
	static const struct sqs_problem fine;
	size_t                          n = strlen(name);

	if (n == 0 || n > NAME_LENGTH)
		return sqs_wrong(c, &SQS_VALUE, "Message (user) attribute names must be shorter than 256 "
		    "Bytes");
	/* Letters of any language will do, whatever the sentence says. */
	if (!text_word(name, "-_."))
		return sqs_wrong(c, &SQS_VALUE, "The message attribute name '%s' is invalid. Attribute "
		    "name can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.) "
		    "characters.", name);
	if (name[0] == '.' || name[n - 1] == '.' || strncasecmp(name, "aws.", 4) == 0 ||
	    strncasecmp(name, "amazon.", 7) == 0)
		return sqs_wrong(c, &SQS_VALUE, "You can't use message attribute names beginning with "
		    "'AWS.' or 'Amazon.'. These strings are reserved for internal use. Additionally, they "
		    "cannot start or end with '.'.");
	return fine;
}

static bool
type_is(const char *type, const char *base)
{
	size_t n = strlen(base);

	return text_starts(type, base) && (type[n] == '\0' || type[n] == '.');
}

static bool
is_number(const char *s)
{
	char *end;

	if (strspn(s, "+-.0123456789eE") != strlen(s))
		return false;
	strtod(s, &end);
	return end != s && *end == '\0';
}

static struct sqs_problem
check_value(struct call *c, const struct attribute *a)
{
	static const struct sqs_problem fine;
	size_t                          n;

	if (a->value == NULL || *a->value == '\0')
		return sqs_wrong(c, &SQS_VALUE, "Message (user) attribute '%s' must contain a non-empty "
		    "value of type '%s'.", a->name, is_binary(a) ? "Binary" : "String");
	if (is_binary(a) && base64_decode(c->task->mem, a->value, &n) == NULL)
		return sqs_wrong(c, &SQS_VALUE, "The binary value of message (user) attribute '%s' is not "
		    "base64.", a->name);
	if (!is_binary(a) && !text_xml(a->value, strlen(a->value)))
		return sqs_wrong(c, &SQS_VALUE, "%s", SQS_CONTENTS.text);
	if (type_is(a->type, "Number") && !is_number(a->value))
		return sqs_wrong(c, &SQS_VALUE, "Can't cast the value of message (user) attribute '%s' "
		    "to a number.", a->name);
	return fine;
}

static struct sqs_problem
read_one(struct call *c, struct json_object *j, struct attribute *a)
{
	struct sqs_problem p = check_name(c, a->name);

	if (p.fault != NULL)
		return p;
	if (json_object_get_type(j) != json_type_object)
		task_throw(c->task, &SQS_SERIALIZATION, NULL);
	if (sqs_length(sqs_list(c, j, "StringListValues")) > 0 ||
	    sqs_length(sqs_list(c, j, "BinaryListValues")) > 0)
		return sqs_wrong(c, &SQS_UNSUPPORTED, "Message attribute list values in SendMessage "
		    "operation are not supported.");
	a->type = sqs_text(c, j, "DataType");
	if (a->type == NULL || *a->type == '\0')
		return sqs_wrong(c, &SQS_VALUE, "The message attribute '%s' must contain non-empty message "
		    "attribute type.", a->name);
	if (strlen(a->type) > NAME_LENGTH)
		return sqs_wrong(c, &SQS_VALUE, "Message (user) attribute types must be shorter than 256 "
		    "Bytes");
	if (!text_xml(a->type, strlen(a->type)) || !(type_is(a->type, "String") ||
	    type_is(a->type, "Number") || type_is(a->type, "Binary")))
		return sqs_wrong(c, &SQS_VALUE, "The message attribute '%s' has an invalid message "
		    "attribute type, the set of supported type prefixes is Binary, Number, and String.",
		    a->name);
	a->value = sqs_text(c, j, is_binary(a) ? "BinaryValue" : "StringValue");
	return check_value(c, a);
}

static const char *
as_json(struct call *c, const struct attribute *list, size_t n)
{
	struct buf *b = mem_one(c->task->mem, struct buf);
	struct enc *e;

	*b = buf_new(c->task->mem);
	e = enc_new(c->task->mem, &enc_traits_json, b);
	enc_list(e, NULL, NULL);
	for (size_t i = 0; i < n; i++) {
		enc_list(e, NULL, NULL);
		enc_text(e, NULL, list[i].name);
		enc_text(e, NULL, list[i].type);
		enc_text(e, NULL, list[i].value);
		enc_end(e);
	}
	enc_end(e);
	return b->data;
}

static int64_t
size_of(struct call *c, const struct attribute *a)
{
	size_t n;

	assert(a->value != NULL); /* read_one refuses what has none */
	n = strlen(a->value);
	if (is_binary(a))
		base64_decode(c->task->mem, a->value, &n);
	return (int64_t)(strlen(a->name) + strlen(a->type) + n);
}

struct sqs_attributes
sqs_attributes_read(struct call *c, struct json_object *map, bool system)
{
	struct sqs_attributes out = { 0 };
	struct attribute      list[MOST_ATTRIBUTES];
	size_t                n = 0;

	if (map == NULL || json_object_object_length(map) == 0)
		return out;
	if (json_object_object_length(map) > MOST_ATTRIBUTES) {
		out.problem = sqs_wrong(c, &SQS_VALUE, "Number of message attributes [%d] exceeds the "
		    "allowed maximum [%d].", json_object_object_length(map), MOST_ATTRIBUTES);
		return out;
	}
	json_object_object_foreach(map, name, value)
	{
		list[n] = (struct attribute){ .name = name };
		out.problem = read_one(c, value, &list[n]);
		if (out.problem.fault != NULL)
			return out;
		out.size += size_of(c, &list[n++]);
	}
	qsort(list, n, sizeof(list[0]), by_name);
	out.md5 = md5_of(c, list, n);
	out.text = system ? list[0].value : as_json(c, list, n);
	return out;
}

/* All, *, .*, the name itself, or prefix.* */
static bool
wanted(struct call *c, struct json_object *names, const char *name)
{
	for (size_t i = 0; i < sqs_length(names); i++) {
		const char *s = sqs_item(c, names, i);
		size_t      n = strlen(s);

		if (strcmp(s, "All") == 0 || strcmp(s, "*") == 0 || strcmp(s, name) == 0 ||
		    (n >= 2 && strcmp(s + n - 2, ".*") == 0 && strncmp(name, s, n - 2) == 0))
			return true;
	}
	return false;
}

static size_t
read_kept(struct call *c, const char *text, struct json_object *names, struct attribute *list)
{
	struct json_object *all = json_parse(c->task->mem, text, strlen(text));
	size_t              n = 0;

	for (size_t i = 0; i < sqs_length(all) && n < MOST_ATTRIBUTES; i++) {
		struct json_object *one = json_object_array_get_idx(all, i);
		struct attribute    a = { sqs_item(c, one, 0), sqs_item(c, one, 1), sqs_item(c, one, 2) };

		if (wanted(c, names, a.name))
			list[n++] = a;
	}
	return n;
}

void
sqs_attributes_put(struct call *c, const char *text, struct json_object *names)
{
	struct attribute list[MOST_ATTRIBUTES];
	size_t           n = 0;

	if (text != NULL && sqs_length(names) > 0)
		n = read_kept(c, text, names, list);
	if (n == 0)
		return;
	enc_text(c->out, "MD5OfMessageAttributes", md5_of(c, list, n));
	enc_flat_map(c->out, "MessageAttributes", "MessageAttribute", "Name", "Value");
	for (size_t i = 0; i < n; i++) {
		enc_struct(c->out, list[i].name);
		enc_text(c->out, is_binary(&list[i]) ? "BinaryValue" : "StringValue", list[i].value);
		enc_text(c->out, "DataType", list[i].type);
		enc_end(c->out);
	}
	enc_end(c->out);
}
