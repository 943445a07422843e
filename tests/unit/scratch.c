#include "config.h"

#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "check_main.h"

enum { PATHS_MOST = 4096, SHOWN_MOST = 300 };

static char root[512], here[600];

/* Freed when the process ends: every test has a process of its own. */
static char *paths[PATHS_MOST];
static size_t path_count;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

/* A test may have left a directory without write permission. */
static int make_writable(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)walk;
	return type == FTW_D || type == FTW_DNR ? chmod(path, 0700) : 0;
}

static int run_in_root(Suite *s, int (*run)(Suite *s))
{
	const char *base = getenv("TMPDIR");
	int status;

	snprintf(root, sizeof(root), "%s/mailhaul-unit-XXXXXX", base && *base ? base : "/tmp");
	if (!mkdtemp(root)) {
		perror(root);
		return 1;
	}
	status = run(s);
	nftw(root, make_writable, 16, FTW_PHYS);
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return status;
}

int scratch_main(Suite *s)
{
	return run_in_root(s, check_main);
}

int scratch_main_apart(Suite *s)
{
	return run_in_root(s, check_main_apart);
}

void scratch_enter(void)
{
	while (path_count > 0)
		free(paths[--path_count]);
	snprintf(here, sizeof(here), "%s/XXXXXX", root);
	ck_assert_ptr_nonnull(mkdtemp(here));
}

TCase *scratch_case(Suite *s, const char *name)
{
	TCase *c = check_case(s, name);

	tcase_add_checked_fixture(c, scratch_enter, NULL);
	tcase_set_timeout(c, 60);
	return c;
}

char *scratch_path(const char *name)
{
	char *path;

	ck_assert_uint_lt(path_count, PATHS_MOST);
	ck_assert_int_ge(asprintf(&path, "%s%s%s", here, *name ? "/" : "", name), 0);
	paths[path_count++] = path;
	return path;
}

void scratch_write(const char *path, const char *bytes, size_t length)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
	ck_assert_int_eq(write(fd, bytes, length), (ssize_t)length);
	close(fd);
}

void scratch_write_text(const char *path, const char *text)
{
	scratch_write(path, text, strlen(text));
}

char *scratch_read(const char *path, size_t *length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *content;

	ck_assert_msg(fd >= 0 && fstat(fd, &st) == 0, "%s: %s", path, strerror(errno));
	content = calloc(1, (size_t)st.st_size + 1);
	ck_assert_ptr_nonnull(content);
	ck_assert_int_eq(read(fd, content, (size_t)st.st_size), st.st_size);
	close(fd);
	if (length)
		*length = (size_t)st.st_size;
	return content;
}

void scratch_expect(const char *path, const char *bytes, size_t length)
{
	size_t found_length;
	char *found = scratch_read(path, &found_length);

	ck_assert_msg(found_length == length && memcmp(found, bytes, length) == 0,
	    "%s contains %zu bytes: \"%.*s\" instead of %zu: \"%.*s\"", path, found_length,
	    found_length < SHOWN_MOST ? (int)found_length : SHOWN_MOST, found, length,
	    length < SHOWN_MOST ? (int)length : SHOWN_MOST, bytes);
	free(found);
}

void scratch_expect_text(const char *path, const char *text)
{
	scratch_expect(path, text, strlen(text));
}

/* Counts the names in a directory, and copies the last one found. */
static size_t count_names(const char *directory, char *last, size_t size)
{
	DIR *stream = opendir(directory);
	const struct dirent *entry;
	size_t count = 0;

	ck_assert_msg(stream != NULL, "%s: %s", directory, strerror(errno));
	while ((entry = readdir(stream))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(last, size, "%s", entry->d_name);
		count++;
	}
	closedir(stream);
	return count;
}

size_t scratch_count(const char *directory)
{
	char name[256];

	return count_names(directory, name, sizeof(name));
}

char *scratch_only_name(const char *directory)
{
	static char name[256];

	ck_assert_uint_eq(count_names(directory, name, sizeof(name)), 1);
	return name;
}

bool scratch_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

mode_t scratch_mode(const char *path)
{
	struct stat st;

	ck_assert_msg(stat(path, &st) == 0, "%s: %s", path, strerror(errno));
	return st.st_mode & 07777;
}

void scratch_hold(struct scratch_child *c, void (*take)(void *context), void *context)
{
	int hold[2], ready[2];
	char octet;

	ck_assert_int_eq(pipe2(hold, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	c->pid = fork();
	ck_assert_int_ge(c->pid, 0);
	if (c->pid == 0) {
		close(hold[1]);
		take(context);
		close(ready[1]);
		(void)!read(hold[0], &octet, 1);
		_exit(0);
	}
	close(hold[0]);
	close(ready[1]);
	c->hold = hold[1];
	c->ready = ready[0];
	ck_assert_int_eq(read(c->ready, &octet, 1), 0);
}

void scratch_release(struct scratch_child *c)
{
	int status;

	close(c->hold);
	close(c->ready);
	ck_assert_int_eq(waitpid(c->pid, &status, 0), c->pid);
	ck_assert_int_eq(status, 0);
}

void scratch_unprivileged(void (*run)(void))
{
	enum { NOBODY = 65534 };
	int status;
	pid_t pid;

	ck_assert_int_eq(chmod(root, 0755), 0);
	ck_assert_int_eq(chmod(here, 0755), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
			_exit(2);
		run();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

pid_t scratch_dead_pid(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	return pid;
}
