/* tests/unit/shared/wire/enc.c - one way to write an answer */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/wire/enc.h"

static struct mem *m;
static struct buf  out;

static const struct enc_traits json = { .format = ENC_JSON };
static const struct enc_traits xml = { .format = ENC_XML };
static const struct enc_traits s3 = { .format = ENC_XML, .xmlns = "http://x/",
	.declaration = true };

static struct enc *
fresh(const struct enc_traits *traits)
{
	out = buf_new(m);
	return enc_new(m, traits, &out);
}

/* The same calls for both formats. */
static void
write_all(struct enc *e)
{
	enc_struct(e, "Result");
	enc_text(e, "Name", "a<b>&\"c\"");
	enc_text(e, "None", NULL);
	enc_list(e, "Buckets", "Bucket");
	for (int i = 1; i <= 2; i++) {
		enc_struct(e, NULL);
		enc_int(e, "Size", i);
		enc_end(e);
	}
	enc_end(e);
	enc_list(e, "Prefix", NULL);
	enc_text(e, NULL, "p/");
	enc_text(e, NULL, "q/");
	enc_end(e);
	enc_list(e, "Empty", "One");
	enc_end(e);
	enc_list(e, "Flat", NULL);
	enc_end(e);
	enc_map(e, "Tags", "entry", "key", "value");
	enc_text(e, "k&", "v");
	enc_struct(e, "s");
	enc_bool(e, "B", true);
	enc_end(e);
	enc_end(e);
	enc_number(e, "Price", "0.10");
	enc_end(e);
}

static void
as_json(void **state)
{
	struct enc *e = fresh(&json);

	(void)state;
	write_all(e);
	assert_true(enc_done(e));
	assert_string_equal(out.data, "{\"Name\":\"a<b>&\\\"c\\\"\","
	    "\"Buckets\":[{\"Size\":1},{\"Size\":2}],"
	    "\"Prefix\":[\"p/\",\"q/\"],\"Empty\":[],\"Flat\":[],"
	    "\"Tags\":{\"k&\":\"v\",\"s\":{\"B\":true}},\"Price\":0.10}");
}

static void
as_xml(void **state)
{
	struct enc *e = fresh(&xml);

	(void)state;
	write_all(e);
	assert_true(enc_done(e));
	assert_string_equal(out.data, "<Result><Name>a&lt;b&gt;&amp;&quot;c&quot;</Name>"
	    "<Buckets><Bucket><Size>1</Size></Bucket><Bucket><Size>2</Size></Bucket></Buckets>"
	    "<Prefix>p/</Prefix><Prefix>q/</Prefix><Empty/>"
	    "<Tags><entry><key>k&amp;</key><value>v</value></entry>"
	    "<entry><key>s</key><value><B>true</B></value></entry></Tags><Price>0.10</Price></Result>");
}

static void
flat_map(void **state)
{
	struct enc *e = fresh(&xml);

	(void)state;
	enc_struct(e, "R");
	enc_map(e, "Attribute", NULL, "Name", "Value");
	enc_int(e, "a", 1);
	enc_int(e, "b", 2);
	enc_end(e);
	enc_end(e);
	assert_string_equal(out.data, "<R><Attribute><Name>a</Name><Value>1</Value></Attribute>"
	    "<Attribute><Name>b</Name><Value>2</Value></Attribute></R>");
}

/* One handler writes both: the names of XML are others than those of JSON. */
static void
put_flat(struct enc *e)
{
	enc_struct(e, "R");
	enc_flat_list(e, "Messages", "Message");
	for (int i = 1; i <= 2; i++) {
		enc_struct(e, NULL);
		enc_int(e, "Id", i);
		enc_end(e);
	}
	enc_end(e);
	enc_flat_list(e, "None", "N");
	enc_end(e);
	enc_flat_map(e, "Attributes", "Attribute", "Name", "Value");
	enc_text(e, "a", "1");
	enc_struct(e, "b");
	enc_text(e, "x", "2");
	enc_end(e);
	enc_end(e);
	enc_end(e);
}

static void
flat_by_another_name(void **state)
{
	struct enc *e = fresh(&json);

	(void)state;
	put_flat(e);
	assert_string_equal(out.data, "{\"Messages\":[{\"Id\":1},{\"Id\":2}],\"None\":[],"
	    "\"Attributes\":{\"a\":\"1\",\"b\":{\"x\":\"2\"}}}");
	e = fresh(&xml);
	put_flat(e);
	assert_string_equal(out.data, "<R><Message><Id>1</Id></Message><Message><Id>2</Id></Message>"
	    "<Attribute><Name>a</Name><Value>1</Value></Attribute>"
	    "<Attribute><Name>b</Name><Value><x>2</x></Value></Attribute></R>");
}

static void
roots(void **state)
{
	struct enc *e = fresh(&s3);

	(void)state;
	assert_true(enc_empty(e));
	assert_false(enc_done(e));
	enc_text(e, "LocationConstraint", "");
	assert_true(enc_done(e));
	assert_string_equal(out.data, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<LocationConstraint xmlns=\"http://x/\"></LocationConstraint>");
	e = fresh(&s3);
	enc_struct(e, "A");
	enc_struct(e, "Grantee");
	enc_attribute(e, "xsi:type", "a\"<\n");
	enc_end(e);
	assert_false(enc_done(e));
	enc_end(e);
	assert_string_equal(out.data, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<A xmlns=\"http://x/\"><Grantee xsi:type=\"a&quot;&lt;&#10;\"/></A>");
	e = fresh(&json);
	enc_list(e, NULL, NULL);
	enc_null(e, NULL);
	enc_json(e, NULL, "{\"a\": 1}");
	enc_list(e, NULL, NULL);
	enc_end(e);
	enc_end(e);
	assert_string_equal(out.data, "[null,{\"a\": 1},[]]");
}

static void
escapes(void **state)
{
	struct enc *e = fresh(&json);

	(void)state;
	enc_struct(e, NULL);
	enc_text(e, "a\"", "\\ \b\f\n\r\t \x01\x1f \x7f \xc3\xa4 /");
	enc_end(e);
	assert_string_equal(out.data,
	    "{\"a\\\"\":\"\\\\ \\b\\f\\n\\r\\t \\u0001\\u001f \x7f \xc3\xa4 /\"}");
	e = fresh(&xml);
	enc_text(e, "K", "a\r\n\t'\x01 \xc3\xa4");
	assert_string_equal(out.data, "<K>a&#13;\n\t'\xef\xbf\xbd \xc3\xa4</K>");
}

static void
starts_over(void **state)
{
	struct enc *e = fresh(&s3);

	(void)state;
	enc_struct(e, "Half");
	enc_list(e, "Xs", "X");
	enc_reset(e);
	assert_true(enc_empty(e));
	enc_struct(e, "Error");
	enc_text(e, "Code", "NoSuchKey");
	enc_end(e);
	assert_true(enc_done(e));
	assert_string_equal(out.data, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<Error xmlns=\"http://x/\"><Code>NoSuchKey</Code></Error>");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_json),
		cmocka_unit_test(as_xml),
		cmocka_unit_test(flat_map),
		cmocka_unit_test(flat_by_another_name),
		cmocka_unit_test(roots),
		cmocka_unit_test(escapes),
		cmocka_unit_test(starts_over),
	};
	int failed;

	m = mem_new(1 << 20);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mem_free(m);
	return failed;
}
