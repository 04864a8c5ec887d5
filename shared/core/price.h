/* shared/core/price.h - what is sold, and for how much an hour */
#ifndef MF_PRICE_H
#define MF_PRICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct task;

/*
 * Money is numeric in the database and decimal text here, in US$ per hour: "0.33".  Prices hold
 * from a date on; all functions take those of the task's now.
 *
 * The rate of a request is the lower of the sum of its services and the cheapest single package
 * that covers all of it: every service is in the package, or the package takes any services and
 * there are no more than it takes.  "Redis" and "SQL" in a cloud's package cover that cloud's and
 * the plain ones. Packages do not combine.
 */
struct price_service {
	const char *id, *title; /* "aws_s3", "Amazon S3" */
	const char *cloud;      /* "aws"; "plain" when it is no cloud's */
	bool        emulated;   /* else a real server */
	const char *hourly;
};

struct price_package {
	const char  *id, *title, *hourly;
	int64_t      any_of;           /* takes any services up to this many; 0: the listed ones */
	const char **covers, **gives;  /* gives: what an environment has that names only the package */
	size_t       n_covers, n_gives;
};

/* In the order of the price list. */
size_t price_services(struct task *t, struct price_service **out);
size_t price_packages(struct task *t, struct price_package **out);

struct price_line {
	const char *asked;   /* as given */
	const char *service; /* its full id; NULL: there is no such service */
	const char *cloud, *hourly;
	bool        emulated;
};

struct price_quote {
	struct price_line *lines;
	size_t             n;
	const char        *sum, *rate;     /* of the known ones */
	const char        *package;        /* the one that costs no more than the sum; NULL: none */
	const char        *asked_package;  /* as given; NULL: none */
	bool               cloud_known, package_known, package_covers;
};

/*
 * Quote n > 0 names.  cloud: whose services may be given short ("s3" under "aws"), or NULL; when a
 * short name is also a full one the cloud's is meant.  package: one the asker named, or NULL.
 */
void price_quote(struct task *t, const char *const *names, size_t n, const char *cloud,
    const char *package, struct price_quote *out);

#endif
