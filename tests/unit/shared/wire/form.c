/* tests/unit/shared/wire/form.c - multipart/form-data */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/wire/form.h"

#define PART "--B\r\nContent-Disposition: form-data; name="

static struct mem *m;

/* <name|filename|type> bytes ), ! at the end, ? when bad; fed in pieces. */
static const char *
told(const char *type, const char *text, size_t piece)
{
	struct form *f = mem_one(m, struct form);
	struct buf   b = buf_new(m);
	const char  *p = text, *end = text + strlen(text);
	size_t       left = 0;

	buf_text(&b, "");
	if (!form_start(f, type))
		return "none";
	for (;;)
		switch (form_next(f, &p, &left)) {
		case FORM_MORE:
			assert_int_equal(left, 0);
			left = (size_t)(end - p) < piece ? (size_t)(end - p) : piece;
			if (left == 0)
				return b.data;
			break;
		case FORM_FIELD:
			buf_fmt(&b, "<%s|%s|%s>", f->name, f->has_filename ? f->filename : "-", f->type);
			break;
		case FORM_DATA:
			assert_true(f->len > 0);
			buf_add(&b, f->data, f->len);
			break;
		case FORM_END:
			buf_char(&b, ')');
			break;
		case FORM_DONE:
			buf_char(&b, '!');
			return b.data;
		case FORM_BAD:
			buf_char(&b, '?');
			assert_int_equal(form_next(f, &p, &left), FORM_BAD);
			return b.data;
		}
}

static const struct {
	const char *type, *text, *told;
} cases[] = {
	{ "multipart/form-data; boundary=B", PART "a\r\n\r\nx\r\n--B--\r\nmore", "<a|-|>x)!" },
	{ "Multipart/Form-Data; x=y; Boundary=\"B\"", PART "\"a\"\r\n\r\n\r\n--B--", "<a|-|>)!" },
	{ "multipart/form-data; boundary=B",
	  "words\r\n" PART "a\r\n\r\n\r\r\n--b\r\n--\r\n\r\n--B--", "<a|-|>\r\r\n--b\r\n--\r\n)!" },
	{ "multipart/form-data; boundary=B", PART "\"f\"; filename=\"c:\\d\\\"e\"\r\nContent-Type:  "
	  "text/plain\r\n\r\n1\r\n" PART "g\r\n\r\n2\r\n--B--", "<f|c:\\d\"e|text/plain>1)<g|-|>2)!" },
	{ "multipart/form-data; boundary=B", "--B\r\nContent-Type: a/b\r\nContent-Disposition: "
	  "form-data; name=f\r\n\r\n\r\n--B--", "<f|-|a/b>)!" },
	{ "multipart/form-data; boundary=B", PART "a\r\n\r\nx\r\n--B", "<a|-|>x)" },
	{ "multipart/form-data; boundary=B", PART "a\r\n\r\nx", "<a|-|>x" },
	{ "multipart/form-data; boundary=B", "--B\r\nContent-Type: a\r\n\r\n", "?" },
	{ "multipart/form-data; boundary=B", "--B\r\nContent-Disposition: file; name=a\r\n\r\n", "?" },
	{ "multipart/form-data; boundary=B", "--B\r\nno colon\r\n", "?" },
	{ "multipart/form-data; boundary=B", "--Bx\r\n", "?" },
	{ "multipart/form-data; boundary=B", "--B--", "!" },
	{ "multipart/form-data", "--B--", "none" },
	{ "multipart/form-data; boundary=", "", "none" },
	{ "application/x-www-form-urlencoded", "", "none" },
	{ NULL, "", "none" },
};

static void
test_cases(void **state)
{
	(void)state;
	m = mem_new(8 << 20);
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t piece = 1; piece < 8; piece++)
			assert_string_equal(told(cases[i].type, cases[i].text, piece), cases[i].told);
	mem_free(m);
}

static void
test_bounds(void **state)
{
	char long_line[3 * FORM_LINE], type[200];

	(void)state;
	m = mem_new(8 << 20);
	memset(long_line, 'x', sizeof(long_line));
	memcpy(long_line, PART, strlen(PART));
	long_line[sizeof(long_line) - 1] = '\0';
	assert_string_equal(told("multipart/form-data; boundary=B", long_line, 100), "?");
	memset(type, 'B', sizeof(type));
	memcpy(type, "multipart/form-data; boundary=", 30);
	type[30 + FORM_BOUNDARY + 1] = '\0';
	assert_string_equal(told(type, "", 1), "none");
	type[30 + FORM_BOUNDARY] = '\0';
	assert_string_equal(told(type, "", 1), "");
	mem_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
