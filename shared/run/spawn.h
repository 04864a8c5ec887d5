/* shared/run/spawn.h - programs started: to their end, or as servers that outlive us */
#ifndef MF_SPAWN_H
#define MF_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mem;

struct spawn {
	const char *const *argv;      /* argv[0] is an absolute path; NULL at the end */
	const char *const *envp;      /* all of its environment */
	const char        *directory; /* to work in */
	int64_t            uid, gid;  /* user and group to be; uid 0: as we are */
	const char        *log;       /* output is appended there, as a file of ours; NULL: nowhere */
	int                input;     /* standard input; below 0: /dev/null */

	/* Of servers: bounds, 0 for none, and what the kernel ends first. */
	int64_t descriptors, processes, file_size;
	int     oom_score;
};

/*
 * Start it in a session of its own, child of nobody.  note(arg, pid) is called before it executes:
 * when it returns false, or we die meanwhile, nothing was started.  False: why[] says what failed.
 */
bool spawn_server(const struct spawn *s, bool (*note)(void *arg, int64_t pid), void *arg,
    char *why, size_t size);
/*
 * Run it to its end, at most timeout (microseconds); false: why[] says what failed.  Its output
 * goes to *output (in the arena, up to 64 KiB) when output is not NULL, else to s->log.
 */
bool spawn_run(struct mem *m, const struct spawn *s, int64_t timeout, const char **output,
    char *why,
    size_t size);

#endif
