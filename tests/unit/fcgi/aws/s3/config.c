/* tests/unit/fcgi/aws/s3/config.c - what is kept for buckets, and what is refused */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/db/db.h"
#include "tests/unit/support/s3_call.h"
#include "tests/unit/support/scratch.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define NS   " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""
#define RULE(inside) "<LifecycleConfiguration><Rule><ID>a</ID><Prefix/><Status>Enabled</Status>" \
	inside "</Rule></LifecycleConfiguration>"
#define CORS(inside) "<CORSConfiguration><CORSRule>" inside "</CORSRule></CORSConfiguration>"
#define SITE(inside) "<WebsiteConfiguration><IndexDocument><Suffix>i</Suffix></IndexDocument>" \
	"<RoutingRules><RoutingRule>" inside "</RoutingRule></RoutingRules></WebsiteConfiguration>"
#define EVENTS(inside) "<NotificationConfiguration>" inside "</NotificationConfiguration>"
#define QUEUE(id, events, filter) "<QueueConfiguration><Id>" id "</Id>" filter \
	"<Queue>arn:aws:sqs:us-east-1:111111111111:q</Queue>" events "</QueueConfiguration>"
#define PUTS "<Event>s3:ObjectCreated:*</Event>"
#define PREFIX(p) "<Filter><S3Key><FilterRule><Name>prefix</Name><Value>" p "</Value>" \
	"</FilterRule></S3Key></Filter>"

static void
test_order_and_space(void **state)
{
	struct s3_answer a;

	(void)state;
	s3_call_setup();
	assert_int_equal(s3_do("GET", "/bkt?cors", ""), 404);
	a = s3_put_document("/bkt?cors", CORS("<ExposeHeader>x</ExposeHeader><MaxAgeSeconds> 5 "
	    "</MaxAgeSeconds><AllowedOrigin>http://*.a</AllowedOrigin>\n<AllowedMethod>GET"
	    "</AllowedMethod><AllowedMethod>PUT</AllowedMethod>"));
	assert_int_equal(a.status, 200);
	assert_int_equal(a.round_trips, 1);
	a = s3_send("GET", "/bkt?cors", "", "", 0);
	assert_int_equal(a.round_trips, 1);
	assert_string_equal(a.body.data, HEAD "<CORSConfiguration" NS "><CORSRule><AllowedMethod>GET"
	    "</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedOrigin>http://*.a"
	    "</AllowedOrigin><MaxAgeSeconds>5</MaxAgeSeconds><ExposeHeader>x</ExposeHeader>"
	    "</CORSRule></CORSConfiguration>");
	assert_int_equal(s3_do("DELETE", "/bkt?cors", ""), 204);
	assert_int_equal(s3_do("DELETE", "/bkt?cors", ""), 204);
	assert_int_equal(s3_do("GET", "/bkt?cors", ""), 404);
	s3_call_end();
}

/* "Limited to 64 KB in size", PutBucketCors: strangers' requests are held against all of it. */
static void
test_cors_is_short(void **state)
{
	static char body[70000];
	int         n;

	(void)state;
	n = snprintf(body, sizeof(body), "<CORSConfiguration><CORSRule><AllowedMethod>GET"
	    "</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>");
	memset(body + n, ' ', sizeof(body) - (size_t)n - 1);
	s3_call_setup();
	assert_int_equal(s3_put_document("/bkt?cors", body).status, 400);
	body[60000] = '\0';
	assert_int_equal(s3_put_document("/bkt?cors", body).status, 200);
	s3_call_end();
}

/* What every process remembers of a bucket is short, in a long element or a long attribute. */
static void
test_remembered_is_short(void **state)
{
	static const char rule[] = "<ServerSideEncryptionConfiguration><Rule>"
	    "<ApplyServerSideEncryptionByDefault%s%s%s><SSEAlgorithm>aws:kms</SSEAlgorithm>"
	    "<KMSMasterKeyID>%s</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule>"
	    "</ServerSideEncryptionConfiguration>";
	static char       longest[300001];
	struct mem       *m = mem_new(4 << 20);
	const char       *bodies[2];

	(void)state;
	memset(longest, '>', sizeof(longest) - 1); /* each is kept as four */
	bodies[0] = mem_fmt(m, rule, "", "", "", longest);
	bodies[1] = mem_fmt(m, rule, " type='", longest, "'", "k");
	s3_call_setup();
	for (size_t i = 0; i < COUNT(bodies); i++) {
		assert_int_equal(s3_put_document("/bkt?encryption", bodies[i]).status, 400);
		assert_int_equal(s3_do("PUT", "/bkt/k", "x"), 200);
	}
	assert_int_equal(s3_put_document("/bkt?encryption", mem_fmt(m, rule, "", "", "", "k")).status,
	    200);
	s3_call_end();
	mem_free(m);
}

/* Rules may be long, and then no process remembers them, whatever becomes of the bucket. */
static void
test_long_rules_are_not_remembered(void **state)
{
	struct mem *m = mem_new(16 << 20);
	struct buf  b = buf_new(m);
	char        prefix[1001];

	(void)state;
	memset(prefix, '>', sizeof(prefix) - 1); /* each is kept as four */
	prefix[sizeof(prefix) - 1] = '\0';
	buf_text(&b, "<LifecycleConfiguration>");
	for (int i = 0; i < 300; i++)
		buf_fmt(&b, "<Rule><ID>%d</ID><Filter><Prefix>%d%s</Prefix></Filter>"
		    "<Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>", i, i, prefix);
	buf_text(&b, "</LifecycleConfiguration>");
	s3_call_setup();
	assert_int_equal(s3_put_document("/bkt?lifecycle", b.data).status, 200);
	s3_call_fresh();
	assert_int_equal(s3_do("PUT", "/bkt/k", "x"), 200);
	assert_int_equal(s3_do("PUT", "/bkt?versioning", "<VersioningConfiguration><Status>Enabled"
	    "</Status></VersioningConfiguration>"), 200);
	assert_int_equal(s3_do("PUT", "/bkt/k", "x"), 200);
	assert_int_equal(s3_do("GET", "/bkt/k", ""), 200);
	s3_call_end();
	mem_free(m);
}

/* What S3 refuses, and in which words. */
static const struct {
	const char *kind, *body, *code;
} refused[] = {
	{ "cors", "", "MalformedXML" },
	{ "cors", "<CORSConfiguration/>", "MalformedXML" },
	{ "cors", "<Cors/>", "MalformedXML" },
	{ "cors", CORS("<AllowedOrigin>*</AllowedOrigin>"), "MalformedXML" },
	{ "cors", CORS("<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin><X/>"),
	  "MalformedXML" },
	{ "cors", CORS("<AllowedMethod>OPTIONS</AllowedMethod><AllowedOrigin>*</AllowedOrigin>"),
	  "InvalidRequest" },
	{ "cors", CORS("<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*a*</AllowedOrigin>"),
	  "InvalidRequest" },
	{ "lifecycle", RULE(""), "InvalidRequest" },
	{ "lifecycle", RULE("<Expiration><Days>0</Days></Expiration>"), "InvalidArgument" },
	{ "lifecycle", RULE("<Expiration/>"), "MalformedXML" },
	{ "lifecycle", RULE("<Expiration><Days>99999999999</Days></Expiration>"), "MalformedXML" },
	{ "lifecycle", RULE("<Expiration><Date>20200101</Date></Expiration>"), "MalformedXML" },
	{ "lifecycle", RULE("<Expiration><Date>2020-01-01T01:00:00Z</Date></Expiration>"),
	  "InvalidArgument" },
	{ "lifecycle", RULE("<Expiration><Days>30</Days></Expiration><Transition><Days>30</Days>"
	  "<StorageClass>GLACIER</StorageClass></Transition>"), "InvalidArgument" },
	{ "lifecycle", RULE("<Transition><Days>29</Days><StorageClass>STANDARD_IA</StorageClass>"
	  "</Transition>"), "InvalidArgument" },
	{ "lifecycle", RULE("<Transition><Days>29</Days><StorageClass>STANDARD</StorageClass>"
	  "</Transition>"), "MalformedXML" },
	{ "lifecycle", RULE("<Filter/><Expiration><Days>1</Days></Expiration>"), "MalformedXML" },
	{ "website", "<WebsiteConfiguration/>", "InvalidArgument" },
	{ "website", "<WebsiteConfiguration><IndexDocument><Suffix>a/b</Suffix></IndexDocument>"
	  "</WebsiteConfiguration>", "InvalidArgument" },
	{ "website", SITE("<Redirect/>"), "MalformedXML" },
	{ "website", SITE("<Condition/><Redirect><HostName>h</HostName></Redirect>"),
	  "InvalidRequest" },
	{ "website", SITE("<Redirect><HttpRedirectCode>300</HttpRedirectCode></Redirect>"),
	  "InvalidRequest" },
	{ "website", SITE("<Redirect><Protocol>ftp</Protocol></Redirect>"), "InvalidRequest" },
	{ "website", SITE("<Redirect><ReplaceKeyWith>a</ReplaceKeyWith><ReplaceKeyPrefixWith>b"
	  "</ReplaceKeyPrefixWith></Redirect>"), "InvalidRequest" },
	{ "logging", "<BucketLoggingStatus><LoggingEnabled><TargetBucket>none</TargetBucket>"
	  "<TargetPrefix/></LoggingEnabled></BucketLoggingStatus>", "InvalidTargetBucketForLogging" },
	{ "accelerate", "<AccelerateConfiguration/>", "MalformedXML" },
	{ "requestPayment", "<RequestPaymentConfiguration><Payer>Me</Payer>"
	  "</RequestPaymentConfiguration>", "MalformedXML" },
	{ "encryption", "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>"
	  "<SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID>"
	  "</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>",
	  "InvalidArgument" },
	{ "abac", "<AbacStatus><Status>Enabled</Status></AbacStatus>", "NotImplemented" },
	{ "metrics&id=a", "<MetricsConfiguration><Id>b</Id></MetricsConfiguration>", "MalformedXML" },
	{ "metrics&id=", "<MetricsConfiguration><Id></Id></MetricsConfiguration>",
	  "InvalidConfigurationId" },
	{ "metrics&id=b", "<MetricsConfiguration><Id>b</Id><Filter/></MetricsConfiguration>",
	  "MalformedXML" },
	{ "intelligent-tiering&id=b", "<IntelligentTieringConfiguration><Id>b</Id><Status>Enabled"
	  "</Status><Tiering><Days>89</Days><AccessTier>ARCHIVE_ACCESS</AccessTier></Tiering>"
	  "</IntelligentTieringConfiguration>", "MalformedXML" },
	{ "notification", EVENTS(QUEUE("a", "<Event>s3:Any</Event>", "")), "InvalidArgument" },
	{ "notification", EVENTS(QUEUE("a", PUTS, "") QUEUE("b", PUTS, "")), "InvalidArgument" },
	{ "notification", EVENTS(QUEUE("a", PUTS, PREFIX("x")) QUEUE("b",
	  "<Event>s3:ObjectCreated:Put</Event>", PREFIX("xy"))), "InvalidArgument" },
	{ "notification", EVENTS("<TopicConfiguration><Topic>arn:aws:sqs:us-east-1:1:q</Topic>" PUTS
	  "</TopicConfiguration>"), "InvalidArgument" },
	{ "notification", EVENTS("<QueueConfiguration><Queue>q</Queue>" PUTS
	  "</QueueConfiguration>"), "InvalidArgument" },
};

static void
test_refused(void **state)
{
	char target[64];

	(void)state;
	s3_call_setup();
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct s3_answer a;

		snprintf(target, sizeof(target), "/bkt?%s", refused[i].kind);
		a = s3_put_document(target, refused[i].body);
		if (a.code == NULL || strcmp(a.code, refused[i].code) != 0)
			fail_msg("%s %s: %d %s", target, refused[i].body, a.status, a.body.data);
	}
	assert_string_equal(scratch_sql("select count(*) from blob.bucket_config"), "0");
	s3_call_end();
}

static void
test_notification(void **state)
{
	static const char rules[] = EVENTS(QUEUE("a", PUTS, PREFIX("x"))
	    QUEUE("b", PUTS, PREFIX("y")) "<EventBridgeConfiguration/>");
	struct s3_answer  a;

	(void)state;
	s3_call_setup();
	assert_int_equal(s3_send("PUT", "/bkt?notification",
	    "x-amz-skip-destination-validation: true\n", rules, strlen(rules)).status, 200);
	s3_call_fresh();
	a = s3_send("GET", "/bkt?notification", "", "", 0);
	assert_non_null(strstr(a.body.data, "<Name>Prefix</Name><Value>y</Value>"));
	assert_non_null(strstr(a.body.data, "<EventBridgeConfiguration"));
	assert_int_equal(s3_put_document("/bkt?notification", EVENTS("")).status, 200);
	s3_call_fresh();
	a = s3_send("GET", "/bkt?notification", "", "", 0);
	assert_string_equal(a.body.data, HEAD "<NotificationConfiguration" NS "/>");
	s3_call_end();
}

/* Pages of 100, at most 1,000. */
static void
test_ids(void **state)
{
	struct mem *m = mem_new(1 << 20);
	char       *token, *end;

	(void)state;
	s3_call_setup();
	s3_some_configurations();
	scratch_sql("insert into blob.bucket_config select space, bucket, kind, 'n' || lpad(i::text, 4,"
	    " '0'), '<MetricsConfiguration><Id>n' || i || '</Id></MetricsConfiguration>'"
	    " from blob.bucket_config, generate_series(1, 998) i where kind = 'metrics'");
	token = mem_text(m, s3_send("GET", "/bkt?metrics", "", "", 0).body.data);
	assert_non_null(strstr(token, "<IsTruncated>true</IsTruncated>"));
	assert_non_null(strstr(token, "<Id>n100</Id>"));
	assert_null(strstr(token, "<Id>n101</Id>"));
	token = strstr(token, "<NextContinuationToken>") + strlen("<NextContinuationToken>");
	end = strchr(token, '<');
	*end = '\0';
	token = mem_fmt(m, "/bkt?metrics&continuation-token=%s", token);
	assert_non_null(strstr(s3_send("GET", token, "", "", 0).body.data, "<Id>n101</Id>"));
	assert_int_equal(s3_do("GET", "/bkt?metrics&continuation-token=*", ""), 400);
	assert_int_equal(s3_put_document("/bkt?metrics&id=x",
	    "<MetricsConfiguration><Id>x</Id></MetricsConfiguration>").status, 204);
	assert_string_equal(s3_put_document("/bkt?metrics&id=y",
	    "<MetricsConfiguration><Id>y</Id></MetricsConfiguration>").code, "TooManyConfigurations");
	assert_int_equal(s3_put_document("/bkt?metrics&id=x",
	    "<MetricsConfiguration><Id>x</Id></MetricsConfiguration>").status, 204);
	assert_int_equal(s3_do("DELETE", "/bkt?metrics&id=x", ""), 204);
	assert_int_equal(s3_do("DELETE", "/bkt?metrics&id=x", ""), 404);
	s3_call_end();
	mem_free(m);
}

static void
test_gone_with_the_bucket(void **state)
{
	(void)state;
	s3_call_setup();
	s3_some_configurations();
	s3_call_as(1);
	assert_int_equal(s3_do("GET", "/bkt?website", ""), 403);
	assert_int_equal(s3_put_document("/bkt?metrics&id=x",
	    "<MetricsConfiguration><Id>x</Id></MetricsConfiguration>").status, 403);
	s3_call_as(0);
	assert_int_equal(s3_do("DELETE", "/bkt", ""), 204);
	s3_call_fresh();
	assert_string_equal(scratch_sql("select count(*) from blob.bucket_config"), "0");
	assert_string_equal(scratch_sql("select count(*) from blob.rule"), "0");
	assert_int_equal(s3_do("GET", "/bkt?website", ""), 404);
	assert_int_equal(s3_do("PUT", "/bkt?accelerate",
	    "<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>"), 404);
	s3_call_end();
}

static void
test_torture(void **state)
{
	int n = 0, status;

	(void)state;
	s3_call_setup();
	do {
		db_fail_in(++n);
		status = s3_do("PUT", "/bkt?accelerate",
		    "<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>");
		db_fail_in(0);
		assert_true(status == 503 || status == 200);
	} while (status != 200 && n < 10);
	assert_int_equal(status, 200);
	s3_call_end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order_and_space, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_cors_is_short, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_remembered_is_short, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_long_rules_are_not_remembered, scratch_setup,
		    scratch_teardown),
		cmocka_unit_test_setup_teardown(test_refused, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_notification, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_ids, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_gone_with_the_bucket, scratch_setup,
		    scratch_teardown),
		cmocka_unit_test_setup_teardown(test_torture, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
