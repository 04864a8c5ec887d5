/* fcgi/aws/sqs/name.c - names, URLs and ARNs of queues; problems */
#include <stdarg.h>
#include <string.h>

#include "fcgi/aws/sqs/sqs.h"
#include "shared/base/text.h"

enum { NAME_MAX_LENGTH = 80 };

void
sqs_check_name(struct call *c, const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > NAME_MAX_LENGTH ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != n)
		task_throw(c->task, &SQS_VALUE, "Can only include alphanumeric characters, hyphens, or "
		    "underscores. 1 to 80 in length");
}

struct queue_name
sqs_queue_of_ours(struct call *c, const char *name)
{
	return (struct queue_name){ c->who->account_id, sqs_region(c), name };
}

/* Where the segment begins that ends before a slash. */
static const char *
segment_before(const char *url, const char *slash)
{
	while (slash > url && slash[-1] != '/')
		slash--;
	return slash;
}

static bool
is_segment(const char *from, const char *slash, const char *text)
{
	return (size_t)(slash - from) == strlen(text) && strncmp(from, text, strlen(text)) == 0;
}

/* ".../queue/eu-west-1/account/name": of another region than the caller's. */
static bool
is_elsewhere(struct call *c, const char *url, const char *account)
{
	const char *region = account > url ? segment_before(url, account - 1) : url;
	const char *word = region > url ? segment_before(url, region - 1) : url;

	return region > url && is_segment(word, region - 1, "queue") &&
	    !is_segment(region, account - 1, sqs_region(c));
}

/*
 * The last two segments are account and name, whatever host the client knows us under, and however
 * the URL was kept, a slash after it or none: that of another account of the environment, or of
 * another region, is not there for this one.
 */
static struct queue_name
from_url(struct call *c, const char *url)
{
	const char *name, *account;

	if (text_ends(url, "/"))
		url = mem_text_n(c->task->mem, url, strlen(url) - 1);
	name = strrchr(url, '/');
	if (name == NULL || name == url)
		return sqs_queue_of_ours(c, name == NULL ? url : name + 1);
	account = segment_before(url, name);
	if (!is_segment(account, name, c->who->account_id) || is_elsewhere(c, url, account))
		task_throw(c->task, &SQS_NO_QUEUE, NULL);
	return sqs_queue_of_ours(c, name + 1);
}

bool
sqs_path_is_queue(const struct call *c)
{
	return strchr(c->path + 1, '/') != NULL;
}

struct queue_name
sqs_queue(struct call *c)
{
	const char *url = sqs_text(c, c->args, "QueueUrl");

	if (url == NULL && sqs_path_is_queue(c))
		url = c->path;
	if (url == NULL || *url == '\0')
		task_throw(c->task, &SQS_NO_QUEUE, NULL);
	return from_url(c, url);
}

/*
 * As in AWS's older URLs the first region is not named; no host tells the others apart here.  What
 * a signature has for a region may be anything: what no URL holds as it is stays out of it.
 */
const char *
sqs_url(struct call *c, const char *name)
{
	const char *region = sqs_region(c);

	if (strcmp(region, SQS_FIRST_REGION) == 0 ||
	    region[strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
		return mem_fmt(c->task->mem, "%s/%s/%s", c->base_url, c->who->account_id, name);
	return mem_fmt(c->task->mem, "%s/queue/%s/%s/%s", c->base_url, region, c->who->account_id,
	    name);
}

const char *
sqs_arn(struct call *c, const char *name)
{
	const char *region = sqs_region(c);
	const char *partition = text_starts(region, "cn-") ? "aws-cn" :
	    text_starts(region, "us-gov-") ? "aws-us-gov" : "aws";

	return mem_fmt(c->task->mem, "arn:%s:sqs:%s:%s:%s", partition, region, c->who->account_id,
	    name);
}

void
sqs_must_exist(struct call *c, enum queue_result r)
{
	if (r == QUEUE_NONE)
		task_throw(c->task, &SQS_NO_QUEUE, NULL);
}

const char *
sqs_channel(struct call *c, int64_t queue)
{
	return queue_channel(c->task->mem, c->space.id, queue);
}

struct sqs_problem
sqs_wrong(struct call *c, const struct fault *f, const char *fmt, ...)
{
	struct sqs_problem p = { .fault = f };
	va_list            ap;

	va_start(ap, fmt);
	p.text = mem_vfmt(c->task->mem, fmt, ap);
	va_end(ap);
	return p;
}

void
sqs_throw(struct call *c, const struct sqs_problem *p)
{
	if (p->fault != NULL)
		task_throw(c->task, p->fault, "%s", p->text);
}
