#ifndef MAILHAUL_TESTS_SCRATCH_H
#define MAILHAUL_TESTS_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct Suite;
struct TCase;

/*
 * Directories for tests that need files, below $TMPDIR or /tmp. A test program calls scratch_main instead of
 * check_main, which removes the directories after all tests have ended, even those that failed. A failure of these
 * helpers ends the test.
 */
int scratch_main(struct Suite *s);

/* The same for check_main_apart. */
int scratch_main_apart(struct Suite *s);

/* A checked fixture: gives the test an empty directory of its own, with mode 0700. */
void scratch_enter(void);

/* Adds a case whose tests have that fixture, and a minute each, because a shared disk may be slow. */
struct TCase *scratch_case(struct Suite *s, const char *name);

/*
 * Returns the path of a name in the test's directory, or of the directory itself for "". It stays valid until the
 * test ends.
 */
char *scratch_path(const char *name);

/* Writes a file with mode 0600, and replaces an existing one. */
void scratch_write(const char *path, const char *bytes, size_t length);
void scratch_write_text(const char *path, const char *text);

/* Returns the content of a file, terminated by NUL; the caller frees it. length may be NULL. */
char *scratch_read(const char *path, size_t *length);

/* Fails unless the file holds exactly this. */
void scratch_expect(const char *path, const char *bytes, size_t length);
void scratch_expect_text(const char *path, const char *text);

/*
 * scratch_count counts the names in a directory. scratch_only_name returns the only one, and fails if there are
 * none or several.
 */
size_t scratch_count(const char *directory);
char *scratch_only_name(const char *directory);

bool scratch_exists(const char *path);

/* The permission bits of a file or directory. */
mode_t scratch_mode(const char *path);

/*
 * Runs part of a test in a process of its own, and waits until that reports that it is ready. The process lives
 * until scratch_release, and holds its locks and the like until then.
 */
struct scratch_child {
	pid_t pid;
	int hold, ready;
};

void scratch_hold(struct scratch_child *c, void (*take)(void *context), void *context);
void scratch_release(struct scratch_child *c);

/*
 * Runs part of a test in a process without rights to other users' files, even if root runs the tests: root is never
 * refused access. The directory's permissions are opened for it.
 */
void scratch_unprivileged(void (*run)(void));

/* Returns the PID of a process that has ended. */
pid_t scratch_dead_pid(void);

#endif
