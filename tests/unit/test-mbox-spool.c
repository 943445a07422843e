#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "check_main.h"
#include "scratch.h"
#include "deliver/mbox_spool.h"

enum { MEGABYTE = 1024 * 1024, MEMORY = MBOX_SPOOL_MEMORY };

/* Returns a byte that depends on its position. */
static char byte_at(size_t at)
{
	return (char)(at * 2654435761U >> 13);
}

static void add(struct mbox_spool *s, size_t length)
{
	size_t at = (size_t)s->length;
	char *bytes = malloc(length);
	struct error err;

	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i < length; i++)
		bytes[i] = byte_at(at + i);
	ck_assert(mbox_spool_add(s, scratch_path(""), bytes, length, &err));
	free(bytes);
}

/* Appends the spool to a file of `size` bytes, and checks that all of it is there. */
static void expect_appended(struct mbox_spool *s, size_t size, size_t length)
{
	static const char old[] = "old";
	int fd = open(scratch_path("copy"), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	size_t found_length;
	char *found;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, old, size), (ssize_t)size);
	ck_assert(mbox_spool_copy(s, fd, size));
	close(fd);
	found = scratch_read(scratch_path("copy"), &found_length);
	ck_assert_uint_eq(found_length, size + length);
	ck_assert_uint_eq(s->length, length);
	ck_assert_int_eq(memcmp(found, old, size), 0);
	for (size_t i = 0; i < length; i++) {
		if (found[size + i] != byte_at(i))
			ck_abort_msg("byte %zu is wrong", i);
	}
	free(found);
	unlink(scratch_path("copy"));
}

static void expect(struct mbox_spool *s, size_t length)
{
	expect_appended(s, 0, length);
	expect_appended(s, 3, length);
}

START_TEST(a_small_spool_stays_in_memory)
{
	struct mbox_spool s = {.fd = -1};

	expect(&s, 0);
	add(&s, 10);
	expect(&s, 10);
	add(&s, MEGABYTE + 1);
	expect(&s, MEGABYTE + 11);
	add(&s, MEMORY - MEGABYTE - 11);
	ck_assert_int_eq(s.fd, -1);
	expect(&s, MEMORY);
	mbox_spool_free(&s);
}
END_TEST

START_TEST(a_large_spool_moves_to_an_unnamed_file)
{
	struct mbox_spool s = {.fd = -1};

	add(&s, MEMORY - MEGABYTE);
	add(&s, MEGABYTE + 1);
	ck_assert_int_ge(s.fd, 0);
	ck_assert_uint_eq(scratch_count(scratch_path("")), 0);
	add(&s, 100);
	add(&s, 5 * MEGABYTE);
	expect(&s, MEMORY + 5 * MEGABYTE + 101); /* a copy removes nothing from the spool */
	mbox_spool_free(&s);
	ck_assert_int_eq(s.fd, -1);
}
END_TEST

static const struct {
	size_t first, then, cut;
} cuts[] = {
    {100, 50, 100},
    {100, 50, 0},
    {100, MEMORY, 100},
    {MEMORY + 1, 50, MEMORY + 1},
    {MEMORY + 1, MEGABYTE, 0},
};

START_TEST(a_truncated_spool_continues_where_it_was_cut)
{
	struct mbox_spool s = {.fd = -1};
	struct error err;

	add(&s, cuts[_i].first);
	add(&s, cuts[_i].then);
	ck_assert(mbox_spool_cut(&s, cuts[_i].cut, &err));
	expect(&s, cuts[_i].cut);
	add(&s, 70000);
	expect(&s, cuts[_i].cut + 70000);
	mbox_spool_free(&s);
}
END_TEST

START_TEST(a_cleared_spool_starts_in_memory_again)
{
	struct mbox_spool s = {.fd = -1};

	add(&s, MEMORY + 1);
	mbox_spool_clear(&s);
	ck_assert_int_eq(s.fd, -1);
	ck_assert_uint_eq(s.length, 0);
	add(&s, 10);
	ck_assert_int_eq(s.fd, -1);
	expect(&s, 10);
	mbox_spool_free(&s);
}
END_TEST

START_TEST(a_missing_spool_directory_is_a_storage_failure)
{
	struct mbox_spool s = {.fd = -1};
	char *bytes = calloc(1, MEMORY + 1);
	struct error err;

	ck_assert(!mbox_spool_add(&s, scratch_path("missing"), bytes, MEMORY + 1, &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert_ptr_nonnull(strstr(err.cause, "missing"));
	mbox_spool_free(&s);
	free(bytes);
}
END_TEST

START_TEST(a_copy_to_a_full_device_fails)
{
	struct mbox_spool s = {.fd = -1};
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	add(&s, _i ? MEMORY + 1 : 10);
	ck_assert(!mbox_spool_copy(&s, fd, 0));
	mbox_spool_free(&s);
	close(fd);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("mbox spool");
	TCase *c = scratch_case(s, "spool");

	tcase_add_test(c, a_small_spool_stays_in_memory);
	tcase_add_test(c, a_large_spool_moves_to_an_unnamed_file);
	LOOP_OVER(c, a_truncated_spool_continues_where_it_was_cut, cuts);
	tcase_add_test(c, a_cleared_spool_starts_in_memory_again);
	tcase_add_test(c, a_missing_spool_directory_is_a_storage_failure);
	tcase_add_loop_test(c, a_copy_to_a_full_device_fails, 0, 2);
	return scratch_main(s);
}
