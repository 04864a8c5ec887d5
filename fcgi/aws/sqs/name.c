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

/*
 * The last two segments are account and name, whatever host the client knows us under, and however
 * the URL was kept, a slash after it or none: that of another account of the environment is not
 * there for this one.
 */
static struct queue_name
from_url(struct call *c, const char *url)
{
	const char *name, *account;

	if (text_ends(url, "/"))
		url = mem_text_n(c->task->mem, url, strlen(url) - 1);
	account = name = strrchr(url, '/');
	if (name == NULL || name == url)
		return sqs_queue_of_ours(c, name == NULL ? url : name + 1);
	while (account > url && account[-1] != '/')
		account--;
	if ((size_t)(name - account) != strlen(c->who->account_id) ||
	    strncmp(account, c->who->account_id, (size_t)(name - account)) != 0)
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

const char *
sqs_url(struct call *c, const char *name)
{
	return mem_fmt(c->task->mem, "%s/%s/%s", c->base_url, c->who->account_id, name);
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
