/* shared/db/guest.h - a word with a PostgreSQL server that is not ours */
#ifndef MF_GUEST_H
#define MF_GUEST_H

#include <stdbool.h>

/* Connect, run the SQL, leave.  True: it did what it was told.  Waits two seconds at most. */
bool guest_ask(const char *conninfo, const char *sql);

#endif
