/* tests/unit/shared/client/oci.c - signatures for OCI: the documentation's own examples */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/client/http.h"
#include "shared/client/oci.h"

/*
 * The test values of docs.oracle.com "Request Signatures": a key everybody knows (it is that of the
 * draft on HTTP signatures), a GET and a POST.
 */
static const char private_key[] =
    "-----BEGIN RSA PRIVATE KEY-----\n"
    "MIICXgIBAAKBgQDCFENGw33yGihy92pDjZQhl0C36rPJj+CvfSC8+q28hxA161QF\n"
    "NUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6Z4UMR7EOcpfdUE9Hf3m/hs+F\n"
    "UR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJwoYi+1hqp1fIekaxsyQIDAQAB\n"
    "AoGBAJR8ZkCUvx5kzv+utdl7T5MnordT1TvoXXJGXK7ZZ+UuvMNUCdN2QPc4sBiA\n"
    "QWvLw1cSKt5DsKZ8UETpYPy8pPYnnDEz2dDYiaew9+xEpubyeW2oH4Zx71wqBtOK\n"
    "kqwrXa/pzdpiucRRjk6vE6YY7EBBs/g7uanVpGibOVAEsqH1AkEA7DkjVH28WDUg\n"
    "f1nqvfn2Kj6CT7nIcE3jGJsZZ7zlZmBmHFDONMLUrXR/Zm3pR5m0tCmBqa5RK95u\n"
    "412jt1dPIwJBANJT3v8pnkth48bQo/fKel6uEYyboRtA5/uHuHkZ6FQF7OUkGogc\n"
    "mSJluOdc5t6hI1VsLn0QZEjQZMEOWr+wKSMCQQCC4kXJEsHAve77oP6HtG/IiEn7\n"
    "kpyUXRNvFsDE0czpJJBvL/aRFUJxuRK91jhjC68sA7NsKMGg5OXb5I5Jj36xAkEA\n"
    "gIT7aFOYBFwGgQAQkWNKLvySgKbAZRTeLBacpHMuQdl1DfdntvAyqpAZ0lY0RKmW\n"
    "G6aFKaqQfOXKCyWoUiVknQJAXrlgySFci/2ueKlIE1QqIiLSZ8V8OlpFLRnb1pzI\n"
    "7U1yQXnTAEFYM560yJlzUpOb1V4cScGd365tiSMvxLOvTA==\n"
    "-----END RSA PRIVATE KEY-----\n";

#define KEY_ID \
	"ocid1.tenancy.oc1..aaaaaaaaba3pv6wkcr4jqae5f15p2b2m2yt2j6rx32uzr4h25vqstifsfdsq/" \
	"ocid1.user.oc1..aaaaaaaat5nvwcna5j6aqzjcaty5eqbb6qt2jvpkanghtgdaqedqw3rynjq/" \
	"20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34"
#define DATE        "Thu, 05 Jan 2014 21:31:40 GMT"
#define COMPARTMENT \
	"ocid1.compartment.oc1.." \
	"aaaaaaaam3we6vgnherjq5q2idnccdflvjsnog7mlr6rtdb25gilchfeyjxa"
#define VOLUME \
	"ocid1.volume.oc1.phx." \
	"abyhqljrgvttnlx73nmrwfaux7kcvzfs3s66izvxf2h4lgvyndsdsnoiwr5q"

static struct task         task;
static struct oci_key      key;
static struct http_service service;

static const char *
write_file(const char *text)
{
	static char path[64];
	int         fd;

	snprintf(path, sizeof(path), "/tmp/mf-oci-test.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	return path;
}

static int
start(void **state)
{
	const char *path = write_file(private_key);
	char        error[256];

	(void)state;
	task_init(&task, mem_new(1 << 20));
	key.id = KEY_ID;
	assert_true(oci_key_read(&key, path, error, sizeof(error)));
	unlink(path);
	assert_true(http_service_parse(&service, "https://iaas.us-phoenix-1.oraclecloud.com"));
	return 0;
}

static int
end(void **state)
{
	(void)state;
	oci_key_free(&key);
	mem_free(task.mem);
	return 0;
}

static const char *
header(const struct http_request *r, const char *name)
{
	for (const struct http_header *h = r->headers; h != NULL; h = h->next)
		if (strcmp(h->name, name) == 0)
			return h->value;
	return "";
}

static void
test_get(void **state)
{
	struct http_request r = { .method = "GET", .path = "/20160918/instances",
		.query = "availabilityDomain=Pjwf%3A%20PHX-AD-1&compartmentId=" COMPARTMENT
		    "&displayName=TeamXInstances&volumeId=" VOLUME };

	(void)state;
	oci_sign(&task, &service, &key, DATE, false, &r);
	assert_string_equal(header(&r, "authorization"), "Signature version=\"1\",keyId=\"" KEY_ID
	    "\",algorithm=\"rsa-sha256\",headers=\"date (request-target) host\",signature=\""
	    "GBas7grhyrhSKHP6AVIj/h5/Vp8bd/peM79H9Wv8kjoaCivujVXlpbKLjMPeDUhxkFIWtTtLBj3sUzaFj34XE6YZ"
	    "AHc9r2DmE4pMwOAy/kiITcZxa1oHPOeRheC0jP2dqbTll8fmTZVwKZOKHYPtrLJIJQHJjNvxFWeHQjMaR7M=\"");
}

static void
test_post(void **state)
{
	static const char body[] = "{\n    \"compartmentId\": \"" COMPARTMENT "\",\n"
	    "    \"instanceId\": \"ocid1.instance.oc1.phx."
	    "abuw4ljrlsfiqw6vzzxb43vyypt4pkodawglp3wqxjqofakrwvou52gb6s5a\",\n"
	    "    \"volumeId\": \"" VOLUME "\"\n}";
	struct http_request r = { .method = "POST", .path = "/20160918/volumeAttachments",
		.body = body, .size = strlen(body) };

	(void)state;
	assert_int_equal(r.size, 316);
	http_add(task.mem, &r, "content-type", "application/json");
	oci_sign(&task, &service, &key, DATE, true, &r);
	assert_string_equal(header(&r, "x-content-sha256"),
	    "V9Z20UJTvkvpJ50flBzKE32+6m2zJjweHpDMX/U4Uy0=");
	assert_string_equal(header(&r, "authorization"), "Signature version=\"1\",keyId=\"" KEY_ID
	    "\",algorithm=\"rsa-sha256\",headers=\"date (request-target) host content-length "
	    "content-type x-content-sha256\",signature=\""
	    "Mje8vIDPlwIHmD/cTDwRxE7HaAvBg16JnVcsuqaNRim23fFPgQfLoOOxae6WqKb1uPjYEl0qIdazWaBy/Ml8DRhq"
	    "locMwoSXv0fbukP8J5N80LCmzT/FFBvIvTB91XuXI3hYfP9Zt1l7S6ieVadHUfqBedWH0itrtPJBgKmrWso=\"");
}

static void
test_no_key(void **state)
{
	struct oci_key none = { 0 };
	char           error[256];
	const char    *path = write_file("-----BEGIN RSA PRIVATE KEY-----\nnonsense\n");

	(void)state;
	assert_false(oci_key_read(&none, path, error, sizeof(error)));
	assert_non_null(strstr(error, "holds no RSA key"));
	unlink(path);
	assert_false(oci_key_read(&none, path, error, sizeof(error)));
	assert_non_null(strstr(error, "cannot read"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get), cmocka_unit_test(test_post), cmocka_unit_test(test_no_key),
	};

	return cmocka_run_group_tests_name("oci", tests, start, end);
}
