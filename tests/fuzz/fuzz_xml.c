/* tests/fuzz/fuzz_xml.c - XML documents, and what enc writes */
#include "tests/fuzz/fuzz.h"

#include "shared/base/buf.h"
#include "shared/base/text.h"
#include "shared/wire/enc.h"
#include "shared/wire/xml.h"

static void
write_again(struct enc *e, const struct xml *x, int depth)
{
	assert(depth <= 32 && text_xml(x->text, strlen(x->text)));
	if (x->first == NULL) {
		enc_text(e, x->name, x->text);
		return;
	}
	enc_struct(e, x->name);
	for (const struct xml_attribute *a = x->attributes; a != NULL; a = a->next)
		assert(*a->name != '\0' && text_xml(a->value, strlen(a->value)));
	for (const struct xml *child = x->first; child != NULL; child = child->next)
		write_again(e, child, depth + 1);
	enc_end(e);
}

/* The same names and, of elements without children, the same text. */
static void
same(const struct xml *a, const struct xml *b)
{
	assert(strcmp(a->name, b->name) == 0);
	assert(a->first != NULL || strcmp(a->text, b->text) == 0);
	a = a->first;
	b = b->first;
	for (; a != NULL && b != NULL; a = a->next, b = b->next)
		same(a, b);
	assert(a == NULL && b == NULL);
}

static void
fuzz(struct task *t, const char *p, size_t n)
{
	static const struct enc_traits traits = { .format = ENC_XML, .declaration = true };
	struct buf                     out = buf_new(t->mem);
	struct enc                    *e = enc_new(t->mem, &traits, &out);
	const struct xml              *x = xml_parse(t->mem, p, n), *again;

	if (x == NULL)
		return;
	write_again(e, x, 1);
	assert(enc_done(e));
	again = xml_parse(t->mem, out.data, out.len);
	assert(again != NULL);
	same(x, again);
}
