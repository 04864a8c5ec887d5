/* tests/unit/support/replies.c - an HTTP server that answers by heart */
#include "tests/unit/support/replies.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { MOST = 64, LINE = 300 };

const char REPLY_NEVER[] = "never";

static struct {
	pthread_mutex_t    lock;
	pthread_t          listener, threads[MOST];
	int                fd, fds[MOST];
	size_t             connections, counted, asked, n;
	const char *const *list;
	char               lines[MOST][LINE];
	char               url[40];
} self = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Note a request and take the reply to it. */
static const char *
next_reply(const char *head)
{
	const char *reply = NULL;

	pthread_mutex_lock(&self.lock);
	if (self.asked < MOST)
		snprintf(self.lines[self.asked], LINE, "%.*s", (int)strcspn(head, "\r"), head);
	if (self.asked < self.n)
		reply = self.list[self.asked];
	self.asked++;
	pthread_mutex_unlock(&self.lock);
	return reply;
}

/* One request: its head, and then its body to the end; false: the client is gone. */
static bool
read_request(FILE *f, char *head, size_t size)
{
	size_t len = 0, length = 0;
	char   line[2000];

	head[0] = '\0';
	while (fgets(line, sizeof(line), f) != NULL && strcmp(line, "\r\n") != 0) {
		if (len == 0)
			len += (size_t)snprintf(head, size, "%s", line);
		sscanf(line, "Content-Length: %zu", &length);
	}
	while (length > 0 && fgetc(f) != EOF)
		length--;
	return head[0] != '\0' && !feof(f);
}

static void
say(int fd, const char *text)
{
	for (size_t n = strlen(text); n > 0;) {
		ssize_t done = send(fd, text, n, MSG_NOSIGNAL);

		if (done <= 0)
			return;
		text += done;
		n -= (size_t)done;
	}
}

static void *
serve(void *arg)
{
	int   fd = (int)(intptr_t)arg;
	FILE *f = fdopen(dup(fd), "r");
	char  head[LINE];

	while (read_request(f, head, sizeof(head))) {
		const char *reply = next_reply(head);

		if (reply == REPLY_NEVER)
			continue;
		if (reply != NULL)
			say(fd, reply);
		if (reply == NULL || strstr(reply, "Content-Length") == NULL)
			break;
		/* Shorter than it says: cut off. */
		if (strstr(reply, "Content-Length: 99999") != NULL)
			break;
	}
	fclose(f);
	shutdown(fd, SHUT_RDWR);
	return NULL;
}

static void *
listen_on(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = accept(self.fd, NULL, NULL)) >= 0 && self.connections < MOST) {
		pthread_mutex_lock(&self.lock);
		self.fds[self.connections] = fd;
		pthread_create(&self.threads[self.connections++], NULL, serve, (void *)(intptr_t)fd);
		pthread_mutex_unlock(&self.lock);
	}
	return NULL;
}

const char *
replies_start(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t          len = sizeof(a);

	self.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(self.fd, (struct sockaddr *)(void *)&a, sizeof(a)), 0);
	assert_int_equal(listen(self.fd, 16), 0);
	assert_int_equal(getsockname(self.fd, (struct sockaddr *)(void *)&a, &len), 0);
	snprintf(self.url, sizeof(self.url), "http://127.0.0.1:%d", ntohs(a.sin_port));
	assert_int_equal(pthread_create(&self.listener, NULL, listen_on, NULL), 0);
	return self.url;
}

void
replies_set(const char *const *list, size_t n)
{
	pthread_mutex_lock(&self.lock);
	self.list = list;
	self.n = n;
	self.asked = 0;
	self.counted = self.connections;
	pthread_mutex_unlock(&self.lock);
}

size_t
replies_asked(void)
{
	size_t n;

	pthread_mutex_lock(&self.lock);
	n = self.asked;
	pthread_mutex_unlock(&self.lock);
	return n;
}

const char *
replies_line(size_t i)
{
	return self.lines[i];
}

size_t
replies_connections(void)
{
	size_t n;

	pthread_mutex_lock(&self.lock);
	n = self.connections - self.counted;
	pthread_mutex_unlock(&self.lock);
	return n;
}

void
replies_end(void)
{
	shutdown(self.fd, SHUT_RDWR);
	pthread_join(self.listener, NULL);
	close(self.fd);
	for (size_t i = 0; i < self.connections; i++) {
		shutdown(self.fds[i], SHUT_RDWR);
		pthread_join(self.threads[i], NULL);
		close(self.fds[i]);
	}
}
