#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/error.h"
#include "check_main.h"
#include "scratch.h"
#include "deliver/destination.h"
#include "deliver/mbox_intent.h"
#include "deliver/mbox_spool.h"
#include "fs/lock.h"

#define FROM "From a@b Tue Nov 14 22:13:20 2023\n"

static struct destination_settings settings = {.account = "work"};

static struct destination *open_mbox(void)
{
	struct destination *d = NULL;
	struct error err;

	settings.path = scratch_path("mbox");
	ck_assert_msg(mbox_ops.open(&d, &settings, &err), "%s", err.cause);
	return d;
}

static void begin(struct destination *d)
{
	struct destination_message message = {.uid = "u", .sender = "a@b", .now = 1700000000};
	struct error err;

	ck_assert_msg(d->ops->begin(d, &message, &err), "%s", err.cause);
}

static void deliver(struct destination *d, const char *bytes, size_t length)
{
	struct error err;

	begin(d);
	ck_assert_msg(d->ops->write(d, bytes, length, &err), "%s", err.cause);
	ck_assert_int_eq(d->ops->finish(d, &err), DESTINATION_TOOK);
}

static void deliver_text(struct destination *d, const char *text)
{
	deliver(d, text, strlen(text));
}

static bool try_commit(struct destination *d, struct error *err)
{
	const struct mbox_intent *intent;

	ck_assert_msg(d->ops->prepare(d, &intent, err), "%s", err->cause);
	return d->ops->commit(d, err);
}

static void commit(struct destination *d)
{
	struct error err;

	ck_assert_msg(try_commit(d, &err), "%s", err.cause);
}

START_TEST(a_missing_mbox_is_created_for_the_user_alone)
{
	struct destination *d = NULL;
	struct error err;

	umask(0);
	settings.path = scratch_path("a/b/mbox");
	ck_assert(mbox_ops.open(&d, &settings, &err));
	ck_assert_uint_eq(scratch_mode(scratch_path("a/b")), 0700);
	ck_assert_uint_eq(scratch_mode(settings.path), 0600);
	scratch_expect_text(settings.path, "");
	destination_close(&d);
}
END_TEST

static void make_fifo(void)
{
	ck_assert_int_eq(mkfifo(scratch_path("mbox"), 0600), 0);
}

static void make_directory(void)
{
	ck_assert_int_eq(mkdir(scratch_path("mbox"), 0700), 0);
}

static void make_link_to_fifo(void)
{
	ck_assert_int_eq(mkfifo(scratch_path("fifo"), 0600), 0);
	ck_assert_int_eq(symlink("fifo", scratch_path("mbox")), 0);
}

static void make_link_to_device(void)
{
	ck_assert_int_eq(symlink("/dev/null", scratch_path("mbox")), 0);
}

static const struct {
	void (*make)(void);
} irregular[] = {{make_fifo}, {make_directory}, {make_link_to_fifo}, {make_link_to_device}};

START_TEST(anything_but_a_regular_file_is_rejected_at_once)
{
	struct destination *d = NULL;
	struct error err;

	irregular[_i].make();
	settings.path = scratch_path("mbox");
	ck_assert(!mbox_ops.open(&d, &settings, &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert_ptr_nonnull(strstr(err.cause, settings.path));
	ck_assert_str_ne(err.hint, "");
	ck_assert_ptr_null(d);
}
END_TEST

START_TEST(a_symbolic_link_to_a_file_is_followed_and_kept)
{
	struct destination *d;
	struct stat st;

	scratch_write_text(scratch_path("real"), "");
	ck_assert_int_eq(symlink("real", scratch_path("mbox")), 0);
	d = open_mbox();
	deliver_text(d, "one\n");
	commit(d);
	scratch_expect_text(scratch_path("real"), FROM "one\n\n");
	ck_assert_int_eq(lstat(scratch_path("mbox"), &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	destination_close(&d);
}
END_TEST

static const struct {
	const char *before, *gap;
} endings[] = {
    {"", ""},
    {"\n", ""},
    {"From x\n\na\n\n", ""},
    {"From x\n\na\n", "\n"},
    {"From x\n\na", "\n\n"},
    {"From x\r\n\r\na\r\n\r\n", ""},
    {"From x\r\n\r\na\r\n", "\n"},
    {"\r\n", ""},
    {"x", "\n\n"},
    {"x\n", "\n"},
    {"x\n\n\n\n", ""},
    {"x\r", "\n\n"},
};

START_TEST(a_from_line_always_follows_an_empty_line)
{
	struct destination *d;
	char want[256];

	scratch_write_text(scratch_path("mbox"), endings[_i].before);
	d = open_mbox();
	deliver_text(d, "one\n");
	deliver_text(d, "From two");
	commit(d);
	snprintf(want, sizeof(want), "%s%s" FROM "one\n\n" FROM ">From two\n\n", endings[_i].before, endings[_i].gap);
	scratch_expect_text(scratch_path("mbox"), want);
	destination_close(&d);
}
END_TEST

START_TEST(a_batch_is_appended_to_the_previous_one)
{
	struct destination *d = open_mbox();

	deliver_text(d, "one\n");
	commit(d);
	deliver(d, "t\0wo", 4);
	commit(d);
	commit(d); /* an empty batch */
	scratch_expect(scratch_path("mbox"), FROM "one\n\n" FROM "t\0wo\n\n", 2 * strlen(FROM) + 5 + 6);
	destination_close(&d);
}
END_TEST

START_TEST(all_lines_end_with_crlf_if_requested)
{
	struct destination *d;

	settings.crlf = true;
	d = open_mbox();
	deliver_text(d, "one\r\n");
	commit(d);
	scratch_expect_text(scratch_path("mbox"), "From a@b Tue Nov 14 22:13:20 2023\r\none\r\n\r\n");
	destination_close(&d);
}
END_TEST

START_TEST(the_mbox_is_not_touched_before_the_commit)
{
	struct destination *d = open_mbox();
	struct error err;

	deliver_text(d, "one\n");
	begin(d);
	ck_assert(d->ops->write(d, "half", 4, &err));
	ck_assert(!scratch_exists(scratch_path("mbox.lock")));
	destination_close(&d);
	scratch_expect_text(scratch_path("mbox"), "");
	ck_assert_uint_eq(scratch_count(scratch_path("")), 1);
}
END_TEST

START_TEST(discard_removes_only_the_message_that_is_being_written)
{
	struct destination *d = open_mbox();
	struct error err;

	deliver_text(d, "one\n");
	begin(d);
	ck_assert(d->ops->write(d, "half", 4, &err));
	d->ops->discard(d);
	d->ops->discard(d); /* no message is open */
	deliver_text(d, "two\n");
	commit(d);
	scratch_expect_text(scratch_path("mbox"), FROM "one\n\n" FROM "two\n\n");
	destination_close(&d);
}
END_TEST

START_TEST(rollback_discards_the_batch_and_releases_the_locks)
{
	struct destination *d = open_mbox();
	const struct mbox_intent *intent;
	struct error err;

	deliver_text(d, "one\n");
	ck_assert(d->ops->prepare(d, &intent, &err));
	ck_assert(scratch_exists(scratch_path("mbox.lock")));
	d->ops->rollback(d);
	ck_assert(!scratch_exists(scratch_path("mbox.lock")));
	deliver_text(d, "two\n");
	commit(d);
	scratch_expect_text(scratch_path("mbox"), FROM "two\n\n");
	ck_assert(!scratch_exists(scratch_path("mbox.lock")));
	destination_close(&d);
}
END_TEST

static void expect_extent(const struct mbox_extent *e, const char *text)
{
	unsigned char sha256[DIGEST_SIZE];
	struct digest digest;

	digest_start(&digest);
	digest_add(&digest, text, strlen(text));
	digest_end(&digest, sha256);
	ck_assert_uint_eq(e->length, strlen(text));
	ck_assert_mem_eq(e->sha256, sha256, DIGEST_SIZE);
	ck_assert_uint_eq(e->head_length, strlen(text) < MBOX_HEAD_MOST ? strlen(text) : MBOX_HEAD_MOST);
	ck_assert_mem_eq(e->head, text, e->head_length);
}

START_TEST(the_intent_describes_each_message_and_its_place)
{
	char filler[1001], text[1200];
	struct destination *d;
	const struct mbox_intent *intent;
	struct error err;
	struct stat st;

	memset(filler, 'x', 1000);
	filler[1000] = '\0';
	scratch_write_text(scratch_path("mbox"), "From x\n\na");
	d = open_mbox();
	deliver_text(d, "one\n");
	deliver_text(d, filler);
	ck_assert(d->ops->prepare(d, &intent, &err));
	ck_assert_int_eq(stat(scratch_path("mbox"), &st), 0);
	ck_assert_str_eq(intent->path, scratch_path("mbox"));
	ck_assert_uint_eq(intent->offset, strlen("From x\n\na\n\n"));
	ck_assert_uint_eq(intent->inode, st.st_ino);
	ck_assert_uint_eq(intent->device, st.st_dev);
	ck_assert_uint_eq(intent->count, 2);
	expect_extent(&intent->extents[0], FROM "one\n\n");
	snprintf(text, sizeof(text), FROM "%s\n\n", filler);
	expect_extent(&intent->extents[1], text);
	ck_assert(d->ops->commit(d, &err));
	destination_close(&d);
}
END_TEST

static void fail_to_lock(void *context)
{
	int fd = open(scratch_path("mbox"), O_RDWR | O_CLOEXEC);
	struct error err;

	(void)context;
	if (fd < 0 || lock_file(fd, "mbox", deadline_in(0), &err) || err.kind != ERROR_LOCKED)
		_exit(1);
	if (!scratch_exists(scratch_path("mbox.lock")))
		_exit(1);
}

START_TEST(the_mbox_has_both_locks_from_prepare_to_commit)
{
	struct destination *d = open_mbox();
	const struct mbox_intent *intent;
	struct scratch_child other;
	struct error err;

	deliver_text(d, "one\n");
	ck_assert(d->ops->prepare(d, &intent, &err));
	scratch_hold(&other, fail_to_lock, NULL);
	scratch_release(&other);
	ck_assert(d->ops->commit(d, &err));
	ck_assert(!scratch_exists(scratch_path("mbox.lock")));
	destination_close(&d);
}
END_TEST

/* A reader writes a new mbox and renames it over the old one while it holds the lock. */
START_TEST(an_mbox_replaced_while_waiting_for_the_lock_is_opened_again)
{
	struct destination *d = open_mbox();
	int status, locked[2];
	struct error err;
	pid_t pid;
	char octet;

	deliver_text(d, "one\n");
	scratch_write_text(scratch_path("rewritten"), "From x\n\nnew\n\n");
	ck_assert_int_eq(pipe(locked), 0);
	pid = fork();
	if (pid == 0) {
		int fd = open(scratch_path("mbox"), O_RDWR | O_CLOEXEC);
		bool dot;

		if (!lock_mbox(fd, scratch_path("mbox"), deadline_in(0), &dot, &err) || write(locked[1], "", 1) != 1)
			_exit(1);
		sleep(1); /* by then the destination has opened the mbox and waits for the lock */
		if (rename(scratch_path("rewritten"), scratch_path("mbox")) == 0)
			unlock_mbox(fd, scratch_path("mbox"), dot);
		_exit(0);
	}
	close(locked[1]);
	ck_assert_int_eq(read(locked[0], &octet, 1), 1);
	close(locked[0]);
	ck_assert_msg(try_commit(d, &err), "%s", err.cause);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	destination_close(&d);
	scratch_expect_text(scratch_path("mbox"), "From x\n\nnew\n\n" FROM "one\n\n");
	ck_assert(!scratch_exists(scratch_path("mbox.lock")));
}
END_TEST

static void limit_files(rlim_t octets)
{
	struct rlimit limit = {octets, RLIM_INFINITY};

	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A file at its size limit simulates a full disk, at each byte of the appended text. */
START_TEST(a_failed_append_is_cut_back)
{
	static const size_t gap = 1, appended = sizeof(FROM "one\n\n" FROM "two\n\n") - 1;

	char before[1024], after[1024 + 64];

	/* Longer than a lock file, to which the same limit applies. */
	memset(before, 'x', sizeof(before));
	memcpy(before, "From x\n\n", 8);
	memcpy(before + sizeof(before) - 2, "\n", 2);
	snprintf(after, sizeof(after), "%s\n" FROM "three\n\n", before);
	signal(SIGXFSZ, SIG_IGN);
	for (size_t room = 0; room < gap + appended; room++) {
		struct destination *d;
		struct error err;

		scratch_write_text(scratch_path("mbox"), before);
		d = open_mbox();
		deliver_text(d, "one\n");
		deliver_text(d, "two\n");
		limit_files(sizeof(before) - 1 + room);
		ck_assert(!try_commit(d, &err));
		limit_files(RLIM_INFINITY);
		ck_assert_int_eq(err.kind, ERROR_STORAGE);
		ck_assert_ptr_nonnull(strstr(err.cause, settings.path));
		scratch_expect_text(scratch_path("mbox"), before);
		d->ops->rollback(d);
		deliver_text(d, "three\n");
		commit(d);
		scratch_expect_text(scratch_path("mbox"), after);
		destination_close(&d);
	}
}
END_TEST

START_TEST(a_message_larger_than_the_spool_memory_is_stored_completely)
{
	enum { LENGTH = MBOX_SPOOL_MEMORY + 5 * 65536, PIECE = 65536 };
	struct destination *d = open_mbox();
	char *piece = malloc(PIECE), *found;
	size_t length;
	struct error err;

	memset(piece, 'y', PIECE);
	begin(d);
	for (size_t i = 0; i < LENGTH / PIECE; i++)
		ck_assert(d->ops->write(d, piece, PIECE, &err));
	ck_assert_int_eq(d->ops->finish(d, &err), DESTINATION_TOOK);
	deliver_text(d, "two\n");
	commit(d);
	ck_assert_uint_eq(scratch_count(scratch_path("")), 1);
	found = scratch_read(scratch_path("mbox"), &length);
	ck_assert_uint_eq(length, strlen(FROM) + LENGTH + 2 + strlen(FROM "two\n\n"));
	ck_assert_uint_eq(strspn(found + strlen(FROM), "y"), LENGTH);
	ck_assert_str_eq(found + strlen(FROM) + LENGTH, "\n\n" FROM "two\n\n");
	free(found);
	free(piece);
	destination_close(&d);
}
END_TEST

static void open_unwritable(void)
{
	struct destination *d = NULL;
	struct error err;

	settings.path = scratch_path("mbox");
	ck_assert(!mbox_ops.open(&d, &settings, &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert(!err.temporary);
	ck_assert(!mbox_ops.probe(&settings, &err));
	settings.path = scratch_path("directory/mbox");
	ck_assert(!mbox_ops.open(&d, &settings, &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert(!mbox_ops.probe(&settings, &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
}

START_TEST(an_unwritable_mbox_is_rejected_before_anything_is_fetched)
{
	scratch_write_text(scratch_path("mbox"), "");
	ck_assert_int_eq(chmod(scratch_path("mbox"), 0444), 0);
	ck_assert_int_eq(mkdir(scratch_path("directory"), 0700), 0);
	ck_assert_int_eq(chmod(scratch_path("directory"), 0555), 0);
	scratch_unprivileged(open_unwritable);
}
END_TEST

static void deliver_without_dot_lock(void)
{
	static char line[1001];
	struct destination *d = NULL;
	struct error err;

	settings.path = scratch_path("spool/me");
	ck_assert_msg(mbox_ops.probe(&settings, &err), "%s", err.cause);
	ck_assert_msg(mbox_ops.open(&d, &settings, &err), "%s", err.cause);
	/* Two messages do not fit in memory together. */
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 2] = '\n';
	for (int i = 0; i < 2; i++) {
		const struct destination_message message = {.uid = "u", .sender = "x"};

		ck_assert(d->ops->begin(d, &message, &err));
		for (int n = 0; n < 5000; n++)
			ck_assert_msg(d->ops->write(d, line, sizeof(line) - 1, &err), "%s", err.cause);
		ck_assert(d->ops->finish(d, &err) == DESTINATION_TOOK);
	}
	ck_assert_msg(try_commit(d, &err), "%s", err.cause);
	destination_close(&d);
}

static void fail_to_create(void)
{
	struct destination *d = NULL;
	struct error err;

	settings.path = scratch_path("spool/me");
	ck_assert(!mbox_ops.probe(&settings, &err));
	ck_assert(!mbox_ops.open(&d, &settings, &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert_int_eq(err.saved_errno, EACCES);
	ck_assert_ptr_nonnull(strstr(err.hint, "home"));
}

/* As in /var/mail on many systems: the file belongs to the user, but its directory does not. */
START_TEST(an_mbox_in_a_directory_of_others_is_written_if_it_exists)
{
	ck_assert_int_eq(mkdir(scratch_path("spool"), 0755), 0);
	ck_assert_int_eq(mkdir(scratch_path("temporary"), 0777), 0);
	ck_assert_int_eq(chmod(scratch_path("temporary"), 0777), 0);
	ck_assert_int_eq(setenv("TMPDIR", scratch_path("temporary"), 1), 0);
	scratch_unprivileged(fail_to_create);
	ck_assert_uint_eq(scratch_count(scratch_path("spool")), 0);
	scratch_write_text(scratch_path("spool/me"), "");
	ck_assert_int_eq(chmod(scratch_path("spool/me"), 0666), 0);
	ck_assert_int_eq(chmod(scratch_path("spool"), 0555), 0);
	scratch_unprivileged(deliver_without_dot_lock);
	ck_assert_uint_eq(scratch_count(scratch_path("spool")), 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("mbox");
	TCase *o = scratch_case(s, "open"), *a = scratch_case(s, "append"), *l = scratch_case(s, "locks");

	tcase_add_test(o, a_missing_mbox_is_created_for_the_user_alone);
	LOOP_OVER(o, anything_but_a_regular_file_is_rejected_at_once, irregular);
	tcase_add_test(o, a_symbolic_link_to_a_file_is_followed_and_kept);
	tcase_add_test(o, an_unwritable_mbox_is_rejected_before_anything_is_fetched);
	tcase_add_test(o, an_mbox_in_a_directory_of_others_is_written_if_it_exists);
	LOOP_OVER(a, a_from_line_always_follows_an_empty_line, endings);
	tcase_add_test(a, a_batch_is_appended_to_the_previous_one);
	tcase_add_test(a, all_lines_end_with_crlf_if_requested);
	tcase_add_test(a, the_mbox_is_not_touched_before_the_commit);
	tcase_add_test(a, discard_removes_only_the_message_that_is_being_written);
	tcase_add_test(a, rollback_discards_the_batch_and_releases_the_locks);
	tcase_add_test(a, the_intent_describes_each_message_and_its_place);
	tcase_add_test(a, a_failed_append_is_cut_back);
	tcase_add_test(a, a_message_larger_than_the_spool_memory_is_stored_completely);
	tcase_add_test(l, the_mbox_has_both_locks_from_prepare_to_commit);
	tcase_add_test(l, an_mbox_replaced_while_waiting_for_the_lock_is_opened_again);
	return scratch_main_apart(s);
}
