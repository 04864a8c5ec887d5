/* fcgi/coverage.h - what every service knows and has built, printed from the operation tables */
#ifndef MF_COVERAGE_H
#define MF_COVERAGE_H

#include <stdio.h>

/*
 * One line per operation, fields separated by tabs: service (aws.s3), operation, its HTTP shape or
 * "-", "built" or "known", "read" or "write", "open" or "signed".  Tests are generated from it.
 */
void coverage_print(FILE *out);
/* The same as docs/COVERAGE.md. */
void coverage_print_markdown(FILE *out);

#endif
