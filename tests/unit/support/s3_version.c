/* tests/unit/support/s3_version.c - a bucket with versions, locks and tags */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared/base/mem.h"
#include "tests/unit/support/s3_call.h"

void
s3_some_locks(const char *key)
{
	struct mem *m = mem_new(1 << 16);

	assert_int_equal(s3_do("PUT", "/bkt?versioning", "<VersioningConfiguration><Status>Enabled"
	    "</Status></VersioningConfiguration>"), 200);
	assert_int_equal(s3_do("PUT", "/bkt?object-lock", "<ObjectLockConfiguration>"
	    "<ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>"), 200);
	assert_int_equal(s3_do("PUT", "/bkt?tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>b"
	    "</Value></Tag></TagSet></Tagging>"), 204);
	assert_int_equal(s3_do("PUT", mem_fmt(m, "/bkt/%s?retention", key),
	    "<Retention><Mode>GOVERNANCE</Mode>"
	    "<RetainUntilDate>2096-01-01T00:00:00Z</RetainUntilDate></Retention>"), 200);
	assert_int_equal(s3_do("PUT", mem_fmt(m, "/bkt/%s?legal-hold", key), "<LegalHold><Status>OFF"
	    "</Status></LegalHold>"), 200);
	mem_free(m);
}
