/* shared/core/mockdata/medical.h - catalogues of conditions and drugs */
#ifndef MF_MOCK_MEDICAL_H
#define MF_MOCK_MEDICAL_H

#include <stddef.h>

/* ICD-10-CM, with the ages (years) and the sex it is found at: 'f', 'm', or 'b' for both. */
struct condition {
	const char *code, *name;
	int         youngest, oldest;
	char        sex;
	const char *department;
};
extern const struct condition conditions[];
extern const size_t           n_conditions;

struct drug {
	const char *name, *class, *form, *route;
	const char *strengths[4]; /* NULL after the last */
	int         a_day;        /* how many; 0: when needed */
	int         days[3];      /* how long, as it is commonly given */
	int         refills;      /* at most */
	int         youngest;     /* years */
	const char *allergy;      /* who has it must not take this; or NULL */
	const char *code;         /* of the condition it is for, one of the above */
};
extern const struct drug drugs[];
extern const size_t      n_drugs;

#endif
