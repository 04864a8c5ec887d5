/* shared/base/text.h - checks and conversions of text from outside */
#ifndef MF_TEXT_H
#define MF_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mem;

/* A whole decimal number within [min, max], nothing before or after it; false leaves *out alone. */
bool text_i64(const char *s, int64_t min, int64_t max, int64_t *out);
/* The other way round; returns where in `room` it begins. */
enum { TEXT_I64_MOST = 24 };
const char *text_of_i64(char room[TEXT_I64_MOST], int64_t value);
bool text_starts(const char *s, const char *prefix);
bool text_ends(const char *s, const char *suffix);
/* Well-formed UTF-8 without NUL, surrogates or overlong forms (RFC 3629). */
bool text_utf8(const char *s, size_t n);
/* Every character may stand in an XML 1.0 document. */
bool text_xml(const char *s, size_t n);
/* Letters and digits of any script, in UTF-8, and what is in marks. */
bool text_word(const char *s, const char *marks);
/* The same text, with U+FFFD for each character that may not. NULL stays NULL. */
const char *text_for_xml(struct mem *m, const char *s);
/* A token of HTTP (RFC 9110, 5.6.2): what the name of a header may be. */
bool text_token(const char *s);
char *text_hex(struct mem *m, const void *p, size_t n);
int   text_hex_value(char c); /* of a hexadecimal digit; -1: it is none */
/* 2 * n hexadecimal digits into n bytes; false when s is anything else. */
bool text_unhex(const char *s, void *out, size_t n);
char *text_lower(struct mem *m, const char *s); /* ASCII */
/* The same bytes, compared in a time that does not tell where they differ. */
bool text_same_secret(const char *a, const char *b);

#endif
