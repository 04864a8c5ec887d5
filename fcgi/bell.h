/* fcgi/bell.h - what rings here is told to the other hosts, and what rings there rings here */
#ifndef MF_BELL_H
#define MF_BELL_H

struct world;

/*
 * A thread in every process, of which one at a time does the work (board_take_bell).  It gathers
 * the outgoing slots of fcgi/wake.h for 5 ms and sends them in one notification,
 * `host:slot,slot,...` in hexadecimal; its own it ignores by the name of the host.  Without a
 * connection nothing is lost but time: waiters recheck, and what could not be sent is sent when
 * there is one again.
 *
 * outgoing is the eventfd given to wake_set_outgoing_fd; host a word that no other host has.
 */
void bell_start(const struct world *world, unsigned index, int outgoing, const char *host);

#endif
