/* tests/fuzz/fuzz_sigv4.c - signatures and bodies of AWS requests */
#include "tests/fuzz/fuzz.h"

#include "fcgi/auth/sigv4.h"
#include "fcgi/proto/aws_body.h"
#include "shared/base/clock.h"
#include "tests/unit/support/aws_call.h"

static const struct fault BAD = { "BAD", "BAD", 400, "BAD" };

static const struct sigv4_faults faults = { .malformed = &BAD, .unknown_key = &BAD,
	.mismatch = &BAD, .not_signed = &BAD, .skewed = &BAD, .expired = &BAD, .bad_scope = &BAD,
	.bad_token = &BAD, .bad_digest_header = &BAD };
static const struct aws_body_faults body_faults = { .incomplete = &BAD, .malformed = &BAD,
	.missing_length = &BAD, .small_chunk = &BAD, .mismatch = &BAD, .bad_sha256 = &BAD,
	.malformed_trailer = &BAD, .too_large = &BAD };

static void
serve(struct call *c)
{
	struct aws_body *b;
	char             piece[1000];
	int64_t          got = 0;
	size_t           n;

	sigv4_verify(c, &faults, true);
	assert((c->who == NULL) == (c->auth == NULL));
	b = aws_body_open(c, &body_faults, 1 << 20);
	while ((n = aws_body_read(b, piece, sizeof(piece))) > 0)
		got += (int64_t)n;
	assert(aws_body_length(b) < 0 || aws_body_length(b) == got);
}

/* The next line of the input, without its end. */
static const char *
line(struct mem *m, const char **p)
{
	size_t      len = strcspn(*p, "\n");
	const char *s = mem_text_n(m, *p, len);

	*p += len + ((*p)[len] == '\n');
	return s;
}

/*
 * A method, a target, headers up to an empty line, a body.  A method in small letters is for a
 * lenient environment: so what comes after a good signature is reached too.
 */
static void
fuzz(struct task *t, const char *p, size_t n)
{
	const char     *method = line(t->mem, &p), *target = line(t->mem, &p);
	const char     *body = strstr(p, "\n\n");
	const char     *headers = p;
	struct aws_call a;

	(void)n;
	if (*target != '/')
		return;
	if (body != NULL)
		headers = mem_text_n(t->mem, p, (size_t)(body - p));
	aws_call_make(&a, "s3", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	    INT64_C(1369353600) * SECOND, method, target, headers);
	a.env.lenient = *method >= 'a' && *method <= 'z';
	if (body != NULL)
		aws_call_body(&a, body + 2, strlen(body + 2));
	if (!a.request.malformed)
		aws_call_try(&a, serve);
	aws_call_end(&a);
}
