#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/error.h"
#include "base/platform.h"
#include "check_main.h"
#include "scratch.h"
#include "deliver/archive.h"
#include "deliver/destination.h"
#include "deliver/mbox_intent.h"
#include "fs/lock.h"

#define FROM "From a@b Tue Nov 14 22:13:20 2023\n"

/* Simulated results of system calls. Functions in this program replace those of the C library. */
static struct {
	bool old_kernel;       /* a kernel that cannot sync a complete filesystem */
	int no_room;	       /* errno of a reservation, or 0 */
	int no_cut;	       /* errno of an attempt to shorten a file, or 0 */
	int no_directory_sync; /* errno of a directory's sync, or 0 */
	int no_link;	       /* errno of a link, or 0 */
	unsigned reserved;     /* number of reservations requested */
	unsigned synced;       /* number of syncs of the complete filesystem */
} fake;

int uname(struct utsname *name)
{
	memset(name, 0, sizeof(*name));
	strcpy(name->release, fake.old_kernel ? "5.4.0" : "6.1.0");
	return 0;
}

#if defined(SYS_syncfs) && defined(HAVE_SYNCFS)
#define COUNTS_SYNCS
int syncfs(int fd)
{
	fake.synced++;
	return (int)syscall(SYS_syncfs, fd);
}
#endif

#if defined(SYS_fsync) && defined(SYS_linkat)
#define HAVE_POOR_FILESYSTEMS
int fsync(int fd)
{
	struct stat st;

	if (fake.no_directory_sync && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		errno = fake.no_directory_sync;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

int link(const char *from, const char *to)
{
	errno = fake.no_link;
	return fake.no_link ? -1 : (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}
#endif

#if defined(SYS_fallocate) && defined(SYS_ftruncate) && defined(__LP64__)
#define HAVE_FAKES
int fallocate(int fd, int mode, off_t offset, off_t length)
{
	fake.reserved++;
	errno = fake.no_room;
	return fake.no_room ? -1 : (int)syscall(SYS_fallocate, fd, mode, offset, length);
}

int ftruncate(int fd, off_t length)
{
	errno = fake.no_cut;
	return fake.no_cut ? -1 : (int)syscall(SYS_ftruncate, fd, length);
}
#endif

static struct destination_settings settings = {.account = "work", .maildrop = "me@host"};

static struct destination *open_destination(const struct destination_ops *ops, const char *name)
{
	struct destination *d = NULL;
	struct error err;

	settings.path = scratch_path(name);
	ck_assert_msg(ops->open(&d, &settings, &err), "%s", err.cause);
	return d;
}

static bool try_deliver(struct destination *d, const char *uid, const char *text, struct error *err)
{
	struct destination_message message = {.uid = uid, .sender = "a@b", .now = 1700000000};

	return d->ops->begin(d, &message, err) && d->ops->write(d, text, strlen(text), err) &&
	    d->ops->finish(d, err) == DESTINATION_TOOK;
}

static void deliver(struct destination *d, const char *uid, const char *text)
{
	struct error err;

	ck_assert_msg(try_deliver(d, uid, text, &err), "%s", err.cause);
}

/* Sets the limit so that `more` further files can be opened. Returns the limit. */
static rlim_t limit_files_to(rlim_t more)
{
	int next = dup(0);
	struct rlimit limit;

	ck_assert_int_ge(next, 0);
	close(next);
	limit.rlim_cur = limit.rlim_max = (rlim_t)next + more;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return limit.rlim_cur;
}

/* Other parts of the program need a free descriptor. */
static void expect_free_file(void)
{
	int fd = dup(0);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

/* With and without a sync of the complete filesystem; the limit is known, or turns out to be lower. */
START_TEST(a_maildir_accepts_more_messages_than_the_limit_on_open_files)
{
	struct destination *d;
	struct error err;

	fake.old_kernel = _i & 1;
	if (_i & 2)
		limit_files_to(8);
	d = open_destination(&maildir_ops, "Maildir");
	if (!(_i & 2))
		limit_files_to(3);
	for (int i = 0; i < 100; i++) {
		char uid[16];

		snprintf(uid, sizeof(uid), "%d", i);
		deliver(d, uid, "text\n");
		if (_i & 2)
			expect_free_file();
		if (i % 40 == 30)
			ck_assert(d->ops->commit(d, &err));
		if (i % 3 == 0) {
			ck_assert(d->ops->begin(d, &(struct destination_message){.uid = "discarded"}, &err));
			d->ops->discard(d);
		}
	}
	ck_assert_msg(d->ops->commit(d, &err), "%s", err.cause);
	destination_close(&d);
	ck_assert_uint_eq(scratch_count(scratch_path("Maildir/tmp")), 0);
	ck_assert_uint_eq(scratch_count(scratch_path("Maildir/new")), 100);
}
END_TEST

#ifdef COUNTS_SYNCS
/* A few messages are synced one by one, which uses open files. */
START_TEST(files_closed_before_their_sync_are_synced_with_the_whole_filesystem)
{
	int directory = open(scratch_path(""), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool can = platform_can_sync_all(directory);
	struct destination *d;
	struct error err;

	close(directory);
	if (!can)
		return;
	limit_files_to(8);
	d = open_destination(&maildir_ops, "Maildir");
	deliver(d, "1", "text\n");
	deliver(d, "2", "text\n");
	ck_assert(d->ops->commit(d, &err));
	ck_assert_uint_eq(fake.synced, 1);
	destination_close(&d);
}
END_TEST
#endif

START_TEST(a_failure_to_open_a_file_names_the_limit)
{
	struct destination *d = open_destination(&maildir_ops, "Maildir");
	char want[64];
	struct error err;

	snprintf(want, sizeof(want), "raise the limit on open files, now %d (ulimit -n)", (int)limit_files_to(0));
	ck_assert(!try_deliver(d, "u", "text\n", &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert(err.temporary);
	ck_assert_str_eq(err.hint, want);
	destination_close(&d);
}
END_TEST

#ifdef HAVE_POOR_FILESYSTEMS
static bool wants(void *context, const char *identity)
{
	(void)context;
	return identity[0] != '\0';
}

static void take_octets(void *context, const char *bytes, size_t length)
{
	(void)context;
	(void)bytes;
	(void)length;
}

static bool count_found(void *context, const char *identity, uint64_t crlf_octets, uint64_t original, int64_t when,
    struct error *err)
{
	++*(size_t *)context;
	(void)err;
	return identity[0] && crlf_octets > 0 && original == 0 && when > 0;
}

static void count_message(void *context, const struct archive_message *message)
{
	*(size_t *)context += message->octets > 0;
}

static bool deliver_one(const char *name, const struct destination_ops *ops, struct error *err)
{
	struct destination *d = NULL;
	bool ok;

	settings.path = scratch_path(name);
	settings.died = true;
	ok = ops->open(&d, &settings, err) && try_deliver(d, "1", "one\n", err) &&
	    (!ops->prepare || ops->prepare(d, &(const struct mbox_intent *){NULL}, err)) && ops->commit(d, err);
	destination_close(&d);
	return ok;
}

/* Such a filesystem cannot sync directories; nothing more can be done. */
static const int no_directory_sync[] = {EINVAL, EOPNOTSUPP, ENOTSUP};

START_TEST(an_unsupported_directory_sync_does_not_prevent_delivery_or_search)
{
	size_t found = 0, read = 0;
	const struct destination_finder finder = {.context = &found,
	    .wants = wants,
	    .octets = take_octets,
	    .found = count_found};
	struct archive_reader reader = {.context = &read,
	    .sync = true,
	    .octets = take_octets,
	    .message = count_message};
	struct destination *d;
	struct error err;

	fake.no_directory_sync = no_directory_sync[_i];
	fake.old_kernel = true; /* files and directories are synced one by one */
	ck_assert_msg(deliver_one("mbox", &mbox_ops, &err), "%s", err.cause);
	ck_assert_msg(deliver_one("Mail", &maildir_ops, &err), "%s", err.cause);
	d = open_destination(&maildir_ops, "Mail");
	ck_assert_msg(d->ops->find(d, 0, &finder, &err), "%s", err.cause);
	ck_assert_uint_eq(found, 1);
	ck_assert_msg(d->ops->read(&settings, &reader, &err), "%s", err.cause);
	ck_assert_uint_eq(read, 1);
	destination_close(&d);
}
END_TEST

START_TEST(a_failed_directory_sync_fails_the_delivery)
{
	struct error err;

	ck_assert(deliver_one("mbox", &mbox_ops, &err) && deliver_one("Mail", &maildir_ops, &err));
	fake.no_directory_sync = EIO;
	ck_assert(!deliver_one("Mail", &maildir_ops, &err));
	ck_assert_int_eq(err.saved_errno, EIO);
}
END_TEST

static const int no_links[] = {EPERM, EOPNOTSUPP, ENOTSUP, EMLINK, ENOSYS, EINVAL, EACCES, EXDEV};

START_TEST(an_mbox_is_locked_even_without_hard_links)
{
	int fd = open(scratch_path("mbox"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct error err;
	bool dot;

	fake.no_link = no_links[_i];
	ck_assert_msg(lock_mbox(fd, scratch_path("mbox"), deadline_in(0), &dot, &err) && dot, "%s", err.cause);
	ck_assert(!lock_mbox(fd, scratch_path("mbox"), deadline_in(0), &dot, &err));
	ck_assert_int_eq(err.kind, ERROR_LOCKED);
	unlock_mbox(fd, scratch_path("mbox"), true);
	close(fd);
	ck_assert_uint_eq(scratch_count(scratch_path("")), 1);
}
END_TEST
#endif

#ifdef HAVE_FAKES
static const char old[] = "From x\n\nold\n";

static struct destination *two_for_mbox(void)
{
	struct destination *d;

	scratch_write_text(scratch_path("mbox"), old);
	d = open_destination(&mbox_ops, "mbox");
	deliver(d, "1", "one\n");
	deliver(d, "2", "two\n");
	return d;
}

static const struct {
	int no_room, no_cut;
} full[] = {{ENOSPC, 0}, {EDQUOT, 0}, {EDQUOT, EDQUOT}};

START_TEST(nothing_is_appended_if_a_batch_does_not_fit_on_disk)
{
	struct destination *d = two_for_mbox();
	const struct mbox_intent *intent;
	struct error err;

	ck_assert(d->ops->prepare(d, &intent, &err));
	fake.no_room = full[_i].no_room;
	fake.no_cut = full[_i].no_cut;
	ck_assert(!d->ops->commit(d, &err));
	ck_assert_int_eq(err.saved_errno, full[_i].no_room);
	ck_assert(err.temporary);
	ck_assert_ptr_nonnull(strstr(err.hint, "free disk space"));
	scratch_expect_text(scratch_path("mbox"), old);
	d->ops->rollback(d);
	destination_close(&d);
}
END_TEST

static const int unable[] = {0, EOPNOTSUPP, ENOSYS, EINVAL, ENODEV, EPERM};

START_TEST(a_batch_is_appended_even_if_space_cannot_be_reserved)
{
	struct destination *d = two_for_mbox();
	const struct mbox_intent *intent;
	struct error err;

	fake.no_room = unable[_i];
	ck_assert(d->ops->prepare(d, &intent, &err));
	ck_assert(d->ops->commit(d, &err));
	ck_assert_uint_eq(fake.reserved, 1);
	scratch_expect_text(scratch_path("mbox"), "From x\n\nold\n\n" FROM "one\n\n" FROM "two\n\n");
	destination_close(&d);
}
END_TEST

static struct mbox_intent copy_of(const struct mbox_intent *intent)
{
	struct mbox_intent copy = *intent;

	copy.path = strdup(intent->path);
	copy.extents = calloc(intent->count, sizeof(*copy.extents));
	memcpy(copy.extents, intent->extents, intent->count * sizeof(*copy.extents));
	return copy;
}

/* Cut at each byte, with the written text and with NULs in its place, as a filesystem may leave them. */
START_TEST(the_next_recovery_cuts_a_partial_append_that_could_not_be_cut_back)
{
	static const size_t gap = 1, first = sizeof(FROM "one\n\n") - 1, appended = 2 * (sizeof(FROM "one\n\n") - 1);

	signal(SIGXFSZ, SIG_IGN);
	for (size_t room = 1; room < gap + appended; room++) {
		struct destination *d = two_for_mbox();
		const struct mbox_intent *intent;
		struct mbox_intent left;
		struct rlimit limit = {sizeof(old) - 1 + room, RLIM_INFINITY};
		size_t length, want;
		bool found[2];
		struct error err;
		char *text;

		ck_assert(d->ops->prepare(d, &intent, &err));
		left = copy_of(intent);
		fake.no_cut = EDQUOT;
		ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
		ck_assert(!d->ops->commit(d, &err));
		ck_assert_ptr_nonnull(strstr(err.hint, "partial message"));
		limit.rlim_cur = RLIM_INFINITY;
		ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
		destination_close(&d);
		text = scratch_read(scratch_path("mbox"), &length);
		ck_assert_uint_eq(length, sizeof(old) - 1 + room);
		if (_i) {
			memset(text + sizeof(old) - 1, 0, room);
			scratch_write(scratch_path("mbox"), text, length);
		}
		fake.no_cut = 0;
		d = two_for_mbox();
		scratch_write(scratch_path("mbox"), text, length);
		ck_assert(mbox_ops.recover(d, &left, NULL, found, &err));
		destination_close(&d);
		want = _i ? 0 : room >= gap + first ? 1 : 0;
		for (size_t i = 0; i < left.count; i++)
			ck_assert_int_eq(found[i], i < want);
		scratch_expect(scratch_path("mbox"), text, _i ? sizeof(old) - 1 : sizeof(old) - 1 + gap + want * first);
		mbox_intent_free(&left);
		free(text);
	}
}
END_TEST
#endif

int main(void)
{
	Suite *s = suite_create("storage limits");
	TCase *files = scratch_case(s, "open files"), *room = scratch_case(s, "room"),
	      *poor = scratch_case(s, "poor filesystems");

	tcase_set_tags(files, FILE_LIMITS);
	tcase_add_loop_test(files, a_maildir_accepts_more_messages_than_the_limit_on_open_files, 0, 4);
#ifdef COUNTS_SYNCS
	tcase_add_test(files, files_closed_before_their_sync_are_synced_with_the_whole_filesystem);
#endif
	tcase_add_test(files, a_failure_to_open_a_file_names_the_limit);
#ifdef HAVE_FAKES
	LOOP_OVER(room, nothing_is_appended_if_a_batch_does_not_fit_on_disk, full);
	LOOP_OVER(room, a_batch_is_appended_even_if_space_cannot_be_reserved, unable);
	tcase_add_loop_test(room, the_next_recovery_cuts_a_partial_append_that_could_not_be_cut_back, 0, 2);
#else
	(void)room;
#endif
#ifdef HAVE_POOR_FILESYSTEMS
	LOOP_OVER(poor, an_unsupported_directory_sync_does_not_prevent_delivery_or_search, no_directory_sync);
	tcase_add_test(poor, a_failed_directory_sync_fails_the_delivery);
	LOOP_OVER(poor, an_mbox_is_locked_even_without_hard_links, no_links);
#else
	(void)poor;
#endif
	return scratch_main_apart(s);
}
