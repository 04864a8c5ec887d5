/* fcgi/segment.h - the memory that the processes of the pool share */
#ifndef MF_SEGMENT_H
#define MF_SEGMENT_H

#include <stdbool.h>

struct board;
struct limit;
struct wake;

/*
 * Backed by a file without a name, so that a program that is executed anew finds it by descriptor.
 * Its layout is that of the program which made it: another program makes its own.
 */
struct segment {
	int           file;
	struct wake  *wake;
	struct board *board;
	struct limit *limit;
	int           outgoing; /* eventfd, see wake_set_outgoing_fd */
	const char   *host;     /* a word that no other host has */
};

/* Ends the process with a sentence when there is none to be had. */
void segment_new(struct segment *s);
/* False: no segment, or of another layout. */
bool segment_adopt(struct segment *s, int file);

#endif
