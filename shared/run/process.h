/* shared/run/process.h - real servers as processes of this machine */
#ifndef MF_RUN_PROCESS_H
#define MF_RUN_PROCESS_H

#include "shared/run/run.h"

extern const struct runner_ops process_ops;

/* For process.c. */

/* A thousand files take a while to remove, and nobody has to wait for that: `path` goes to r->gone,
 * whence clear takes it. */
bool process_put_away(struct runner *r, struct server *s, const char *path);
bool process_clear(struct runner *r);
void process_list(struct runner *r, void (*each)(void *arg, const char *key), void *arg);
void process_tidy(struct runner *r);

#endif
