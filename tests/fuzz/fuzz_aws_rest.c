/* tests/fuzz/fuzz_aws_rest.c - which S3 operation a method and target name */
#include "tests/fuzz/fuzz.h"

#include "fcgi/proto/aws_rest.h"
#include "fcgi/services.h"
#include "tests/unit/support/aws_call.h"

/* The line "METHOD target", then headers; a method in small letters comes to a bucket's host. */
static void
fuzz(struct task *t, const char *p, size_t n)
{
	size_t           method = strcspn(p, " \n"), line = strcspn(p, "\n");
	const char      *headers = p + line + (p[line] == '\n');
	const char      *target = mem_text_n(t->mem, p + method, line - method);
	char            *name = mem_text_n(t->mem, p, method);
	struct aws_call  a;
	const struct op *op;

	(void)n;
	target += *target == ' ';
	if (*target != '/')
		return;
	aws_call_make(&a, "s3", "", 0, name, target, headers);
	if (*name >= 'a' && *name <= 'z') {
		a.call.sub_host = "bucket";
		for (char *c = name; *c >= 'a' && *c <= 'z'; c++)
			*c = (char)(*c - 'a' + 'A');
	}
	op = aws_rest_match(&a.call, service_sold("aws_s3"));
	if (op == NULL) {
		assert(aws_rest_label(&a.call, "Bucket") == NULL);
	} else {
		assert(strncmp(op->http, name, strlen(name)) == 0);
		aws_rest_label(&a.call, "Key");
		if (a.call.sub_host != NULL)
			assert(strcmp(aws_rest_label(&a.call, "Bucket"), "bucket") == 0);
	}
	aws_call_end(&a);
}
