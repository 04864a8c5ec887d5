/* tests/unit/shared/store/remote.c - stores of others: what is sent, noted, verified and removed */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/engine/blob.h"
#include "shared/store/store.h"
#include "shared/wire/base64.h"
#include "shared/wire/digest.h"
#include "tests/unit/support/blob_world.h"
#include "tests/unit/support/replies.h"
#include "tests/unit/support/scratch.h"

#define WHO "111111111111"
#define ID  "abcdefghij"
#define GONE   "HTTP/1.1 204 Gone\r\nContent-Length: 0\r\n\r\n"
#define BROKEN "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"

static const char   *url;
static char          secret[] = "/tmp/mf-remote-secret.XXXXXX", pem[] = "/tmp/mf-remote-key.XXXXXX";
static struct task  *t;
static struct store *store;
static struct space  space;
static const char   *replies[16];
static size_t        n_replies;

static void
write_key(FILE *f)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);

	assert_int_equal(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
	EVP_PKEY_free(key);
	fclose(f);
}

static int
start(void **state)
{
	FILE *f;

	(void)state;
	url = replies_start();
	f = fdopen(mkstemp(secret), "w");
	fputs("secret\n", f);
	fclose(f);
	write_key(fdopen(mkstemp(pem), "w"));
	return 0;
}

static int
end(void **state)
{
	(void)state;
	replies_end();
	unlink(secret);
	unlink(pem);
	return 0;
}

/* A store whose parts are a hundred bytes. */
static void
open_store(const char *name)
{
	struct conf c = *scratch_conf();
	char        error[256];

	c.store = name;
	c.store_endpoint = url;
	c.store_key = "key";
	c.store_secret_file = secret;
	c.oci_tenancy = c.oci_user = c.oci_fingerprint = c.oci_compartment = "x";
	c.oci_key_file = pem;
	c.store_part = strncmp(name, "oci", 3) == 0 ? 10 << 20 : 100;
	c.object_max = 10000;
	store = store_open(&c, error, sizeof(error));
	if (store == NULL)
		fail_msg("%s", error);
}

static int
fresh(void **state)
{
	struct blob_bucket b;

	(void)state;
	t = scratch_task();
	space = world_space(t);
	assert_int_equal(world_bucket(t, &space, WHO, "bkt", false, &b), BLOB_OK);
	scratch_sql("truncate blob.coming, blob.loose");
	open_store("s3:bodies/mine");
	n_replies = 0;
	return 0;
}

static int
done(void **state)
{
	(void)state;
	store_close(store);
	scratch_end(t);
	return 0;
}

static void
reply(const char *text)
{
	replies[n_replies++] = text;
	replies_set(replies, n_replies);
}

static const char *
md5(const void *p, size_t n)
{
	return digest_hex(t->mem, DIGEST_MD5, p, n);
}

static const char *
with_etag(const char *etag)
{
	return mem_fmt(t->mem, "HTTP/1.1 200 OK\r\nETag: \"%s\"\r\nContent-Length: 0\r\n\r\n", etag);
}

static const char *
document(const char *text)
{
	return mem_fmt(t->mem, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(text), text);
}

/* Replies to a body that is sent in parts of a hundred; its etag. */
static const char *
reply_to_parts(const char *body, size_t n)
{
	struct digest *whole = digest_new(t->mem, DIGEST_MD5);
	unsigned char  out[DIGEST_MOST];
	const char    *etag;
	int            parts = 0;

	reply(document("<InitiateMultipartUploadResult><UploadId>u/1</UploadId>"
	    "</InitiateMultipartUploadResult>"));
	for (size_t at = 0; at < n; at += 100, parts++) {
		size_t some = n - at < 100 ? n - at : 100;

		reply(with_etag(md5(body + at, some)));
		digest_once(DIGEST_MD5, body + at, some, out);
		digest_add(whole, out, 16);
	}
	digest_end(whole, out);
	etag = mem_fmt(t->mem, "%s-%d", text_hex(t->mem, out, 16), parts);
	reply(document(mem_fmt(t->mem, "<CompleteMultipartUploadResult><ETag>&quot;%s&quot;</ETag>"
	    "</CompleteMultipartUploadResult>", etag)));
	return etag;
}

static const char *text; /* what try_to_put sends, and what try_to_read expects */

static void
try_to_put(struct task *task)
{
	struct store_put *p = store_create(task, store, space.environment, ID);

	store_write(task, p, text, strlen(text));
	store_keep(task, p);
}

/* The fault it threw; NULL: it is kept. */
static const struct fault *
put(const char *body)
{
	text = body;
	return scratch_try(t, try_to_put);
}

static const char *
coming(void)
{
	return scratch_sql("select count(*) from blob.coming");
}

static void
expect_line(size_t i, const char *method, const char *rest)
{
	assert_string_equal(replies_line(i), mem_fmt(t->mem, "%s /bodies/mine/%lld/" ID "%s HTTP/1.1",
	    method, (long long)space.environment, rest));
}

/* Noted before a byte goes out, and no more once a row names it. */
static void
test_life(void **state)
{
	static const struct blob_condition always = { 0 };
	struct blob_object o = { .key = "k", .size = 5, .etag = "e", .storage_class = "STANDARD",
		.body = ID, .home = space.environment };

	(void)state;
	reply(with_etag(md5("hello", 5)));
	assert_null(put("hello"));
	expect_line(0, "PUT", "");
	assert_string_equal(coming(), "1");
	assert_int_equal(blob_put(t, &space, WHO, "bkt", &o, &always), BLOB_OK);
	assert_string_equal(coming(), "0");
}

static void
test_parts(void **state)
{
	char body[251];

	(void)state;
	memset(body, 'x', 250);
	body[250] = '\0';
	reply_to_parts(body, 250);
	assert_null(put(body));
	assert_int_equal(replies_asked(), 5);
	expect_line(0, "POST", "?uploads=");
	expect_line(3, "PUT", "?partNumber=3&uploadId=u%2F1");
	expect_line(4, "POST", "?uploadId=u%2F1");
	/* A full part is no reason for an upload. */
	n_replies = 0;
	scratch_sql("truncate blob.coming");
	body[100] = '\0';
	reply(with_etag(md5(body, 100)));
	assert_null(put(body));
	assert_int_equal(replies_asked(), 1);
}

/* Whatever is refused or wrong, the body is not kept, and the collector knows of it. */
static void
test_failures(void **state)
{
	const char *lie = with_etag("00000000000000000000000000000000");
	const char *bad[] = { BROKEN, lie, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		n_replies = 0;
		scratch_sql("truncate blob.coming");
		reply(bad[i]);
		assert_ptr_equal(put("hello"), &FAULT_UNAVAILABLE);
		assert_string_equal(coming(), "1");
	}
	n_replies = 0;
	reply(document("<ListMultipartUploadsResult><Upload><Key>k</Key><UploadId>u</UploadId>"
	    "</Upload></ListMultipartUploadsResult>"));
	reply(GONE);
	reply(GONE);
	assert_int_equal(blob_collect(t, store, clock_now() + HOUR, 10), 1);
	assert_string_equal(replies_line(1), "DELETE /bodies/k?uploadId=u HTTP/1.1");
	expect_line(2, "DELETE", "");
	assert_string_equal(coming(), "0");
}

/* A completion may fail although its status is 200. */
static void
test_late_error(void **state)
{
	char body[151];

	(void)state;
	memset(body, 'x', 150);
	body[150] = '\0';
	reply_to_parts(body, 150);
	replies[3] = document("<Error><Code>InternalError</Code></Error>");
	assert_ptr_equal(put(body), &FAULT_UNAVAILABLE);
	assert_string_equal(coming(), "1");
}

/* Where a completion names no etag, the object is asked for its own. */
static void
test_completion_without_etag(void **state)
{
	const char *bare = document("<CompleteMultipartUploadResult><ETag></ETag>"
	    "</CompleteMultipartUploadResult>");
	char        body[151];
	const char *etag;

	(void)state;
	memset(body, 'x', 150);
	body[150] = '\0';
	etag = reply_to_parts(body, 150);
	replies[3] = bare;
	reply(with_etag(etag));
	assert_null(put(body));
	expect_line(4, "HEAD", "");
	n_replies = 0;
	scratch_sql("truncate blob.coming");
	reply_to_parts(body, 150);
	replies[3] = bare;
	reply(with_etag(md5("something else", 14)));
	assert_ptr_equal(put(body), &FAULT_UNAVAILABLE);
	assert_string_equal(coming(), "1");
}

static void
try_to_read(struct task *task)
{
	char              found[20] = "";
	struct store_get *g = store_read(task, store, space.environment, ID, 2, 8);

	while (store_next(task, g, found + strlen(found), 3) > 0)
		;
	assert_string_equal(found, text);
}

static const struct fault *
read_all(const char *expected)
{
	text = expected;
	return scratch_try(t, try_to_read);
}

static void
test_get(void **state)
{
	(void)state;
	reply("HTTP/1.1 206 Some\r\nContent-Range: bytes 2-9/10\r\nContent-Length: 8\r\n\r\n23456789");
	assert_null(read_all("23456789"));
	/* Cut off, it goes on where it was. */
	n_replies = 0;
	reply("HTTP/1.1 206 Some\r\nContent-Range: bytes 2-9/10\r\nContent-Length: 99999\r\n\r\n2345");
	reply("HTTP/1.1 206 Some\r\nContent-Range: bytes 6-9/10\r\nContent-Length: 4\r\n\r\n6789");
	assert_null(read_all("23456789"));
	/* Not what was asked for. */
	n_replies = 0;
	reply("HTTP/1.1 200 All\r\nContent-Length: 10\r\n\r\n0123456789");
	assert_ptr_equal(read_all(""), &FAULT_UNAVAILABLE);
	n_replies = 0;
	reply("HTTP/1.1 206 Some\r\nContent-Range: bytes 2-4/5\r\nContent-Length: 3\r\n\r\n234");
	assert_ptr_equal(read_all(""), &FAULT_UNAVAILABLE);
	n_replies = 0;
	reply("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
	assert_ptr_equal(read_all(""), &FAULT_UNAVAILABLE);
}

/* OCI: the environment's bucket is made when it is not there. */
static void
test_bucket_on_demand(void **state)
{
	const char   *bucket = mem_fmt(t->mem, "mockfactory-%s-s3",
	      scratch_sql("select public_id from core.environment where id = %lld",
	      (long long)space.environment));
	unsigned char out[DIGEST_MOST];

	(void)state;
	store_close(store);
	open_store("oci:ns");
	digest_once(DIGEST_MD5, "hello", 5, out);
	reply("HTTP/1.1 404 Not Found\r\nContent-Length: 25\r\n\r\n{\"code\":\"BucketNotFound\"}");
	reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
	reply(mem_fmt(t->mem, "HTTP/1.1 200 OK\r\nopc-content-md5: %s\r\nContent-Length: 0\r\n\r\n",
	    base64_encode(t->mem, out, 16)));
	assert_null(put("hello"));
	assert_string_equal(replies_line(1), "POST /n/ns/b HTTP/1.1");
	assert_string_equal(replies_line(2), mem_fmt(t->mem, "PUT /n/ns/b/%s/o/" ID " HTTP/1.1",
	    bucket));
	/* And removed with it: uploads, bodies, bucket. */
	n_replies = 0;
	reply(document("[]"));
	reply(document("{\"objects\":[{\"name\":\"" ID "\"}]}"));
	reply(GONE);
	reply(document("{\"objects\":[]}"));
	reply(GONE);
	assert_true(store_remove_all(t, store, space.environment));
	assert_string_equal(replies_line(4), mem_fmt(t->mem, "DELETE /n/ns/b/%s HTTP/1.1", bucket));
	assert_string_equal(coming(), "0");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fresh, done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_life), TEST(test_parts), TEST(test_failures), TEST(test_late_error),
		TEST(test_completion_without_etag),
		TEST(test_get), TEST(test_bucket_on_demand),
	};

	return cmocka_run_group_tests_name("remote", tests, start, end);
}
