/* tests/fuzz/fuzz_sqs.c - requests to SQS: its JSON protocol, and the Query protocol's forms */
#include "tests/fuzz/fuzz.h"

#include "fcgi/aws/sqs/sqs.h"
#include "shared/core/secret.h"
#include "tests/fuzz/serve.h"

extern const struct service service_aws_sqs;

/* Receipt handles are sealed: that asks for a key. */
static void
make_box(void)
{
	static bool made;
	char        error[256], path[] = "/tmp/fuzz-key-XXXXXX";
	FILE       *f;
	int         fd;

	if (made)
		return;
	serve_start();
	fd = mkstemp(path);
	assert(fd >= 0 && (f = fdopen(fd, "w")) != NULL);
	fprintf(f, "%064d\n", 1);
	fclose(f);
	conf.secret_key_file = path;
	secret_use(secret_box_open(&conf, error, sizeof(error)));
	remove(path);
	made = true;
}

/* "POST /", headers, a body; X-Amz-Target is what tells the two protocols apart. */
static void
fuzz(struct task *t, const char *p, size_t n)
{
	struct aws_call a;

	make_box();
	if (!serve_make(&a, t, &service_aws_sqs, p, n))
		return;
	serve_all(&a, request_header(&a.request, "x-amz-target") != NULL ? SERVE_JSON : SERVE_XML);
	aws_call_end(&a);
}
