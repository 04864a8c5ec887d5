/* tests/unit/shared/wire/xml.c - XML documents from outside */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/wire/xml.h"

static struct mem *m;

static struct xml *
parse(const char *s)
{
	return xml_parse(m, s, strlen(s));
}

static void
builds_a_tree(void **state)
{
	struct xml *x = parse("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c -->"
	    "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>\n"
	    "  <Object><Key>a &amp; b<![CDATA[<c>]]>&#xE4;</Key></Object><Other/>"
	    "<Object><Key> d\r\n</Key></Object></Delete>\n");
	struct xml *o;

	(void)state;
	assert_non_null(x);
	assert_string_equal(x->name, "Delete");
	assert_null(x->attributes);
	assert_string_equal(xml_child_text(x, "Quiet"), "true");
	o = xml_child(x, "Object");
	assert_string_equal(xml_child_text(o, "Key"), "a & b<c>\xc3\xa4");
	o = xml_again(o);
	assert_string_equal(xml_child_text(o, "Key"), " d\n");
	assert_null(xml_again(o));
	assert_string_equal(xml_child_text(x, "Other"), "");
	assert_null(xml_child(x, "Nothing"));
	assert_null(xml_child_text(x, "Nothing"));
	assert_null(xml_child(xml_child(x, "Other"), "Key"));
}

static void
cuts_namespaces(void **state)
{
	struct xml *x = parse("<g:A xmlns:g=\"urn:x\" xmlns:xsi=\"urn:y\">"
	    "<g:B xsi:type=\"Group\" b='2'/></g:A>");

	(void)state;
	assert_non_null(x);
	assert_string_equal(x->name, "A");
	assert_null(x->attributes);
	assert_string_equal(x->first->name, "B");
	assert_string_equal(x->first->attributes->name, "type");
	assert_string_equal(x->first->attributes->value, "Group");
	assert_string_equal(x->first->attributes->next->value, "2");
	assert_null(x->first->attributes->next->next);
}

static void
refuses(void **state)
{
	static const char *const bad[] = {
		"", " ", "text", "<a>", "</a>", "<a></b>", "<a/><b/>", "<a/>x", "x<a/>",
		"<a b=1/>", "<a b/>",
		"<a b='1' b='2'/>", "<a>&nope;</a>", "<a>&#0;</a>", "<a>&#x1;</a>",
		"<a>\x01</a>", "<a>\xff</a>",
		"<a><![CDATA[x</a>", "<a><!-- x</a>", "<a", "<a '", "<", "<!", "<?", "<a>]]></a>",
		"<!DOCTYPE a><a/>",
		"<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
		"<?xml version=\"1.0\"?><!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
		"<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/\"> %p;]><a/>",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		if (parse(bad[i]) != NULL)
			fail_msg("accepted: %s", bad[i]);
	assert_null(xml_parse(m, "<a>\0</a>", 8));
	assert_null(xml_parse(m, "\xff\xfe<\0a\0/\0>\0", 10));
}

static char *
nested(int depth)
{
	struct buf b = buf_new(m);

	for (int i = 0; i < depth; i++)
		buf_text(&b, "<a>");
	for (int i = 0; i < depth; i++)
		buf_text(&b, "</a>");
	return b.data;
}

/* n times what, numbered, between before and after. */
static char *
repeated(const char *before, const char *what, const char *rest, int n, const char *after)
{
	struct buf b = buf_new(m);

	buf_text(&b, before);
	for (int i = 0; i < n; i++)
		buf_fmt(&b, "%s%d%s", what, i, rest);
	buf_text(&b, after);
	return b.data;
}

static void
bounds(void **state)
{
	(void)state;
	assert_non_null(parse(nested(32)));
	assert_null(parse(nested(33)));
	assert_null(parse(nested(100000)));
	assert_non_null(parse(repeated("<r>", "<a>", "</a>", 99999, "</r>")));
	assert_null(parse(repeated("<r>", "<a>", "</a>", 100000, "</r>")));
	assert_non_null(parse(repeated("<r", " a", "='1'", 64, "/>")));
	assert_null(parse(repeated("<r", " a", "='1'", 65, "/>")));
	assert_non_null(parse(repeated("<r>", "<a xmlns:n", "='u'/>", 64, "</r>")));
	assert_null(parse(repeated("<r>", "<a xmlns:n", "='u'/>", 65, "</r>")));
	assert_string_equal(parse(repeated("<r>", "", "<!---->", 5, "</r>"))->text, "01234");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_a_tree),
		cmocka_unit_test(cuts_namespaces),
		cmocka_unit_test(refuses),
		cmocka_unit_test(bounds),
	};
	int failed;

	m = mem_new(128 << 20);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mem_free(m);
	return failed;
}
