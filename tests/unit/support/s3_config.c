/* tests/unit/support/s3_config.c - one document of every kind for a bucket */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/mem.h"
#include "shared/wire/base64.h"
#include "shared/wire/digest.h"
#include "tests/unit/support/s3_call.h"

#define WHERE "<S3BucketDestination><Format>CSV</Format><Bucket>arn:aws:s3:::bkt</Bucket>" \
	"</S3BucketDestination>"

static const struct {
	const char *target, *body;
} documents[] = {
	{ "/bkt?accelerate", "<AccelerateConfiguration><Status>Suspended</Status>"
	  "</AccelerateConfiguration>" },
	{ "/bkt?analytics&id=one", "<AnalyticsConfiguration><Id>one</Id><StorageClassAnalysis/>"
	  "</AnalyticsConfiguration>" },
	{ "/bkt?cors", "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod>"
	  "<AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>" },
	{ "/bkt?intelligent-tiering&id=one", "<IntelligentTieringConfiguration><Id>one</Id>"
	  "<Status>Enabled</Status><Tiering><Days>90</Days><AccessTier>ARCHIVE_ACCESS</AccessTier>"
	  "</Tiering></IntelligentTieringConfiguration>" },
	{ "/bkt?inventory&id=one", "<InventoryConfiguration><Id>one</Id><IsEnabled>true</IsEnabled>"
	  "<Destination>" WHERE "</Destination><Schedule><Frequency>Daily</Frequency></Schedule>"
	  "<IncludedObjectVersions>All</IncludedObjectVersions></InventoryConfiguration>" },
	{ "/bkt?lifecycle", "<LifecycleConfiguration><Rule><Prefix/><Status>Enabled</Status>"
	  "<Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>" },
	{ "/bkt?metrics&id=one", "<MetricsConfiguration><Id>one</Id></MetricsConfiguration>" },
	{ "/bkt?website", "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix>"
	  "</IndexDocument></WebsiteConfiguration>" },
};

struct s3_answer
s3_put_document(const char *target, const char *body)
{
	struct mem      *m = mem_new(1 << 16);
	size_t           n = strlen(body);
	unsigned char    md5[DIGEST_MOST];
	struct s3_answer a;

	digest_once(DIGEST_MD5, body, n, md5);
	a = s3_send("PUT", target, mem_fmt(m, "Content-MD5: %s\n",
	    base64_encode(m, md5, digest_size(DIGEST_MD5))), body, n);
	mem_free(m);
	return a;
}

void
s3_some_configurations(void)
{
	for (size_t i = 0; i < COUNT(documents); i++) {
		int status = s3_put_document(documents[i].target, documents[i].body).status;

		assert_int_equal(status, strstr(documents[i].target, "&id=") != NULL ? 204 : 200);
		s3_call_fresh(); /* some of them are remembered */
	}
}
