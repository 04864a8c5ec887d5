/* tests/unit/support/meter.h - environments that start and stop at chosen times */
#ifndef MF_TEST_METER_H
#define MF_TEST_METER_H

#include <stdint.h>

struct life;
struct task;

extern int64_t meter_owner; /* the account whose environments these are */

/* An empty database with that account. */
int meter_setup(void **state);

int64_t      meter_at(const char *iso);
struct life *meter_make(struct task *t, int64_t now, const char *rate);
void         meter_stop(struct task *t, const struct life *e, int64_t now);
void         meter_start(struct task *t, const struct life *e, int64_t now);
/* mf-meter, at that time, to its end. */
void         meter_turn(struct task *t, int64_t now);
/* What must be true of usage at any time: hours, no overlaps, open when it runs. */
void         meter_check(void);

#endif
