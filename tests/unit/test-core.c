#include "config.h"

#include <string.h>

#include "check_main.h"
#include "policy/core.h"

static uint64_t size_with_crlf(const char *text)
{
	uint64_t size = 0;

	for (; *text; text++)
		size += *text == '\n' && (size == 0 || text[-1] != '\r') ? 2 : 1;
	return size;
}

/* Makes the core of a text in pieces of this size. */
static void make(const char *text, size_t piece, struct core *core)
{
	struct core_reader r;

	core_start(&r);
	for (size_t length = strlen(text); length > 0;) {
		size_t n = length < piece ? length : piece;

		core_add(&r, text, n);
		text += n;
		length -= n;
	}
	core_end(&r, core);
}

#define ID "Message-ID: <1@a>\n"

static const struct {
	const char *stored, *listed;
	bool whole;
	enum core_likeness likeness;
} pairs[] = {
    /* Fields that delivering programs add, at the start of the header. */
    {"Received: x\n" ID "S: a\n\nb\n", ID "S: a\n\nb\n", false, CORE_LIKELY},
    {"Received: x\n" ID "S: a\n\nb\n", ID "S: a\n\nb\n", true, CORE_SAME},
    {"Received: x\n\tfolded\nDelivered-To: me\nReturn-Path: <a@b>\nX-getmail-retrieved-from-mailbox: INBOX\n" ID
     "\nb\n",
	"Return-Path: <c@d>\r\nDelivered-To: you\r\nReceived: y\r\n" ID "\r\nb\r\n", true, CORE_SAME},
    {">From me Sat Nov  1\nreceived: x\n" ID "\nb\n", ID "\nb\n", true, CORE_SAME},
    {ID "Return-Path: <c@d>\nStatus: RO\nX-UID: 7\n\nb\n", ID "\nb\n", true, CORE_SAME},
    {ID "Received: x\n\nb\n", ID "\nb\n", false, CORE_PERHAPS},
    {ID "Received: x\n\nb\n", ID "\nb\n", true, CORE_SIMILAR},
    {"Received: x\nReceived\n" ID "\nb\n", ID "\nb\n", true, CORE_SIMILAR},
    /* Blanks in headers, line ends, and empty lines at the end. */
    {"Subject: a\n b\n" ID "\nb\n", "Subject:  a b\n" ID "\nb\n", true, CORE_SIMILAR},
    {ID "\nb\n\n\n", ID "\nb", true, CORE_SAME},
    {ID "\nb\r\n\r\nc\r\n", ID "\nb\n\nc\n", true, CORE_SAME},
    {ID "\nb\rc\n", ID "\nb\nc\n", true, CORE_SIMILAR},
    {ID "\nb b\nb\n", ID "\nbbb\n", true, CORE_SIMILAR},
    {ID "\n\n\nb\n", ID "\nb\n", true, CORE_SIMILAR},
    /* The quoting of an mbox. */
    {ID "\n>From b\n", ID "\nFrom b\n", true, CORE_SIMILAR},
    {ID "\n>>From b\n", ID "\n>From b\n", true, CORE_SIMILAR},
    {ID "\n>Fro\n", ID "\nFro\n", true, CORE_DIFFERENT},
    {ID "\n>Frob\n", ID "\n>Frob\n", true, CORE_SAME},
    {ID "\na >From b\n", ID "\na From b\n", true, CORE_DIFFERENT},
    /* Another content. */
    {ID "S: a\n\nb\n", ID "S: a\n\nbb and more\n", false, CORE_PERHAPS},
    {ID "S: a\n\nb\n", ID "S: a\n\nc\n", true, CORE_DIFFERENT},
    {ID "S: a\n\nb\n", ID "S: c\n\nc\n", true, CORE_DIFFERENT},
    {ID "S: a\n\nb\n", ID "S: c\n\nb\n", true, CORE_SIMILAR},
    {ID "\nb\n", "Message-ID: <2@a>\n\nb\n", true, CORE_DIFFERENT},
    {"S: a\n\nb\n", "S: a\n\nb\n", false, CORE_PERHAPS},
    {"S: a\n\nb\n", "S: a\n\nb\n", true, CORE_SAME},
    {"S: a\n\nb\n", "S: c\n\nb\n", true, CORE_DIFFERENT},
    {"Message-ID:\nS: a\n\nb\n", "Message-ID:\nS: c\n\nb\n", true, CORE_DIFFERENT},
    {"Message-ID:\n <1@a>\n\nb\n", ID "\nb\n", true, CORE_SIMILAR},
    {"", "", true, CORE_SAME},
};

static enum core_likeness compare(int i, size_t piece)
{
	struct core stored, listed;
	bool fit;

	make(pairs[i].stored, piece, &stored);
	make(pairs[i].listed, 7, &listed);
	fit = size_with_crlf(pairs[i].stored) - stored.left_out == size_with_crlf(pairs[i].listed) - listed.left_out;
	return core_compare(&stored, &listed, fit, pairs[i].whole);
}

START_TEST(a_message_is_recognized_after_another_program_delivered_it)
{
	for (size_t piece = 1; piece < 40; piece++)
		ck_assert_msg(compare(_i, piece) == pairs[_i].likeness, "pieces of %zu: %d", piece, compare(_i, piece));
}
END_TEST

START_TEST(a_message_id_alone_proves_nothing)
{
	struct core a, b;

	make(ID "S: a\n\nb\n", 100, &a);
	make(ID "S: b\n\nb and more\n", 100, &b);
	ck_assert_int_eq(core_compare(&a, &b, true, false), CORE_PERHAPS);
	ck_assert_int_eq(core_compare(&a, &b, false, false), CORE_PERHAPS);
	ck_assert_int_eq(core_compare(&a, &b, true, true), CORE_DIFFERENT);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("core");
	TCase *c = check_case(s, "cores");

	LOOP_OVER(c, a_message_is_recognized_after_another_program_delivered_it, pairs);
	tcase_add_test(c, a_message_id_alone_proves_nothing);
	return check_main(s);
}
