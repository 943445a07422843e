#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/platform.h"
#include "base/secret.h"
#include "check_main.h"
#include "scratch.h"

START_TEST(a_secret_keeps_every_byte_until_it_is_freed)
{
	struct secret *s = secret_make("pass\0word", 9);

	ck_assert_uint_eq(secret_length(s), 9);
	ck_assert_mem_eq(secret_text(s), "pass\0word", 10);
	secret_free(&s);
	ck_assert_ptr_eq(s, NULL);
	secret_free(&s);
}
END_TEST

START_TEST(a_secret_may_be_empty_or_larger_than_a_page)
{
	static char bytes[20000];
	struct secret *s = secret_make("", 0);

	ck_assert_uint_eq(secret_length(s), 0);
	ck_assert_str_eq(secret_text(s), "");
	secret_free(&s);
	for (size_t length = 4000; length <= sizeof(bytes); length += length < 4200 ? 1 : 3950) {
		memset(bytes, 'k', length);
		s = secret_make(bytes, length);
		ck_assert_uint_eq(strlen(secret_text(s)), length);
		secret_free(&s);
	}
}
END_TEST

START_TEST(a_secret_may_be_read_from_a_file)
{
	static char bytes[200000];
	char *path = scratch_path("text");
	struct secret *s;
	int fd;

	memset(bytes, 'k', sizeof(bytes));
	scratch_write(path, bytes, sizeof(bytes));
	fd = open(path, O_RDONLY);
	s = secret_read(fd, 2 * sizeof(bytes));
	ck_assert_uint_eq(secret_length(s), sizeof(bytes));
	ck_assert_uint_eq(strlen(secret_text(s)), sizeof(bytes));
	secret_free(&s);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	s = secret_read(fd, 70000);
	ck_assert_uint_eq(strlen(secret_text(s)), 70000);
	secret_free(&s);
	close(fd);
	fd = open(scratch_path(""), O_RDONLY);
	ck_assert_ptr_null(secret_read(fd, 10));
	ck_assert_int_eq(errno, EISDIR);
	close(fd);
}
END_TEST

/* Returns whether a child has this memory. */
static bool child_has(const char *at)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(msync((void *)((uintptr_t)at / page * page), 1, MS_ASYNC) == 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status) != 0;
}

START_TEST(a_child_gets_a_secret_only_if_it_is_meant_for_it)
{
	struct secret *given = secret_make("one", 3), *kept = secret_make("two", 3);
	void *page = mmap(NULL, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (!platform_inherit_pages(page, 1, false))
		return; /* a child gets all memory, and wipes it */
	secret_inherit(given, true);
	ck_assert(child_has(secret_text(given)));
	ck_assert(!child_has(secret_text(kept)));
	secret_inherit(given, false);
	ck_assert(!child_has(secret_text(given)));
	secret_inherit(NULL, true);
	secret_free(&given);
	secret_free(&kept);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("secret");
	TCase *c = scratch_case(s, "secret");

	tcase_add_test(c, a_secret_keeps_every_byte_until_it_is_freed);
	tcase_add_test(c, a_secret_may_be_empty_or_larger_than_a_page);
	tcase_add_test(c, a_secret_may_be_read_from_a_file);
	tcase_add_test(c, a_child_gets_a_secret_only_if_it_is_meant_for_it);
	return scratch_main(s);
}
