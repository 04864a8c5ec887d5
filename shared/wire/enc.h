/* shared/wire/enc.h - one way to write an answer, as JSON or as XML */
#ifndef MF_ENC_H
#define MF_ENC_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct mem;

/*
 * An encoder keeps a stack of what is open; closing in the wrong order, or a name where none may
 * stand, is an assertion.  Escaping cannot be left out.  Text for JSON must be UTF-8; in XML a
 * CR is written as &#13;, and what it cannot hold, bytes that are no UTF-8 among it, as U+FFFD.
 *
 *     enc_struct(e, "ListBucketResult");          the root: in JSON its name is not written
 *     enc_text(e, "Name", bucket);
 *     enc_list(e, "Buckets", "Bucket");           JSON "Buckets": [..], XML <Buckets><Bucket>..
 *     enc_struct(e, NULL);                        an element of the list
 *     enc_end(e); enc_end(e); enc_end(e);
 */
enum enc_format { ENC_JSON, ENC_XML };

struct enc_traits {
	enum enc_format format;
	const char     *xmlns;       /* of the root element; NULL: none */
	bool            declaration; /* <?xml version="1.0" encoding="UTF-8"?> first */
};
extern const struct enc_traits enc_traits_json; /* that, and nothing more */

struct enc;

struct enc *enc_new(struct mem *m, const struct enc_traits *traits, struct buf *out);
/* Drop what was written, to write a fault instead. */
void enc_reset(struct enc *e);
bool enc_empty(const struct enc *e);
/* True when everything opened was closed. */
bool enc_done(const struct enc *e);

void enc_struct(struct enc *e, const char *name); /* NULL: an element of the list that is open */
/* item NULL: flattened in XML, each element is named `name` and there is no wrapper. */
void enc_list(struct enc *e, const char *name, const char *item);
/*
 * JSON {key: value}; XML <name><entry><key>..</key><value>..</value></entry></name>; entry NULL:
 * flattened, each entry is named `name`.  A member's name is its key.
 */
void enc_map(struct enc *e, const char *name, const char *entry, const char *key,
    const char *value);
/* Flattened, with a name of its own for the elements or entries in XML. */
void enc_flat_list(struct enc *e, const char *name, const char *xml_name);
void enc_flat_map(struct enc *e, const char *name, const char *xml_name, const char *key,
    const char *value);
void enc_end(struct enc *e);

/* Members: name NULL for an element of a list. A NULL text is left out. */
void enc_text(struct enc *e, const char *name, const char *value);
void enc_int(struct enc *e, const char *name, int64_t value);
void enc_bool(struct enc *e, const char *name, bool value);
void enc_null(struct enc *e, const char *name); /* JSON only */
void enc_text_or_null(struct enc *e, const char *name, const char *value); /* JSON only */
/* A number already in decimal digits (money): checked, never through a double. */
void enc_number(struct enc *e, const char *name, const char *digits);
/* An attribute of the struct just opened, XML only: xmlns:xsi and the like. */
void enc_attribute(struct enc *e, const char *name, const char *value);
/* JSON text made elsewhere (json-c), as it stands. */
void enc_json(struct enc *e, const char *name, const char *json);

#endif
