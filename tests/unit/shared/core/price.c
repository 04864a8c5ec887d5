/* tests/unit/shared/core/price.c - the price list, and the rate rule */
#include "shared/core/price.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "tests/unit/support/scratch.h"

enum { MOST = 16 };

/* Services that are asked for together, their rate, and the package that makes it. */
static const struct {
	const char *cloud, *services[MOST], *sum, *rate, *package;
} quotes[] = {
	{ NULL, { "redis", "mysql", "aws_s3", "aws_sqs" }, "0.33", "0.33", "aws_starter" },
	{ NULL, { "redis", "mysql", "aws_s3" }, "0.3", "0.3", NULL },
	{ NULL, { "aws_s3", "azure_blob", "gcp_storage", "cloudflare_r2", "supabase_postgres",
	    "neon_postgres" }, "0.85", "0.85", NULL },
	{ NULL, { "aws_s3" }, "0.05", "0.05", NULL },
	/* All of AWS, the later ones too. */
	{ "aws", { "s3", "sqs", "sns", "ecr", "route53", "iam", "lambda", "dynamodb", "rds",
	    "elasticache" }, "0.75", "0.75", "aws_full" },
	{ "aws", { "s3", "sqs", "sns", "ecr", "route53", "iam", "lambda", "dynamodb", "rds",
	    "elasticache", "lightsail", "elasticbeanstalk" }, "1.1", "0.75", "aws_full" },
	/* That and one more is no longer all of AWS. */
	{ NULL, { "aws_s3", "aws_sqs", "aws_sns", "aws_ecr", "aws_lambda", "aws_dynamodb", "aws_rds",
	    "aws_elasticbeanstalk", "neon_postgres" }, "1.11", "1", "everything" },
	/* "Redis" and "SQL" in a cloud's package: that cloud's or the plain one. */
	{ "azure", { "blob", "sql", "redis" }, "0.33", "0.33", "azure_starter" },
	{ NULL, { "azure_blob", "azure_sql", "redis" }, "0.33", "0.33", "azure_starter" },
	{ NULL, { "azure_blob", "azure_sql", "azure_redis", "mysql" }, "0.48", "0.33",
	    "azure_starter" },
	{ "gcp", { "storage", "sql", "memorystore" }, "0.33", "0.33", "gcp_starter" },
	{ "supabase", { "postgres", "auth", "storage" }, "0.4", "0.4", "supabase_complete" },
	{ "cloudflare", { "r2", "kv", "d1" }, "0.25", "0.25", "cloudflare_dev" },
	{ "neon", { "postgres" }, "0.35", "0.35", "neon_branching" },
	{ "digitalocean", { "spaces", "databases", "apps" }, "0.4", "0.4", "digitalocean_stack" },
	/* Any five services, but not six. */
	{ NULL, { "redis", "mysql", "postgresql", "mongodb" }, "0.52", "0.5", "multi_cloud" },
	{ NULL, { "redis", "mysql", "postgresql", "mongodb", "kafka" }, "0.72", "0.5", "multi_cloud" },
	{ NULL, { "redis", "mysql", "postgresql", "mongodb", "kafka", "aws_s3" }, "0.77", "0.77",
	    NULL },
	{ NULL, { "redis", "mysql", "postgresql", "mongodb", "kafka", "neon_postgres" }, "1.07", "1",
	    "everything" },
};

static size_t
count(const char *const *names)
{
	size_t n = 0;

	while (n < MOST && names[n] != NULL)
		n++;
	return n;
}

static void
test_quotes(void **state)
{
	for (size_t i = 0; i < COUNT(quotes); i++) {
		struct price_quote q;

		price_quote(*state, quotes[i].services, count(quotes[i].services), quotes[i].cloud, NULL,
		    &q);
		assert_string_equal(q.sum, quotes[i].sum);
		assert_string_equal(q.rate, quotes[i].rate);
		if (quotes[i].package != NULL)
			assert_string_equal(q.package, quotes[i].package);
		else
			assert_null(q.package);
	}
}

static void
test_names(void **state)
{
	const char *const  names[] = { "redis", "aws_s3", "nothing", "s3", "" };
	struct price_quote q;

	price_quote(*state, names, 5, "azure", "aws_starter", &q);
	assert_true(q.cloud_known && q.package_known && !q.package_covers);
	assert_string_equal(q.lines[0].service, "azure_redis");
	assert_string_equal(q.lines[1].service, "aws_s3");
	assert_null(q.lines[2].service);
	assert_null(q.lines[3].service);
	assert_null(q.lines[4].service);
	price_quote(*state, names, 2, "nobody", "no package", &q);
	assert_false(q.cloud_known || q.package_known || q.package_covers);
	assert_string_equal(q.lines[0].service, "redis");
	price_quote(*state, names, 1, NULL, "aws_starter", &q);
	assert_true(q.package_covers);
}

/* A price holds from its day until the next one; what is asked for now costs what it costs now. */
static void
test_prices_have_dates(void **state)
{
	const char *const  names[] = { "aws_s3" };
	struct task       *t = *state;
	struct price_quote q;

	scratch_sql("insert into core.price (service, since, hourly)"
	            " values ('aws_s3', '2040-01-01T00:00:00Z', 0.0625)");
	price_quote(t, names, 1, NULL, NULL, &q);
	assert_string_equal(q.rate, "0.05");
	t->now = INT64_C(2208988800000000); /* 2040-01-01 */
	price_quote(t, names, 1, NULL, NULL, &q);
	assert_string_equal(q.rate, "0.0625");
	scratch_sql("delete from core.price where since = '2040-01-01T00:00:00Z'");
}

static void
test_lists(void **state)
{
	struct price_service *services;
	struct price_package *packages;
	size_t                n = price_services(*state, &services);

	assert_int_equal(n, 52);
	assert_string_equal(services[4].id, "aws_s3");
	assert_true(services[4].emulated && !services[0].emulated);
	n = price_packages(*state, &packages);
	assert_int_equal(n, 10);
	assert_string_equal(packages[0].title, "AWS Starter");
	assert_int_equal(packages[0].n_gives, 4);
	assert_int_equal(packages[8].any_of, 5);
	assert_int_equal(packages[1].n_covers, 12);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_quotes), TEST(test_names), TEST(test_prices_have_dates), TEST(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
