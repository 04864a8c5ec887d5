/* tests/unit/fcgi/proto/aws_query.c - forms become the trees that JSON would be */
#include "fcgi/proto/aws_query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/support/aws_call.h"

static const struct aws_query_name names[] = {
	{ "Attribute", "Attributes", "Name", "Value" },
	{ "Entry", "Entries", NULL, NULL },
};
static const struct aws_query query = { .names = names, .n_names = COUNT(names), .most = 1000 };
static const struct fault     MALFORMED = { "MALFORMED", "Malformed", 400, "malformed" };
static const struct fault     TOO_LARGE = { "TOO_LARGE", "TooLarge", 413, "too large" };
static const struct op        ops[] = { { .name = "Do" },
	{ .name = "Silent", .flags = OP_SILENT } };

static struct aws_call a;

static void
decode(struct call *c)
{
	c->op = aws_query_find(c, &query);
	assert_non_null(c->op);
	aws_query_decode(c, &query);
}

static void
start(const char *target, const char *body)
{
	aws_call_make(&a, "x", "", 0, "POST", target, "");
	aws_call_body(&a, body, strlen(body));
	a.service.ops = ops;
	a.service.n_ops = COUNT(ops);
	a.service.xmlns = "http://x/";
	a.service.general = (struct general_faults){ .malformed = &MALFORMED,
		.too_large = &TOO_LARGE };
	reply_start(a.task.mem, &a.call.reply);
}

static void
expect(const char *target, const char *body, const char *json)
{
	start(target, body);
	assert_null(aws_call_try(&a, decode));
	assert_string_equal(json_object_to_json_string_ext(a.call.args, JSON_C_TO_STRING_PLAIN), json);
	aws_call_end(&a);
}

static void
trees(void **state)
{
	(void)state;
	expect("/", "Action=Do", "{\"Action\":\"Do\"}");
	expect("/", "Action=Do&Entry=", "{\"Action\":\"Do\",\"Entries\":\"\"}");
	expect("/", "Action=Do&a=%00%2500", "{\"Action\":\"Do\",\"a\":\"\\u0001%00\"}");
	expect("/?a=1", "Action=Do&a=2", "{\"Action\":\"Do\",\"a\":\"2\"}");
	expect("/?Action=Do", "a=x%20y+z", "{\"a\":\"x y z\",\"Action\":\"Do\"}");
	expect("/?Action=Do", "Entry.2=b&Entry.10=c&Entry.1=a",
	    "{\"Entries\":[\"a\",\"b\",\"c\"],\"Action\":\"Do\"}");
	expect("/?Action=Do", "Entry.1.Id=i&Entry.1.Attribute.1.Name=n&Entry.1.Attribute.1.Value=v",
	    "{\"Entries\":[{\"Id\":\"i\",\"Attributes\":{\"n\":\"v\"}}],\"Action\":\"Do\"}");
	expect("/?Action=Do", "Attribute.1.Name=n&Attribute.1.Value.Type=t&Attribute.2.Name=m",
	    "{\"Attributes\":{\"n\":{\"Type\":\"t\"},\"m\":\"\"},\"Action\":\"Do\"}");
}

/* What makes no sense is left out, and does no harm. */
static void
nonsense(void **state)
{
	(void)state;
	expect("/?Action=Do", ".=a&..=b&x.=c&.y=d&=e", "{\"x\":\"\",\"Action\":\"Do\"}");
	expect("/?Action=Do", "a.b.c.d.e.f.g.Entry.1=x",
	    "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"Entries\":\"\"}}}}}}},"
	    "\"Action\":\"Do\"}");
	expect("/?Action=Do", "a.b.c.d.e.f.g.h.i=1&Attribute.1.Value=v&Entry=x",
	    "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":\"\"}}}}}}},"
	    "\"Attributes\":{},\"Entries\":[\"x\"],\"Action\":\"Do\"}");
	expect("/?Action=Do", "b.x=1&b=2", "{\"b\":{\"x\":\"1\"},\"Action\":\"Do\"}");
}

static void
refused(void **state)
{
	char large[1200];

	(void)state;
	start("/", "Action=%zz");
	assert_ptr_equal(aws_call_try(&a, decode), &MALFORMED);
	aws_call_end(&a);
	start("/", "Action=Do&a=%ff");
	assert_ptr_equal(aws_call_try(&a, decode), &MALFORMED);
	aws_call_end(&a);
	memset(large, 'a', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	start("/", large);
	assert_ptr_equal(aws_call_try(&a, decode), &TOO_LARGE);
	aws_call_end(&a);
}

static void
answers(void **state)
{
	(void)state;
	start("/", "Action=Do");
	assert_null(aws_call_try(&a, decode));
	enc_text(a.call.out, "A", "<");
	aws_query_finish(&a.call);
	assert_string_equal(a.call.reply.body.data,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DoResponse xmlns=\"http://x/\"><DoResult>"
	    "<A>&lt;</A></DoResult><ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata>"
	    "</DoResponse>");
	aws_call_end(&a);
	start("/", "Action=Silent");
	assert_null(aws_call_try(&a, decode));
	aws_query_finish(&a.call);
	assert_string_equal(a.call.reply.body.data,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SilentResponse xmlns=\"http://x/\">"
	    "<ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata></SilentResponse>");
	reply_start(a.task.mem, &a.call.reply);
	aws_query_fault(&a.call, &MALFORMED, "why");
	assert_int_equal(a.call.reply.status, 400);
	assert_string_equal(a.call.reply.body.data,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse xmlns=\"http://x/\"><Error>"
	    "<Type>Sender</Type><Code>Malformed</Code><Message>why</Message><Detail></Detail></Error>"
	    "<RequestId>ID</RequestId></ErrorResponse>");
	aws_call_end(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trees),
		cmocka_unit_test(nonsense),
		cmocka_unit_test(refused),
		cmocka_unit_test(answers),
	};

	return cmocka_run_group_tests_name("aws_query", tests, NULL, NULL);
}
