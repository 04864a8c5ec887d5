/* shared/wire/encoded_word.h - header values that are not ASCII, as RFC 2047 writes them */
#ifndef MF_WIRE_ENCODED_WORD_H
#define MF_WIRE_ENCODED_WORD_H

struct mem;

/*
 * s (UTF-8) as one encoded word: "=?UTF-8?Q?...?=", or with B where it holds what cannot be
 * printed; s itself where it is printable ASCII.  Which characters Q leaves alone is as Amazon S3
 * does it (User Guide, "Working with object metadata").
 */
const char *encoded_word(struct mem *m, const char *s);
/* What the encoded word s says; NULL: it is none in UTF-8, or says what cannot be printed. */
const char *encoded_word_read(struct mem *m, const char *s);

#endif
