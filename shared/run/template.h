/* shared/run/template.h - what new servers begin with, made once */
#ifndef MF_TEMPLATE_H
#define MF_TEMPLATE_H

#include <stdbool.h>

#include "shared/run/engine.h"

/*
 * <templates>/<engine>-<version>/data is a data directory as its engine's installer and our first
 * orders leave it.  It is made by the first that wants it, beside and renamed; others wait.
 * <templates>/<engine>-<version>/ready.<n> are copies made in advance, so that a new server has its
 * files at the cost of a rename.
 */

/* Make `data` what a new server begins with, of its user. */
bool template_take(struct runner *r, struct server *s, const struct engine *e, const char *data);
/* Make what is missing: the templates of engines that are here,
    and up to `ready` copies of each.  One
 * copy at most for each call; true: there is more to do. */
bool template_fill(struct runner *r, struct mem *m, int ready);

#endif
