/* tests/unit/support/s3_upload.h - uploads in parts, for tests of S3's face */
#ifndef MF_S3_UPLOAD_H
#define MF_S3_UPLOAD_H

#include "shared/base/mem.h"
#include "tests/unit/support/s3_call.h"

enum { PART = 5 << 20, LAST = 1000 };

/* An environment as s3_call_setup makes it; all below live until upload_teardown. */
int upload_setup(void **state);
int upload_teardown(void **state);
extern struct mem *m;
extern char       *large;     /* PART bytes */
extern const char *upload_id; /* of the last upload_begin, of key "k" of bucket "bkt" */

void             upload_begin(const char *headers);
struct s3_answer upload_part(int number, const char *bytes, size_t n);
const char      *upload_part_xml(int number, const char *bytes, size_t n);
struct s3_answer upload_complete(const char *headers, const char *list);
/* Parts 2 and 5 (PART and LAST bytes), sent in the other order; the list that completes them. */
const char      *upload_two_parts(void);

/* What is in the store, and the collector, run until nothing changes any more. */
int  upload_files(void);
int  upload_markers(void);
void upload_collect(void);

#endif
