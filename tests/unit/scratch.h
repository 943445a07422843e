#ifndef MAILHAUL_TESTS_SCRATCH_H
#define MAILHAUL_TESTS_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct Suite;
struct TCase;

/*
 * Directories for tests that need files, below $TMPDIR or /tmp. A test program calls scratch_main
 * instead of check_main: what its tests have made is removed when all of them have ended, whatever
 * became of them. Failures of these helpers end the test.
 */
int scratch_main(struct Suite *s);

/* The same for check_main_apart. */
int scratch_main_apart(struct Suite *s);

/* A checked fixture: gives the test an empty directory of its own, with mode 0700. */
void scratch_enter(void);

/* Adds a case whose tests have that fixture, and a minute each: a disk that others use takes its time. */
struct TCase *scratch_case(struct Suite *s, const char *name);

/* The path of a name in the test's directory, or of the directory itself for "". It lives as long as the test. */
char *scratch_path(const char *name);

/* Writes a file with mode 0600, replaces what was there. */
void scratch_write(const char *path, const char *bytes, size_t length);
void scratch_write_text(const char *path, const char *text);

/* The content of a file, terminated by NUL; the caller frees it. length may be NULL. */
char *scratch_read(const char *path, size_t *length);

/* Fails unless the file holds exactly this. */
void scratch_expect(const char *path, const char *bytes, size_t length);
void scratch_expect_text(const char *path, const char *text);

/* How many names a directory holds, and the only one of them (fails if there are more or none). */
size_t scratch_count(const char *directory);
char *scratch_only_name(const char *directory);

bool scratch_exists(const char *path);

/* The permission bits of a file or directory. */
mode_t scratch_mode(const char *path);

/*
 * Runs part of a test in a process of its own and waits until it has said that it is ready; it then
 * lives until scratch_release. What it holds (locks, for instance) is held meanwhile.
 */
struct scratch_child {
	pid_t pid;
	int hold, ready;
};

void scratch_hold(struct scratch_child *c, void (*take)(void *context), void *context);
void scratch_release(struct scratch_child *c);

/*
 * Runs part of a test in a process that has no rights to the files of others, also when root runs the
 * tests: root's access is never refused. The directory's permissions are opened for it.
 */
void scratch_unprivileged(void (*run)(void));

/* The PID of a process that has ended. */
pid_t scratch_dead_pid(void);

#endif
