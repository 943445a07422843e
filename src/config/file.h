#ifndef MAILHAUL_CONFIG_FILE_H
#define MAILHAUL_CONFIG_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct account;
struct error;
struct problems;

/* A configuration file and the files that it includes. */
struct file;

/*
 * Reads the file at `path` and the files that it includes. All errors are added to `problems`. Each value is checked
 * on its own. The caller frees the result with file_free.
 */
struct file *file_read(const char *path, struct problems *problems);
void file_free(struct file *f);

/*
 * Returns a top-level value (jobs, log, state_dir), or "" if it is not set to a valid value. *directory becomes the
 * directory of the file that sets it. If the value is set, *place becomes "FILE:LINE", which the caller frees.
 */
const char *file_top_value(const struct file *f, const char *option, const char **directory, char **place);

/* The number of accounts in all files, and the name and place ("FILE:LINE") of one of them. */
size_t file_account_count(const struct file *f);
const char *file_account_name(const struct file *f, size_t index);
void file_account_place(const struct file *f, size_t index, char *out, size_t size);

/*
 * Returns whether all that an account is made of was read without a mistake. Otherwise it may lack options only
 * because of mistakes that have been reported.
 */
bool file_account_is_sound(const struct file *f, size_t index);

/* Sets all options of an account, the defaults section first. Sets ERROR_CONFIG. */
bool file_fill_account(const struct file *f, size_t index, struct account *a, struct error *err);

#endif
