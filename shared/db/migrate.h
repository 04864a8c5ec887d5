/* shared/db/migrate.h - bringing a database to the schema this program needs */
#ifndef MF_MIGRATE_H
#define MF_MIGRATE_H

#include <stddef.h>

struct conf;

/*
 * Forward only: NNNN_name.sql files of a directory, in the order of their numbers, each in one
 * transaction of its own, under an advisory lock, so that several programs may migrate at once.
 * What ran stands in public.mf_migration with the SHA-256 of its text.
 *
 * Refused, with nothing done: a database that is not UTF-8; two files with one number; a file
 * changed after it ran; a database with a migration this directory does not have (the program is
 * older than its database).  Files from several branches may arrive in any order: every file that
 * has not run is run, also one whose number is below the last.
 *
 * A migration spells out its schemas (search_path is empty) and may take as long as it needs.
 * Connects to MF_DB_DIRECT, or MF_DB when that is empty.  One line in the log per migration.
 *
 * Returns how many ran; -1: error[] says why.
 */
int migrate(const struct conf *c, const char *directory, char *error, size_t size);

#endif
