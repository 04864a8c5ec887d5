/* fcgi/aws/s3/website.h - between website.c, which finds pages, and website_fault.c */
#ifndef MF_S3_WEBSITE_H
#define MF_S3_WEBSITE_H

#include <stdbool.h>

#include "fcgi/aws/s3/state.h"

bool website_is_head(const struct call *c);
/* The request's ids, which every answer has. */
void website_ids(struct call *c);

/* What was just thrown, to be told later. */
struct s3_failure website_failure(struct call *c, const struct fault *f);
/* The status of the answer, and the headers that say why. */
void website_error_headers(struct call *c, const struct s3_failure *f);
/* The page of an error: the protocol's `fault`. */
void website_fault(struct call *c, const struct fault *f);

#endif
