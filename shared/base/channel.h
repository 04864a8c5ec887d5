/* shared/base/channel.h - names of what processes tell each other, across hosts */
#ifndef MF_CHANNEL_H
#define MF_CHANNEL_H

/*
 * A channel is any text; it is hashed to one of CHANNEL_SLOTS slots, the same on every host, so who
 * listens may be woken for nothing and looks again.  Slots travel as the payload of
 * notifications on CHANNEL_NOTIFY: "sender:slot,slot,..." in hexadecimal; each sender ignores
 * its own.
 */
enum { CHANNEL_SLOTS = 4096 };

#define CHANNEL_NOTIFY "mf_wake"

unsigned channel_slot(const char *channel);
/*
 * Call each(arg, slot) for the slots of a payload, unless `me` sent it; what cannot be read is
 * left.
 */
void channel_read(const char *payload, const char *me, void (*each)(void *arg, unsigned slot),
    void *arg);

#endif
