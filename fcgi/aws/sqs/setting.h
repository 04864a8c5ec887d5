/* fcgi/aws/sqs/setting.h - the attributes of queues */
#ifndef MF_SQS_SETTING_H
#define MF_SQS_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/engine/queue.h"

struct call;

/* Source: CreateQueue, Amazon SQS API Reference; the size since August 2025. */
struct sqs_setting {
	const char *name;
	size_t      offset; /* in struct queue_change */
	int64_t     min, max, initial;
};
extern const struct sqs_setting sqs_settings[];
extern const size_t             sqs_n_settings;

int64_t *sqs_setting_of(struct queue_change *q, const struct sqs_setting *s);
/* Attributes as name, value, ...; throws what is wrong with them. make: of a new queue. */
struct queue_change sqs_settings_read(struct call *c, struct queue_tags attributes, bool make);

#endif
