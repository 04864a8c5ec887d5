/* fcgi/aws/s3/form.h - objects that come in a browser's form */
#ifndef MF_S3_FORM_H
#define MF_S3_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/wire/form.h"

struct call;
struct fault;
struct op;
struct request;
struct sigv4_faults;

/*
 * Source: S3 API Reference "POST Object", "Creating an HTML Form", "POST Policy".
 *
 * A form is PutObject through another door.  Its fields up to `file` are read and its policy is
 * verified when the caller is authenticated; then the request is made into what a PUT would have
 * been: fields become headers, what the file field holds becomes the body, read as it comes.  So
 * everything PutObject knows works for forms; form_answer turns its answer into a form's.
 */
struct s3_form_field {
	const char *name; /* in lower case */
	const char *value;
};

struct s3_form {
	struct s3_form_field *fields;
	size_t                n;
	const char           *bucket, *key; /* ${filename} is resolved */
	int64_t               least, most;  /* bytes, as the policy has it */
};

/* The request is a form to a bucket: PutObject, with the label of the bucket; NULL: it is none. */
const struct op *form_find(struct call *c);
/* Of a request that no operation is for: throws when it is sent where forms are, and is none. */
void form_refuse_other(struct call *c);
/* Of a form: who sent it, and whether he may.  False: it is no form. */
bool form_authenticate(struct call *c, const struct sigv4_faults *f);
void form_answer(struct call *c);
/* What the policy lets the body be; *most is lowered when it is more. */
void form_limits(struct call *c, int64_t *least, int64_t *most);

/* A form being read, and what the request was. */
struct reading {
	struct s3_form  form;
	struct form     parser;
	char           *input;
	const char     *at;
	size_t          left;
	const char     *data; /* of the file, not handed out yet */
	size_t          len;
	bool            over, is_put; /* become_put was there */
	const struct fault *refused; /* the fields cannot be read, and why */
	const char     *filename, *file_type; /* filename NULL: it was not said */
	size_t        (*read)(struct request *r, void *p, size_t n);
	void           *io;
};

/* Read the fields, once (form_read.c); throws what is wrong with them, every time. */
void   form_read(struct call *c, struct reading *f);
/* struct request's read, where its io is the reading: what the file field holds. */
size_t form_read_file(struct request *r, void *p, size_t n);

const char *form_field(const struct s3_form *form, const char *name);
/* Throws unless the policy holds for the form, and expires later; sets least and most (policy). */
void form_check_policy(struct call *c, struct s3_form *form, const char *policy);

#endif
