#ifndef MAILHAUL_CONFIG_FILE_H
#define MAILHAUL_CONFIG_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct account;
struct error;
struct problems;

/* A configuration file that was read, and those that it includes. */
struct file;

/*
 * Reads path and what it includes. What is wrong goes into problems; the result is NULL when the
 * file itself could not be read. Values have been checked one by one.
 */
struct file *file_read(const char *path, struct problems *problems);
void file_free(struct file *f);

/* The version of the library that runs, for --version. */
const char *file_library_version(void);

/*
 * A value of the top level (jobs, state_dir), "" if it is not set; *directory is that of its file. *place, which the
 * caller frees, becomes "FILE:LINE" if it is set.
 */
const char *file_top_value(const struct file *f, const char *option, const char **directory, char **place);

/* How many accounts there are in all files, and the name and place ("FILE:LINE") of one. */
size_t file_account_count(const struct file *f);
const char *file_account_name(const struct file *f, size_t index);
void file_account_place(const struct file *f, size_t index, char *out, size_t size);

/* Sets all options of an account: the defaults first, then its own. */
bool file_fill_account(const struct file *f, size_t index, struct account *a, struct error *err);

#endif
