/* shared/run/mariadb_login.c - log in to a MySQL server as a client does, and ask it for 1 */
#include <unistd.h>

#include "shared/run/dial.h"
#include "shared/run/engine.h"
#include "shared/wire/digest.h"

/*
 * The client/server protocol as MySQL and MariaDB publish it: packets of a length (3 bytes, little
 * endian), a number and a payload.  A first payload of 10 is the greeting: version, connection
 * id, 8 bytes of nonce, filler, capabilities, character set, status, more capabilities, nonce
 * length, 10 bytes, 12 or more bytes of nonce, NUL, the name of a plugin.
 */
enum {
	PACKET_MOST = 4096, NONCE = 20,
	LONG_PASSWORD = 1 << 0, PROTOCOL_41 = 1 << 9, SECURE = 1 << 15, PLUGIN_AUTH = 1 << 19,
	COM_QUERY = 3,
};

#define PLUGIN "mysql_native_password"

struct packet {
	unsigned char data[PACKET_MOST];
	size_t        n;
	unsigned char number;
};

static bool
receive(int fd, struct packet *p)
{
	unsigned char head[4];

	if (!dial_read(fd, head, sizeof(head)))
		return false;
	p->n = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16;
	p->number = head[3];
	return p->n > 0 && p->n <= sizeof(p->data) && dial_read(fd, p->data, p->n);
}

static bool
transmit(int fd, const void *payload, size_t n, unsigned char number)
{
	unsigned char out[512] = { (unsigned char)n, (unsigned char)(n >> 8), 0, number };

	if (n > sizeof(out) - 4)
		return false;
	memcpy(out + 4, payload, n);
	return dial_write(fd, out, n + 4);
}

static bool
read_nonce(const struct packet *p, unsigned char nonce[NONCE])
{
	size_t at = 1;

	if (p->data[0] != 10)
		return false;
	while (at < p->n && p->data[at] != '\0')
		at++;
	at += 1 + 4;
	if (at + 8 + 19 + 12 > p->n)
		return false;
	memcpy(nonce, p->data + at, 8);
	memcpy(nonce + 8, p->data + at + 8 + 19, 12);
	return true;
}

/* SHA1(password) xor SHA1(nonce, SHA1(SHA1(password))) */
static void
scramble(const char *password, const unsigned char nonce[NONCE], unsigned char out[20])
{
	unsigned char once[DIGEST_MOST], mixed[NONCE + DIGEST_MOST], proof[DIGEST_MOST];

	digest_once(DIGEST_SHA1, password, strlen(password), once);
	memcpy(mixed, nonce, NONCE);
	digest_once(DIGEST_SHA1, once, 20, mixed + NONCE);
	digest_once(DIGEST_SHA1, mixed, NONCE + 20, proof);
	for (int i = 0; i < 20; i++)
		out[i] = once[i] ^ proof[i];
}

static bool
log_in(int fd, const struct server *s)
{
	struct packet p;
	unsigned char nonce[NONCE], proof[20], out[300] = { 0 };
	uint32_t      flags = LONG_PASSWORD | PROTOCOL_41 | SECURE | PLUGIN_AUTH;
	size_t        user = strlen(s->user), n = 32;

	if (!receive(fd, &p) || !read_nonce(&p, nonce) || user > 80)
		return false;
	for (int i = 0; i < 4; i++)
		out[i] = (unsigned char)(flags >> 8 * i);
	out[7] = 1;  /* packets up to 16 MiB */
	out[8] = 45; /* utf8mb4_general_ci */
	memcpy(out + n, s->user, user + 1);
	n += user + 1;
	scramble(s->password, nonce, proof);
	out[n++] = sizeof(proof);
	memcpy(out + n, proof, sizeof(proof));
	n += sizeof(proof);
	memcpy(out + n, PLUGIN, sizeof(PLUGIN));
	n += sizeof(PLUGIN);
	return transmit(fd, out, n, (unsigned char)(p.number + 1)) && receive(fd, &p) && p.data[0] == 0;
}

/* A result begins with the number of its columns; an error with 0xff. */
static bool
ask(int fd)
{
	static const char query[] = "\x03select 1";
	struct packet     p;

	return transmit(fd, query, sizeof(query) - 1, 0) && receive(fd, &p) && p.data[0] == 1;
}

bool
mariadb_login(const struct server *s, int64_t timeout)
{
	int  fd = dial(s->address, s->port, timeout);
	bool good;

	if (fd < 0)
		return false;
	good = log_in(fd, s) && ask(fd);
	if (good)
		(void)transmit(fd, "\x01", 1, 0); /* goodbye */
	close(fd);
	return good;
}
