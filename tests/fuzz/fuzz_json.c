/* tests/fuzz/fuzz_json.c - JSON documents, and strings as enc writes them */
#include "tests/fuzz/fuzz.h"

#include "shared/base/buf.h"
#include "shared/base/text.h"
#include "shared/wire/enc.h"
#include "shared/wire/json.h"

static void
string_returns(struct mem *m, const char *s)
{
	static const struct enc_traits traits = { .format = ENC_JSON };
	struct buf                     out = buf_new(m);
	struct enc                    *e = enc_new(m, &traits, &out);
	struct json_object            *j;

	enc_struct(e, NULL);
	enc_text(e, s, s);
	enc_end(e);
	j = json_get(json_parse(m, out.data, out.len), s);
	assert(j != NULL && strcmp(json_object_get_string(j), s) == 0);
}

static void
fuzz(struct task *t, const char *p, size_t n)
{
	struct json_object *j = json_parse(t->mem, p, n);
	const char         *text;

	if (text_utf8(p, n))
		string_returns(t->mem, p);
	if (j == NULL)
		return;
	text = json_object_to_json_string_ext(j, JSON_C_TO_STRING_PLAIN);
	assert(json_parse(t->mem, text, strlen(text)) != NULL);
}
