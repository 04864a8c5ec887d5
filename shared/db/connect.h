/* shared/db/connect.h - a libpq connection as this project wants it; for shared/db only */
#ifndef MF_CONNECT_H
#define MF_CONNECT_H

#include <libpq-fe.h>

struct conf;

/* Connected, with our session settings; NULL (and a line in the log) when that failed. */
PGconn *connect_pg(const struct conf *c, const char *conninfo);

#endif
