#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "check_main.h"
#include "scratch.h"
#include "deliver/destination.h"
#include "fs/directory.h"
#include "fs/write_all.h"

START_TEST(a_directory_and_its_parents_are_created_for_the_user_alone)
{
	struct error err;

	umask(0);
	ck_assert(directory_make(scratch_path("a/b/c"), &err));
	ck_assert_uint_eq(scratch_mode(scratch_path("a")), 0700);
	ck_assert_uint_eq(scratch_mode(scratch_path("a/b")), 0700);
	ck_assert_uint_eq(scratch_mode(scratch_path("a/b/c")), 0700);
}
END_TEST

START_TEST(an_existing_directory_is_left_unchanged)
{
	struct error err;

	ck_assert_int_eq(mkdir(scratch_path("a"), 0700), 0);
	ck_assert_int_eq(chmod(scratch_path("a"), 0755), 0);
	ck_assert(directory_make(scratch_path("a"), &err));
	ck_assert_uint_eq(scratch_mode(scratch_path("a")), 0755);
}
END_TEST

START_TEST(a_symbolic_link_to_a_directory_counts_as_a_directory)
{
	struct error err;

	ck_assert_int_eq(mkdir(scratch_path("a"), 0700), 0);
	ck_assert_int_eq(symlink("a", scratch_path("b")), 0);
	ck_assert(directory_make(scratch_path("b/c"), &err));
	ck_assert(scratch_exists(scratch_path("a/c")));
}
END_TEST

START_TEST(a_file_in_the_way_is_reported_and_kept)
{
	struct error err;

	scratch_write_text(scratch_path("a"), "text");
	ck_assert(!directory_make(scratch_path(_i ? "a/b" : "a"), &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert_ptr_nonnull(strstr(err.cause, scratch_path("a")));
	ck_assert_str_ne(err.hint, "");
	scratch_expect_text(scratch_path("a"), "text");
}
END_TEST

/* Nobody, not even root, can create directories in /proc. */
START_TEST(a_directory_that_cannot_be_created_is_a_storage_failure)
{
	struct error err;

	ck_assert(!directory_make("/proc/mailhaul/a", &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert_int_ne(err.saved_errno, 0);
}
END_TEST

START_TEST(only_a_directory_can_be_synced_as_a_directory)
{
	struct error err;

	scratch_write_text(scratch_path("a"), "");
	ck_assert(directory_sync(scratch_path(""), &err));
	ck_assert(!directory_sync(scratch_path("a"), &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert(!directory_sync(scratch_path("missing"), &err));
}
END_TEST

START_TEST(probing_a_directory_leaves_no_trace)
{
	struct error err;

	ck_assert_int_eq(mkdir(scratch_path("a"), 0700), 0);
	ck_assert(directory_probe(scratch_path("a"), &err));
	ck_assert(directory_probe(scratch_path("a/b/c"), &err));
	ck_assert_uint_eq(scratch_count(scratch_path("a")), 0);
	scratch_write_text(scratch_path("f"), "text");
	ck_assert(!directory_probe(scratch_path("f"), &err));
	ck_assert(!directory_probe(scratch_path("f/g"), &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert_str_ne(err.hint, "");
}
END_TEST

static void probe_unwritable(void)
{
	struct error err;

	ck_assert(!directory_probe(scratch_path("a"), &err));
	ck_assert_int_eq(err.saved_errno, EACCES);
	ck_assert_str_ne(err.hint, "");
	ck_assert(!directory_probe(scratch_path("a/b"), &err));
}

START_TEST(a_directory_without_write_permission_is_reported)
{
	ck_assert_int_eq(mkdir(scratch_path("a"), 0555), 0);
	scratch_unprivileged(probe_unwritable);
}
END_TEST

static const struct {
	const char *path, *directory;
} parents[] = {{"/a/b", "/a"}, {"/a", "/"}, {"a/b/c", "a/b"}, {"a", "."}, {"./a", "."}};

START_TEST(the_directory_of_a_path_ends_before_its_last_slash)
{
	char *directory = directory_of(parents[_i].path);

	ck_assert_str_eq(directory, parents[_i].directory);
	free(directory);
}
END_TEST

START_TEST(a_destination_is_found_by_its_full_name)
{
	ck_assert_ptr_eq(destination_find("maildir", 7), &maildir_ops);
	ck_assert_ptr_eq(destination_find("mbox:x", 4), &mbox_ops);
	ck_assert_ptr_eq(destination_find("pipe", 4), &pipe_ops);
	ck_assert_ptr_null(destination_find("maildir", 4));
	ck_assert_ptr_null(destination_find("Mbox", 4));
	ck_assert_ptr_null(destination_find("", 0));
	ck_assert_ptr_null(destination_find("imap", 4));
}
END_TEST

START_TEST(closing_a_null_destination_does_nothing)
{
	struct destination *d = NULL;

	destination_close(&d);
	ck_assert_ptr_null(d);
}
END_TEST

START_TEST(writing_to_a_full_device_fails)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert(!write_all(fd, "x", 1));
	ck_assert(write_all(fd, NULL, 0));
	close(fd);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("directory");
	TCase *c = scratch_case(s, "directory"), *d = check_case(s, "destination");

	tcase_add_test(c, a_directory_and_its_parents_are_created_for_the_user_alone);
	tcase_add_test(c, an_existing_directory_is_left_unchanged);
	tcase_add_test(c, a_symbolic_link_to_a_directory_counts_as_a_directory);
	tcase_add_loop_test(c, a_file_in_the_way_is_reported_and_kept, 0, 2);
	tcase_add_test(c, a_directory_that_cannot_be_created_is_a_storage_failure);
	tcase_add_test(c, only_a_directory_can_be_synced_as_a_directory);
	tcase_add_test(c, probing_a_directory_leaves_no_trace);
	tcase_add_test(c, a_directory_without_write_permission_is_reported);
	LOOP_OVER(c, the_directory_of_a_path_ends_before_its_last_slash, parents);
	tcase_add_test(d, a_destination_is_found_by_its_full_name);
	tcase_add_test(d, closing_a_null_destination_does_nothing);
	tcase_add_test(d, writing_to_a_full_device_fails);
	return scratch_main(s);
}
