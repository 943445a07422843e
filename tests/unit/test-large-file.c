#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/memory.h"
#include "check_main.h"
#include "scratch.h"
#include "fs/large_file.h"

enum { SECTOR = 4096, BLOCK = LARGE_FILE_BLOCK };

static const size_t lengths[] = {0, 1, SECTOR - 1, SECTOR, SECTOR + 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5000};

/* Makes bytes that depend on their position. The caller frees them. */
static char *make_bytes(size_t length)
{
	char *made = malloc(length + 1);

	ck_assert_ptr_nonnull(made);
	for (size_t at = 0; at < length; at++)
		made[at] = (char)(at * 2654435761U >> 13);
	return made;
}

static int make_file(void)
{
	int fd = open(scratch_path("file"), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	return fd;
}

/* If the page cache cannot be bypassed, the same bytes are written through it. */
static void begin(struct large_file *l, int fd, size_t size)
{
	bool past_cache = large_file_begin(l, fd, size, BLOCK);

	ck_assert_int_eq((fcntl(fd, F_GETFL) & O_DIRECT) != 0, past_cache);
}

/* Adds the bytes in pieces that are not aligned to anything. */
static void add(struct large_file *l, const char *bytes, size_t length)
{
	for (size_t at = 0, piece; at < length; at += piece) {
		piece = length - at < 65521 ? length - at : 65521;
		ck_assert(large_file_add(l, bytes + at, piece));
	}
}

/* Expects the file to contain these bytes, with the other text somewhere among them. */
static void expect_around(const char *bytes, size_t length, const char *other)
{
	size_t size, before = 0;
	char *found = scratch_read(scratch_path("file"), &size);

	ck_assert_uint_eq(size, length + strlen(other));
	while (found[before] == bytes[before])
		before++;
	ck_assert_int_eq(memcmp(found + before, other, strlen(other)), 0);
	ck_assert_int_eq(memcmp(found + before + strlen(other), bytes + before, length - before), 0);
	free(found);
}

START_TEST(added_bytes_are_in_the_file)
{
	size_t length = lengths[_i];
	char *bytes = make_bytes(length);
	struct large_file l = {0};
	int fd = make_file();

	begin(&l, fd, 0);
	add(&l, bytes, length);
	ck_assert(large_file_end(&l));
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_DIRECT, 0);
	close(fd);
	scratch_expect(scratch_path("file"), bytes, length);
	large_file_free(&l);
	free(bytes);
}
END_TEST

/* The old end of the file is at a sector boundary or not, and the added bytes end at one, before it or after it. */
START_TEST(added_bytes_follow_the_existing_ones)
{
	static const size_t sizes[] = {1, SECTOR - 1, SECTOR, SECTOR + 1, BLOCK + 5000};
	size_t length = lengths[_i];

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *bytes = make_bytes(sizes[i] + length);
		struct large_file l = {0};
		int fd = make_file();

		ck_assert_int_eq(write(fd, bytes, sizes[i]), (ssize_t)sizes[i]);
		begin(&l, fd, sizes[i]);
		add(&l, bytes + sizes[i], length);
		ck_assert(large_file_end(&l));
		ck_assert_int_eq(fcntl(fd, F_GETFL) & O_DIRECT, 0);
		close(fd);
		scratch_expect(scratch_path("file"), bytes, sizes[i] + length);
		unlink(scratch_path("file"));
		large_file_free(&l);
		free(bytes);
	}
}
END_TEST

/* Another program may append without locking the mbox: the end of the file then moves. */
START_TEST(an_append_by_another_program_keeps_the_bytes_of_both)
{
	char *bytes = make_bytes(3 * BLOCK);
	struct large_file l = {0};
	int fd = make_file();

	begin(&l, fd, 0);
	add(&l, bytes, BLOCK + 10);
	ck_assert(!l.past_cache || fcntl(fd, F_SETFL, O_APPEND) == 0);
	ck_assert_int_eq(write(fd, "other", 5), 5);
	ck_assert(!l.past_cache || fcntl(fd, F_SETFL, O_APPEND | O_DIRECT) == 0);
	add(&l, bytes + BLOCK + 10, 2 * BLOCK - 10);
	ck_assert(large_file_end(&l));
	close(fd);
	expect_around(bytes, 3 * BLOCK, "other");
	large_file_free(&l);
	free(bytes);
}
END_TEST

START_TEST(less_than_a_block_is_written_through_the_cache)
{
	struct large_file l = {0};
	int fd = make_file();

	ck_assert(!large_file_begin(&l, fd, 0, BLOCK - 1));
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_DIRECT, 0);
	ck_assert(large_file_add(&l, "text", 4));
	scratch_expect_text(scratch_path("file"), "text");
	ck_assert(large_file_end(&l));
	ck_assert_ptr_null(l.block);
	close(fd);
}
END_TEST

/* The filesystem supports the flag, but not for this file: the address is not aligned. */
START_TEST(a_refused_direct_write_goes_through_the_cache)
{
	char *bytes = make_bytes(3 * BLOCK + 5000);
	struct large_file l = {0};
	int fd = make_file();

	begin(&l, fd, 0);
	free(l.block);
	l.block = (char *)memory_aligned(SECTOR, BLOCK + SECTOR) + 1;
	add(&l, bytes, 3 * BLOCK + 5000);
	ck_assert(!l.past_cache);
	ck_assert(large_file_end(&l));
	close(fd);
	scratch_expect(scratch_path("file"), bytes, 3 * BLOCK + 5000);
	l.block--;
	large_file_free(&l);
	free(bytes);
}
END_TEST

START_TEST(one_block_serves_many_files)
{
	char *bytes = make_bytes(BLOCK + 1);
	struct large_file l = {0};

	for (int i = 0; i < 3; i++) {
		int fd = make_file();

		begin(&l, fd, 0);
		add(&l, bytes, BLOCK + 1);
		ck_assert(large_file_end(&l));
		close(fd);
		scratch_expect(scratch_path("file"), bytes, BLOCK + 1);
		unlink(scratch_path("file"));
	}
	large_file_free(&l);
	large_file_free(&l);
	free(bytes);
}
END_TEST

/* A file at its size limit simulates a full disk. */
START_TEST(a_full_disk_is_reported)
{
	char *bytes = make_bytes(BLOCK);
	struct large_file l = {0};
	struct rlimit limit = {BLOCK + BLOCK / 2, RLIM_INFINITY};
	int fd = make_file();

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	begin(&l, fd, 0);
	ck_assert(large_file_add(&l, bytes, BLOCK));
	errno = 0;
	ck_assert(!large_file_add(&l, bytes, BLOCK));
	ck_assert_int_eq(errno, EFBIG);
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	close(fd);
	large_file_free(&l);
	free(bytes);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("large file");
	TCase *t = scratch_case(s, "large file");

	tcase_add_loop_test(t, added_bytes_are_in_the_file, 0, sizeof(lengths) / sizeof(lengths[0]));
	tcase_add_loop_test(t, added_bytes_follow_the_existing_ones, 0, sizeof(lengths) / sizeof(lengths[0]));
	tcase_add_test(t, an_append_by_another_program_keeps_the_bytes_of_both);
	tcase_add_test(t, less_than_a_block_is_written_through_the_cache);
	tcase_add_test(t, a_refused_direct_write_goes_through_the_cache);
	tcase_add_test(t, one_block_serves_many_files);
	tcase_add_test(t, a_full_disk_is_reported);
	return scratch_main(s);
}
