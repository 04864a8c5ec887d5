/* fcgi/coverage.c - what every service knows and has built, printed from the operation tables */
#include "fcgi/coverage.h"

#include "fcgi/call.h"

/* An operation no client may ever call does not count. */
static bool
counts(const struct service *s)
{
	return s->n_ops > 0 && !s->test_only;
}

static bool
is_built(const struct service *s, const struct op *op)
{
	return (op->same != NULL ? op_named(s, op->same) : op)->handler != NULL;
}

static void
print_op(FILE *out, const struct service *s, const struct op *op)
{
	fprintf(out, "%s.%s\t%s\t%s\t%s\t%s\t%s\t%s\n", s->cloud, s->name, op->name,
	    op->http != NULL ? op->http : "-", is_built(s, op) ? "built" : "known",
	    op->flags & OP_WRITE ? "write" : "read", op->flags & OP_OPEN ? "open" : "signed",
	    scope_name(op_scope(op)));
}

void
coverage_print(FILE *out)
{
	for (size_t i = 0; i < n_services; i++)
		for (size_t k = 0; counts(services[i]) && k < services[i]->n_ops; k++)
			print_op(out, services[i], &services[i]->ops[k]);
}

static size_t
built(const struct service *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_ops; i++)
		n += is_built(s, &s->ops[i]);
	return n;
}

/* Operations that vendors have two names for: nobody can tell by which one he was asked. */
static void
print_older(FILE *out, const struct service *s)
{
	const char *before = "\nOlder names of the same requests: ";

	for (size_t i = 0; i < s->n_ops; i++)
		if (s->ops[i].same != NULL) {
			fprintf(out, "%s%s (%s)", before, s->ops[i].name, s->ops[i].same);
			before = ", ";
		}
	if (*before == ',')
		fputs(".\n", out);
}

/* The names of those that are built, or of those that are not, in one paragraph. */
static void
print_names(FILE *out, const struct service *s, const char *title, bool which)
{
	const char *comma = "";

	fprintf(out, "%s: ", title);
	for (size_t i = 0; i < s->n_ops; i++)
		if (s->ops[i].same == NULL && is_built(s, &s->ops[i]) == which) {
			fprintf(out, "%s%s", comma, s->ops[i].name);
			comma = ", ";
		}
	fputs(".\n", out);
}

void
coverage_print_markdown(FILE *out)
{
	fputs("# Coverage\n\nPrinted by `make docs` from the operation tables; an operation that is "
	      "not built answers with the\nservice's own \"not implemented\".\n\n"
	      "| service | built | known |\n| --- | ---: | ---: |\n", out);
	for (size_t i = 0; i < n_services; i++)
		if (counts(services[i]))
			fprintf(out, "| %s %s | %zu | %zu |\n", services[i]->cloud, services[i]->name,
			    built(services[i]), services[i]->n_ops);
	for (size_t i = 0; i < n_services; i++) {
		const struct service *s = services[i];

		if (!counts(s))
			continue;
		fprintf(out, "\n## %s %s\n\n", s->cloud, s->name);
		if (built(s) > 0)
			print_names(out, s, "Built", true);
		if (built(s) > 0 && built(s) < s->n_ops)
			fputc('\n', out);
		if (built(s) < s->n_ops)
			print_names(out, s, "Known, not built", false);
		print_older(out, s);
	}
}
