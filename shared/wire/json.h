/* shared/wire/json.h - JSON documents from outside: json-c with bounds */
#ifndef MF_JSON_H
#define MF_JSON_H

#include <json-c/json_object.h>
#include <stddef.h>

struct mem;

/*
 * A whole document, given back with the arena.  Refused (NULL): not strict JSON (RFC 8259),
 * something after the end, nesting past 32, duplicate keys, bytes that are not UTF-8, \u0000,
 * half of a surrogate pair; and `null` standing alone, which json-c cannot tell from nothing.  A
 * document that would take json-c more than about 32 MB (some 37,000 objects) is refused too,
 * since that is not the arena's.
 */
struct json_object *json_parse(struct mem *m, const void *p, size_t n);
/* A member of an object, or NULL: no such member, or j is NULL or no object. */
struct json_object *json_get(struct json_object *j, const char *name);

#endif
