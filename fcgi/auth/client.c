/* fcgi/auth/client.c - where a request comes from */
#include "fcgi/auth/client.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#include "fcgi/call.h"
#include "shared/base/conf.h"

/* Is it one of a list separated by commas or spaces? */
static bool
is_in(const char *list, const char *address)
{
	size_t n = strlen(address);

	while (*list != '\0') {
		size_t word = strcspn(list, ", ");

		if (word == n && memcmp(list, address, n) == 0)
			return true;
		list += word + strspn(list + word, ", ");
	}
	return false;
}

/* The last address of X-Forwarded-For that is no proxy of ours; NULL: there is none. */
static const char *
forwarded(struct call *c)
{
	const char *header = request_header(c->req, "x-forwarded-for");
	char       *list = mem_text(c->task->mem, header), *last;

	while (list != NULL && *list != '\0') {
		struct in6_addr any;

		last = strrchr(list, ',');
		last = last != NULL ? last : list;
		header = last + strspn(last, ", ");
		header = mem_text_n(c->task->mem, header, strcspn(header, " "));
		if (inet_pton(AF_INET, header, &any) != 1 && inet_pton(AF_INET6, header, &any) != 1)
			return NULL;
		if (!is_in(c->world->conf->proxies, header))
			return header;
		*last = '\0';
	}
	return NULL;
}

const char *
client_exact(struct call *c)
{
	const char *remote = c->req->remote != NULL ? c->req->remote : "", *said = NULL;

	if (is_in(c->world->conf->proxies, remote))
		said = forwarded(c);
	return said != NULL ? said : remote;
}

const char *
client_address(struct call *c)
{
	const char     *remote = client_exact(c);
	struct in6_addr six;
	char            text[INET6_ADDRSTRLEN];

	if (inet_pton(AF_INET6, remote, &six) != 1)
		return remote;
	if (IN6_IS_ADDR_V4MAPPED(&six))
		return mem_text(c->task->mem, inet_ntop(AF_INET, six.s6_addr + 12, text, sizeof(text)));
	memset(six.s6_addr + 8, 0, 8);
	return mem_fmt(c->task->mem, "%s/64", inet_ntop(AF_INET6, &six, text, sizeof(text)));
}
