/* shared/wire/enc_text.h - text in XML, for enc.c */
#ifndef MF_ENC_TEXT_H
#define MF_ENC_TEXT_H

#include <stdbool.h>

struct buf;

/* Between tags, or as the value of an attribute. */
void enc_xml_text(struct buf *b, const char *text, bool attribute);

#endif
