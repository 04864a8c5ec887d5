/* shared/run/proc.h - processes as /proc shows them */
#ifndef MF_PROC_H
#define MF_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * When it was started, in ticks since the machine was; 0: there is no such process, or a dead
 * one.
 */
int64_t proc_started(int64_t pid);
/* The machine's present run, 36 characters: pids and start times mean nothing in another one. */
bool proc_boot(char out[40]);
/*
 * A descriptor of that process, readable once it has ended; -1: it has.  Signals through it reach
 * that process and no other one that got its pid.
 */
int  proc_open(int64_t pid, int64_t started);
bool proc_signal(int fd, int signal);
/* True: it has ended within timeout (microseconds). */
bool proc_wait(int fd, int64_t timeout);
/*
 * Every process that works below `root` (its directory is there, or there when it was removed) or
 * carries MF_SERVER=root/...: name is the first part of the path after root/.  Only processes
 * we may look into are seen: our own, or for root all.
 */
void proc_each(const char *root, void (*each)(void *arg, const char *name, int64_t pid), void *arg);

#endif
