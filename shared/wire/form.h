/* shared/wire/form.h - multipart/form-data, as browsers send forms (RFC 7578, RFC 2046) */
#ifndef MF_FORM_H
#define MF_FORM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Bytes are put in as they come; form_next says one thing at a time that it found in them, as
 * chunked_next does.  Nothing is allocated: a struct form, started, is all there is.  Bounds: a
 * boundary of 70 characters (RFC 2046), a line of 2 KiB, 16 headers in a part.
 */
enum form_event {
	FORM_MORE,  /* all the input is used up */
	FORM_FIELD, /* a field begins: name, filename, type */
	FORM_DATA,  /* data, len: bytes of the field; within the input, or of the struct */
	FORM_END,   /* the field's bytes are over */
	FORM_DONE,  /* the form is complete: whatever follows does not belong to it */
	FORM_BAD,   /* it cannot be read; so it stays */
};

enum { FORM_BOUNDARY = 70, FORM_LINE = 2048 };

struct form {
	const char *data;
	size_t      len;
	char        name[FORM_LINE], filename[FORM_LINE], type[FORM_LINE];
	bool        has_name, has_filename; /* of the field; a type that was not said is "" */

	int    state;
	char   mark[FORM_BOUNDARY + 8]; /* what ends a field: CRLF, two dashes, the boundary */
	size_t mark_len, matched;       /* bytes of it that the input has held last */
	size_t used, headers;
	char   line[FORM_LINE];
};

/* From the Content-Type of the request; false: it is no form, or says no boundary that can be. */
bool form_start(struct form *f, const char *content_type);
/* Moves *p and *n past what it has read. */
enum form_event form_next(struct form *f, const char **p, size_t *n);

#endif
