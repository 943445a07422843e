#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/platform.h"
#include "check_main.h"
#include "scratch.h"
#include "fs/lock.h"

/* The mbox of the test. Tests that run at the same time in one directory have one each. */
static const char *mbox = "mbox";

static char *lock_path(void)
{
	char name[64];

	snprintf(name, sizeof(name), "%s.lock", mbox);
	return scratch_path(name);
}

static int open_mbox(void)
{
	int fd = open(scratch_path(mbox), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	return fd;
}

/* Takes both locks. Only the dot lock remains, because the descriptor is closed. */
static bool take_locks(deadline until, struct error *err)
{
	bool dot, ok;
	int fd = open_mbox();

	ok = lock_mbox(fd, scratch_path(mbox), until, &dot, err);
	ck_assert(ok == dot);
	close(fd);
	return ok;
}

static void take_file_lock(void *context)
{
	struct error err;

	(void)context;
	if (!lock_file(open_mbox(), "mbox", deadline_in(0), &err))
		_exit(1);
}

START_TEST(a_file_locked_by_another_process_is_reported_as_locked)
{
	struct scratch_child other;
	struct error err;
	int fd = open_mbox();

	scratch_hold(&other, take_file_lock, NULL);
	ck_assert(!lock_file(fd, "mbox", deadline_in(0), &err));
	ck_assert_int_eq(err.kind, ERROR_LOCKED);
	ck_assert(err.temporary);
	ck_assert_ptr_nonnull(strstr(err.cause, "mbox"));
	scratch_release(&other);
	ck_assert(lock_file(fd, "mbox", deadline_in(0), &err));
	close(fd);
}
END_TEST

START_TEST(a_wait_for_a_lock_ends_at_the_deadline)
{
	struct scratch_child other;
	struct error err;
	int64_t start = deadline_clock();
	int fd = open_mbox();

	scratch_hold(&other, take_file_lock, NULL);
	ck_assert(!lock_file(fd, "mbox", start + 250, &err));
	ck_assert_int_ge(deadline_clock() - start, 250);
	scratch_release(&other);
	close(fd);
}
END_TEST

/* A program with such a lock releases it when its process ends, however it ends. */
START_TEST(closing_the_descriptor_releases_the_file_lock)
{
	struct error err;
	int fd = open_mbox();

	ck_assert(lock_file(fd, "mbox", deadline_in(0), &err));
	close(fd);
	fd = open_mbox();
	ck_assert(lock_file(fd, "mbox", deadline_in(0), &err));
	close(fd);
}
END_TEST

START_TEST(an_invalid_descriptor_is_a_storage_failure)
{
	struct error err;

	ck_assert(!lock_file(-1, "mbox", deadline_in(0), &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert(!lock_check(-1, "mbox", &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
}
END_TEST

START_TEST(lock_check_accepts_a_file_that_is_locked)
{
	struct scratch_child other;
	struct error err;
	int fd = open_mbox();

	scratch_hold(&other, take_file_lock, NULL);
	ck_assert(lock_check(fd, "mbox", &err));
	scratch_release(&other);
	close(fd);
}
END_TEST

static void host(char *out, size_t size)
{
	ck_assert_int_eq(gethostname(out, size), 0);
}

START_TEST(a_dot_lock_names_its_process_and_host)
{
	char want[320], name[256], *text;
	size_t length;
	struct error err;

	host(name, sizeof(name));
	snprintf(want, sizeof(want), "%ld:%s", (long)getpid(), name);
	ck_assert(take_locks(deadline_in(0), &err));
	text = scratch_read(lock_path(), &length);
	text[strcspn(text, "\n")] = '\0';
	ck_assert_str_eq(text, want);
	free(text);
	unlock_mbox(-1, scratch_path(mbox), true);
	ck_assert(!scratch_exists(lock_path()));
}
END_TEST

/* Contents of a lock file; %d is a process that has ended, %s is this host. */
static const struct {
	const char *content;
	int age; /* seconds */
	bool taken;
} locks[] = {
    {"%d:%s\n", 0, false}, /* a container with our host's name may have created it */
    {"%d:%s\n", 290, false},
    {"%d:%s\n", 310, true},
    {"%d:%s", 310, true},
    {"%d:another-host.invalid\n", 0, false},
    {"%d:another-host.invalid\n", 3000, false},
    /* it may come from a container, or from before the host changed its name */
    {"%d:another-host.invalid\n", 100000, true},
    {"%d", 0, false},
    {"%d\n", 290, false},
    {"%d\n", 310, true},
    {"", 0, false},
    {"", 290, false},
    {"", 310, true},
    {"0", 310, true},
    {"not a number:%s\n", 0, false},
    {"-5:%s\n", 0, false},
};

static void write_lock(const char *content, int age)
{
	char text[512], name[256];
	struct timespec times[2] = {{.tv_sec = time(NULL) - age}, {.tv_sec = time(NULL) - age}};
	size_t used = 0;

	host(name, sizeof(name));
	for (; *content; content++) {
		if (strncmp(content, "%d", 2) == 0)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%ld", (long)scratch_dead_pid());
		else if (strncmp(content, "%s", 2) == 0)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s", name);
		else
			text[used++] = *content;
		content += *content == '%';
	}
	scratch_write(lock_path(), text, used);
	ck_assert_int_eq(utimensat(AT_FDCWD, lock_path(), times, 0), 0);
}

/* Tries to take the lock of a row. Returns whether the result is right. */
static bool meet_lock(size_t row)
{
	struct error err;
	bool taken;

	write_lock(locks[row].content, locks[row].age);
	/* Enough time to see that the lock does not change, even on a busy machine. */
	taken = take_locks(deadline_in(locks[row].taken ? 20 : 4), &err);
	return taken == locks[row].taken && scratch_exists(lock_path()) &&
	    (taken || (err.kind == ERROR_LOCKED && err.temporary && strstr(err.cause, strrchr(lock_path(), '/'))));
}

/* The rows are tried at the same time, because each of them waits. */
START_TEST(a_dot_lock_is_removed_only_if_it_is_known_to_be_stale)
{
	pid_t pids[COUNT(locks)];
	char name[32];
	int status;

	for (size_t i = 0; i < COUNT(locks); i++) {
		pids[i] = fork();
		ck_assert_int_ge(pids[i], 0);
		if (pids[i] > 0)
			continue;
		snprintf(name, sizeof(name), "mbox-%zu", i);
		mbox = name;
		_exit(meet_lock(i) ? 0 : 1);
	}
	for (size_t i = 0; i < COUNT(locks); i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_msg(status == 0, "\"%s\", %d s old", locks[i].content, locks[i].age);
	}
}
END_TEST

static void take_dot_lock(void *context)
{
	struct error err;

	(void)context;
	if (!take_locks(deadline_in(0), &err))
		_exit(1);
}

static void set_age(int64_t age)
{
	struct timespec times[2] = {{.tv_sec = time(NULL) - age}, {.tv_sec = time(NULL) - age}};

	ck_assert_int_eq(utimensat(AT_FDCWD, lock_path(), times, 0), 0);
}

START_TEST(the_dot_lock_of_a_running_process_is_kept)
{
	struct scratch_child other;
	struct error err;

	scratch_hold(&other, take_dot_lock, NULL);
	ck_assert(!take_locks(deadline_in(4), &err));
	ck_assert_int_eq(err.kind, ERROR_LOCKED);
	scratch_release(&other);
	/* The process ended without removing its lock. */
	ck_assert(take_locks(deadline_in(5), &err));
}
END_TEST

static void nothing(void *context)
{
	(void)context;
}

/* Writes a lock as another program writes it. */
static void write_lock_of(pid_t pid)
{
	char text[512], name[256];

	host(name, sizeof(name));
	snprintf(text, sizeof(text), "%ld:%s\n", (long)pid, name);
	scratch_write_text(lock_path(), text);
}

/*
 * A lock made before the clock was set back has a time in the future. Its process started just now, but before that
 * time, so it may hold the lock.
 */
START_TEST(a_dot_lock_from_before_the_clock_was_set_back_is_kept)
{
	struct scratch_child other;
	struct error err;

	scratch_hold(&other, nothing, NULL);
	write_lock_of(other.pid);
	set_age(-60);
	ck_assert(!take_locks(deadline_in(4), &err));
	scratch_release(&other);
}
END_TEST

/* The lock of a mailhaul shows that its process is running, whatever its time. */
START_TEST(the_dot_lock_of_a_running_mailhaul_is_kept_whatever_its_age)
{
	char space[PLATFORM_PID_SPACE];
	struct scratch_child other;
	struct error err;

	if (!platform_pid_space(space))
		return;
	scratch_hold(&other, take_dot_lock, NULL);
	set_age(7 * 86400);
	ck_assert(!take_locks(deadline_in(4), &err));
	scratch_release(&other);
}
END_TEST

START_TEST(a_stale_empty_directory_in_place_of_a_dot_lock_is_removed)
{
	const char *lock = lock_path();
	struct error err;

	ck_assert_int_eq(mkdir(lock, 0700), 0);
	scratch_write_text(scratch_path("mbox.lock/file"), "text");
	set_age(400);
	ck_assert(!take_locks(deadline_in(4), &err));
	ck_assert_int_eq(err.kind, ERROR_LOCKED);
	ck_assert_ptr_nonnull(strstr(err.cause, "is a directory"));
	ck_assert_ptr_nonnull(strstr(err.hint, "remove the directory"));
	ck_assert_int_eq(unlink(scratch_path("mbox.lock/file")), 0);
	set_age(200);
	ck_assert(!take_locks(deadline_in(4), &err));
	set_age(400);
	ck_assert(take_locks(deadline_in(20), &err));
}
END_TEST

/* Another process has the PID of the one that created the lock. */
START_TEST(a_dot_lock_older_than_its_process_or_this_boot_is_removed)
{
	int64_t up = platform_uptime();
	struct scratch_child other;
	struct error err;

	if (up < 0)
		return;
	scratch_hold(&other, nothing, NULL);
	write_lock_of(other.pid);
	set_age(_i ? up + 60 : 60);
	ck_assert(take_locks(deadline_in(20), &err));
	scratch_release(&other);
}
END_TEST

/* A program that holds a lock for long renews its time, by a clock that may differ from ours. */
START_TEST(a_renewed_dot_lock_is_kept_whatever_its_age)
{
	struct error err;
	pid_t pid;

	write_lock("%d:another-host.invalid\n", 604800);
	pid = fork();
	if (pid == 0) {
		for (int64_t age = 604800;; age--) {
			set_age(age);
			usleep(100000);
		}
	}
	ck_assert(!take_locks(deadline_in(6), &err));
	ck_assert_int_eq(err.kind, ERROR_LOCKED);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

/* Holds the fcntl lock until it gets the dot lock, as mutt does, while another process makes the dot lock first. */
static void wait_for_dot_lock(void)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open_mbox(), dot;

	if (fcntl(fd, F_SETLKW, &lock) != 0)
		_exit(1);
	while ((dot = open(lock_path(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0)
		usleep(1000);
	unlink(lock_path());
	_exit(0);
}

START_TEST(neither_lock_is_kept_while_the_other_is_waited_for)
{
	struct error err;
	int status;
	pid_t pid;

	/* Another program has the dot lock: the file stays free for a program that takes the fcntl lock first. */
	scratch_write_text(lock_path(), "");
	pid = fork();
	if (pid == 0) {
		ck_assert(!take_locks(deadline_in(600), &err));
		_exit(1);
	}
	for (int i = 0; i < 20; i++) {
		int fd = open_mbox();

		ck_assert_msg(lock_file(fd, "mbox", deadline_in(60), &err), "%s", err.cause);
		close(fd);
	}
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(unlink(lock_path()), 0);
	/* Both processes take the locks again and again, in opposite orders. */
	pid = fork();
	if (pid == 0)
		wait_for_dot_lock();
	for (int i = 0; i < 5; i++) {
		ck_assert_msg(take_locks(deadline_in(60), &err), "%s", err.cause);
		unlock_mbox(-1, scratch_path(mbox), true);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

static void lock_without_dot_lock(void)
{
	struct error err;
	int fd = open_mbox();
	bool dot;

	ck_assert_msg(lock_mbox(fd, scratch_path(mbox), deadline_in(0), &dot, &err), "%s", err.cause);
	ck_assert(!dot);
	unlock_mbox(fd, scratch_path(mbox), dot);
}

static void find_dot_lock(void)
{
	struct error err;
	int fd = open_mbox();
	bool dot;

	ck_assert(!lock_mbox(fd, scratch_path(mbox), deadline_in(0), &dot, &err));
	ck_assert_int_eq(err.kind, ERROR_LOCKED);
	ck_assert_msg(lock_file(fd, "mbox", deadline_in(0), &err), "%s", err.cause);
}

/* As in /var/mail on many systems: the mbox may be written, but no file may be created beside it. */
START_TEST(where_no_dot_lock_can_be_made_the_file_lock_is_enough_and_dot_locks_of_others_count)
{
	scratch_write_text(scratch_path(mbox), "");
	ck_assert_int_eq(chmod(scratch_path(mbox), 0666), 0);
	scratch_unprivileged(lock_without_dot_lock);
	scratch_write_text(lock_path(), "");
	scratch_unprivileged(find_dot_lock);
	ck_assert(scratch_exists(lock_path()));
}
END_TEST

START_TEST(a_dot_lock_taken_over_by_others_is_not_removed)
{
	struct error err;

	ck_assert(take_locks(deadline_in(0), &err));
	scratch_write_text(lock_path(), "5:another-host.invalid\n");
	unlock_mbox(-1, scratch_path(mbox), true);
	scratch_expect_text(lock_path(), "5:another-host.invalid\n");
}
END_TEST

/* PIDs are reused, and soon if each run is the first process of a container. */
START_TEST(a_dot_lock_of_a_former_process_with_our_pid_is_removed)
{
	struct error err;

	ck_assert(take_locks(deadline_in(0), &err));
	ck_assert(take_locks(deadline_in(5), &err));
	unlock_mbox(-1, scratch_path(mbox), true);
}
END_TEST

START_TEST(a_dot_lock_never_writes_through_a_symbolic_link)
{
	struct error err;

	scratch_write_text(scratch_path("precious"), "text");
	ck_assert_int_eq(symlink("precious", lock_path()), 0);
	ck_assert(!take_locks(deadline_in(0), &err));
	ck_assert_int_eq(err.kind, ERROR_LOCKED);
	scratch_expect_text(scratch_path("precious"), "text");
}
END_TEST

START_TEST(a_dot_lock_in_a_missing_directory_is_a_storage_failure)
{
	struct error err;
	bool dot;

	ck_assert(!lock_mbox(open_mbox(), scratch_path("missing/mbox"), deadline_in(9), &dot, &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lock");
	TCase *file = scratch_case(s, "fcntl"), *dot = scratch_case(s, "dot lock");

	tcase_set_tags(dot, WAITING);
	tcase_add_test(file, a_file_locked_by_another_process_is_reported_as_locked);
	tcase_add_test(file, a_wait_for_a_lock_ends_at_the_deadline);
	tcase_add_test(file, closing_the_descriptor_releases_the_file_lock);
	tcase_add_test(file, an_invalid_descriptor_is_a_storage_failure);
	tcase_add_test(file, lock_check_accepts_a_file_that_is_locked);
	tcase_add_test(file, neither_lock_is_kept_while_the_other_is_waited_for);
	tcase_add_test(file, where_no_dot_lock_can_be_made_the_file_lock_is_enough_and_dot_locks_of_others_count);
	tcase_add_test(dot, a_dot_lock_names_its_process_and_host);
	tcase_add_test(dot, a_dot_lock_is_removed_only_if_it_is_known_to_be_stale);
	tcase_add_test(dot, the_dot_lock_of_a_running_process_is_kept);
	tcase_add_loop_test(dot, a_dot_lock_older_than_its_process_or_this_boot_is_removed, 0, 2);
	tcase_add_test(dot, a_dot_lock_from_before_the_clock_was_set_back_is_kept);
	tcase_add_test(dot, the_dot_lock_of_a_running_mailhaul_is_kept_whatever_its_age);
	tcase_add_test(dot, a_stale_empty_directory_in_place_of_a_dot_lock_is_removed);
	tcase_add_test(dot, a_renewed_dot_lock_is_kept_whatever_its_age);
	tcase_add_test(dot, a_dot_lock_taken_over_by_others_is_not_removed);
	tcase_add_test(dot, a_dot_lock_of_a_former_process_with_our_pid_is_removed);
	tcase_add_test(dot, a_dot_lock_never_writes_through_a_symbolic_link);
	tcase_add_test(dot, a_dot_lock_in_a_missing_directory_is_a_storage_failure);
	return scratch_main(s);
}
