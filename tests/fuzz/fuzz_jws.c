/* tests/fuzz/fuzz_jws.c - sets of keys, and tokens to verify with them */
#include "tests/fuzz/fuzz.h"

#include "shared/wire/json.h"
#include "shared/wire/jws.h"

/* An empty line parts the set from the token.  Whoever has no private key signs nothing. */
static void
fuzz(struct task *t, const char *p, size_t n)
{
	const char         *end = memmem(p, n, "\n\n", 2);
	struct json_object *keys, *payload = NULL;

	if (end == NULL || (keys = json_parse(t->mem, p, (size_t)(end - p))) == NULL)
		return;
	jws_verify(t->mem, mem_text_n(t->mem, end + 2, n - (size_t)(end + 2 - p)), keys, &payload);
}
