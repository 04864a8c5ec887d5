/* fcgi/aws/s3/action.h - the actions of IAM that S3's operations are */
#ifndef MF_S3_ACTION_H
#define MF_S3_ACTION_H

#include <stdbool.h>
#include <stddef.h>

struct op;

/* "Actions, resources, and condition keys for Amazon S3", Service Authorization Reference. */
enum s3_level { S3_LEVEL_BUCKET = 1, S3_LEVEL_OBJECT = 2, S3_LEVEL_ACCOUNT = 4 };

/*
 * The action an operation of the table needs, of a version when the request names one; NULL: none,
 * or several things are asked about one by one (DeleteObjects).
 */
const char *s3_action(const struct op *op, bool version);
/* Is there a row for it? A test holds the two tables together. */
bool        s3_action_known(const struct op *op);
/* Bits of enum s3_level: what the actions the pattern stands for are about; 0: there is none. */
unsigned    s3_action_levels(const char *pattern);

/* What a list may permit. */
enum s3_permission { S3_NOTHING, S3_READ = 1, S3_WRITE = 2, S3_READ_ACP = 4, S3_WRITE_ACP = 8,
	S3_FULL_CONTROL = 15 };

/* The permission that lets a grantee do it: by the bucket's list, and by the object's. */
enum s3_permission s3_permission_of_bucket(const char *action);
enum s3_permission s3_permission_of_object(const char *action);

#endif
