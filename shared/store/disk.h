/* shared/store/disk.h - what the two files of the store on disk share */
#ifndef MF_STORE_DISK_H
#define MF_STORE_DISK_H

#include "shared/store/driver.h"

enum { FAN_OUT = 2 }; /* characters of an id that name its directory */

struct disk {
	struct store store;
	char         root[]; /* absolute */
};

const char *disk_root(const struct store *s);
/* The two names of a blob: see disk.c. */
char *disk_marker(struct mem *m, const struct store *s, int64_t environment, const char *id);
char *disk_final(struct mem *m, const struct store *s, int64_t environment, const char *id);
/* Full, read-only, broken or not mounted: none of it is the request's fault.  Takes errno. */
_Noreturn void disk_failed(struct task *t, const char *what, const char *path);

void disk_remove(struct task *t, struct store *s, int64_t environment, const char *id);
void disk_unmark(struct task *t, struct store *s, int64_t environment, const char *id);
void disk_unnamed(struct task *t, struct store *s, int64_t before,
    void (*each)(void *arg, int64_t environment, const char *id), void *arg);
bool disk_remove_all(struct task *t, struct store *s, int64_t environment);

#endif
