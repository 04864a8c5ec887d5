/* shared/core/mockdata/cvss.h - the base score of a CVSS v3.1 vector */
#ifndef MF_CVSS_H
#define MF_CVSS_H

/*
 * The score in tenths (98: 9.8), by section 7 of the specification; -1: not a base vector
 * ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", in this order).
 */
int         cvss_score(const char *vector);
/* "NONE", "LOW", "MEDIUM", "HIGH", "CRITICAL" */
const char *cvss_severity(int tenths);

#endif
