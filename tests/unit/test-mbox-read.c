#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"
#include "check_main.h"
#include "scratch.h"
#include "deliver/archive.h"
#include "deliver/destination.h"
#include "deliver/mbox_read.h"
#include "deliver/mboxrd.h"

/* The messages read, each in brackets after the position of its From_ line. */
static struct buf got;
static struct error err;

static void take_octets(void *context, const char *bytes, size_t length)
{
	buf_append(context, bytes, length);
}

static void take_message(void *context, const struct archive_message *m)
{
	struct buf *one = context;

	ck_assert_uint_eq(m->octets, one->length);
	buf_append_format(&got, "%lu[", (unsigned long)m->offset);
	buf_append(&got, one->data, one->length);
	buf_append_string(&got, "]");
	buf_clear(one);
}

static bool read_it(bool *changed)
{
	struct buf one = {0};
	struct archive_reader reader = {.context = &one, .octets = take_octets, .message = take_message};
	const struct destination_settings settings = {.account = "work", .path = scratch_path("mbox")};
	bool ok;

	buf_clear(&got);
	ok = mbox_read(&settings, &reader, &err);
	*changed = reader.changed;
	buf_free(&one);
	return ok;
}

static void expect(const char *expected, size_t length)
{
	bool changed;

	ck_assert_msg(read_it(&changed), "%s", err.cause);
	ck_assert(!changed);
	ck_assert_uint_eq(got.length, length);
	ck_assert(length == 0 || memcmp(got.data, expected, length) == 0);
	buf_free(&got);
}

#define FROM "From a@b Tue Nov 14 22:13:20 2023\n"

static const struct {
	const char *mbox;
	size_t length;
	const char *messages;
	size_t messages_length;
} files[] = {
#define ROW(mbox, messages)                                                                                            \
	{                                                                                                              \
		mbox, sizeof(mbox) - 1, messages, sizeof(messages) - 1                                                 \
	}
    ROW("", ""),
    ROW(FROM "\n", "0[]"),
    ROW(FROM "a\n\n", "0[a\n]"),
    ROW(FROM "a\n\n" FROM "b\n\n", "0[a\n]37[b\n]"),
    ROW(FROM "a\n\n\n" FROM "b\n\n\n\n", "0[a\n\n]38[b\n\n\n]"),
    ROW(FROM ">From a\n>>From b\n>\n>>x\n\n", "0[From a\n>From b\n>\n>>x\n]"),
    ROW(FROM "Fro\n>Fro\n>>Fro\n\n", "0[Fro\n>Fro\n>>Fro\n]"),
    ROW(FROM "\n>From a\n\n", "0[\nFrom a\n]"),
    ROW(FROM "\r\n>From a\r\n\r\n", "0[\r\nFrom a\r\n]"),
    ROW(FROM "\ra\n\r\r\n\n", "0[\ra\n\r\r\n]"),
    /* Messages without the empty line after them, or without a line end. */
    ROW(FROM "a\n" FROM "b", "0[a\n]36[b]"),
    ROW(FROM "a\n\n>>", "0[a\n\n>>]"),
    ROW(FROM "a\n\nFro", "0[a\n\nFro]"),
    ROW(FROM "a\n\n\r", "0[a\n\n\r]"),
    ROW("not a message\n\n" FROM "a\n\n", "15[a\n]"),
    ROW("no message\n", ""),
    ROW("From ", "0[]"),
    ROW(FROM "\0\n\xff\n\n", "0[\0\n\xff\n]"),
#undef ROW
};

START_TEST(an_mbox_is_split_into_its_messages)
{
	scratch_write(scratch_path("mbox"), files[_i].mbox, files[_i].length);
	expect(files[_i].messages, files[_i].messages_length);
}
END_TEST

/* Reads have 65536 bytes: a message moves the relevant part across that border. */
START_TEST(messages_are_read_correctly_wherever_a_block_ends)
{
	static const char tail[] = "\r\n>From x\n>>>From y\n\n\r\n";
	struct buf file = {0}, expected = {0};
	struct mboxrd m;

	mboxrd_start(&m, false, "a@b", 1700000000, &file);
	while (file.length < 65536 - 60 + (size_t)_i) {
		mboxrd_add(&m, _i % 2 ? "x" : "\n", 1, &file);
	}
	ck_assert_uint_lt(file.length, 65537);
	buf_append_format(&expected, "0[");
	buf_append(&expected, file.data + sizeof(FROM) - 1, file.length - (sizeof(FROM) - 1));
	mboxrd_add(&m, tail, sizeof(tail) - 1, &file);
	buf_append(&expected, tail, sizeof(tail) - 1);
	mboxrd_end(&m, &file);
	buf_append_format(&expected, "]%zu[z\n]", file.length);
	mboxrd_start(&m, false, "a@b", 1700000000, &file);
	mboxrd_add(&m, "z\n", 2, &file);
	mboxrd_end(&m, &file);
	scratch_write(scratch_path("mbox"), file.data, file.length);
	expect(expected.data, expected.length);
	buf_free(&file);
	buf_free(&expected);
}
END_TEST

static void append_meanwhile(void *context, const struct archive_message *m)
{
	FILE *file = fopen(m->path, "a");

	(void)context;
	ck_assert(file && fputs(FROM "b\n\n", file) >= 0 && fclose(file) == 0);
}

START_TEST(a_concurrent_write_is_detected)
{
	struct buf one = {0};
	struct archive_reader reader = {.context = &one, .octets = take_octets, .message = append_meanwhile};
	const struct destination_settings settings = {.account = "work", .path = scratch_path("mbox")};

	scratch_write_text(scratch_path("mbox"), FROM "a\n\n");
	ck_assert(mbox_read(&settings, &reader, &err));
	ck_assert(reader.changed);
	buf_free(&one);
}
END_TEST

START_TEST(a_missing_mbox_or_a_directory_is_rejected)
{
	bool changed;

	ck_assert(!read_it(&changed));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert_int_eq(err.saved_errno, ENOENT);
	ck_assert_int_eq(mkdir(scratch_path("mbox"), 0700), 0);
	ck_assert(!read_it(&changed));
	ck_assert_ptr_nonnull(strstr(err.cause, "is not a regular file"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("mbox-read");
	TCase *t = scratch_case(s, "mbox-read");

	LOOP_OVER(t, an_mbox_is_split_into_its_messages, files);
	tcase_add_loop_test(t, messages_are_read_correctly_wherever_a_block_ends, 0, 60);
	tcase_add_test(t, a_concurrent_write_is_detected);
	tcase_add_test(t, a_missing_mbox_or_a_directory_is_rejected);
	return scratch_main(s);
}
