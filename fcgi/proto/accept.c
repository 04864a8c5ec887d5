/* fcgi/proto/accept.c - what a client takes (RFC 9110, 12.5.1) */
#include "fcgi/proto/accept.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* How exactly a range names the type: 3 it alone, 2 all of its kind, 1 everything, 0 not at all. */
static int
fits(const char *range, size_t n, const char *type)
{
	size_t kind = strcspn(type, "/") + 1;

	if (n == strlen(type) && strncasecmp(range, type, n) == 0)
		return 3;
	if (n == kind + 1 && range[kind] == '*' && strncasecmp(range, type, kind) == 0)
		return 2;
	return n == 3 && strncmp(range, "*/*", 3) == 0 ? 1 : 0;
}

/* Is there a parameter q of nothing but zeros? */
static bool
refused(const char *params, size_t n)
{
	const char *end = params + n;

	for (const char *p = params; p < end; p++) {
		p += strspn(p, "; \t");
		if (p + 2 < end && (*p == 'q' || *p == 'Q') && p[1] == '=')
			return p[2] == '0' && p + 2 + strspn(p + 2, "0. \t") == end;
		while (p < end && *p != ';')
			p++;
	}
	return false;
}

bool
accept_takes(const char *header, const char *type)
{
	int  best = 0;
	bool takes = false;

	if (header == NULL || header[strspn(header, ", \t")] == '\0')
		return true;
	while (*header != '\0') {
		size_t n, range;
		int    exact;

		header += strspn(header, ", \t");
		n = strcspn(header, ",");
		range = strcspn(header, ";, \t");
		exact = fits(header, range, type);
		if (exact > best) {
			best = exact;
			takes = !refused(header + range, n - range);
		}
		header += n;
	}
	return takes;
}
