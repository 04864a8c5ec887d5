/* fcgi/own/health.c - GET /healthz and GET /metrics: how this program is */
#include <string.h>

#include "fcgi/board.h"
#include "fcgi/call.h"
#include "fcgi/proto/plain.h"
#include "shared/base/conf.h"
#include "shared/base/text.h"
#include "shared/core/probe.h"

static const struct fault HEALTH_FORBIDDEN = { "HEALTH_FORBIDDEN", "Forbidden", 403,
	"Metrics are for this host; MF_METRICS_PUBLIC=1 opens them." };

/* 200 when this process serves and the database answers; a fault says 503 and why. */
static void
health_check(struct call *c)
{
	probe_answers(c->task);
	plain_text(c, "ok");
}

/* From this host itself, and not on behalf of another as a proxy would be. */
static bool
from_loopback(const struct request *r)
{
	if (request_header(r, "x-forwarded-for") != NULL || request_header(r, "forwarded") != NULL)
		return false;
	return text_starts(r->remote, "127.") || strcmp(r->remote, "::1") == 0 ||
	    text_starts(r->remote, "::ffff:127.");
}

static void
health_metrics(struct call *c)
{
	if (!c->world->conf->metrics_public && !from_loopback(c->req))
		task_throw(c->task, &HEALTH_FORBIDDEN, NULL);
	call_header(c, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
	if (c->world->board != NULL)
		board_print(c->world->board, &c->reply.body);
}

static const struct op health_ops[] = {
	{ .name = "Check", .handler = health_check, .flags = OP_OPEN, .http = "GET /healthz" },
};
static const struct op metrics_ops[] = {
	{ .name = "Read", .handler = health_metrics, .flags = OP_OPEN, .http = "GET /metrics" },
};

extern const struct service service_health, service_metrics;

const struct service service_health = {
	.cloud = "own", .name = "health", .path = "/healthz",
	.proto = &plain, .ops = health_ops, .n_ops = COUNT(health_ops), .general = PLAIN_GENERAL,
};

const struct service service_metrics = {
	.cloud = "own", .name = "metrics", .path = "/metrics",
	.proto = &plain, .ops = metrics_ops, .n_ops = COUNT(metrics_ops), .general = PLAIN_GENERAL,
};
