#include "config.h"

#include <string.h>

#include "check_main.h"
#include "policy/header.h"

/* Texts with NULs: the length is that of the array. */
struct text {
	const char *bytes;
	size_t length;
};

#define TEXT(literal)                                                                                                  \
	{                                                                                                              \
		literal, sizeof(literal) - 1                                                                           \
	}

/* Adds the bytes in three pieces: up to `first`, up to `second`, and the rest. */
static void identify(struct text t, size_t first, size_t second, unsigned char out[DIGEST_SHORT])
{
	struct header_identity h;

	header_start(&h);
	header_add(&h, t.bytes, first);
	header_add(&h, t.bytes + first, second - first);
	header_add(&h, t.bytes + second, t.length - second);
	header_end(&h, out);
}

static void plain_digest(struct text t, unsigned char out[DIGEST_SHORT])
{
	struct digest d;
	unsigned char whole[DIGEST_SIZE];

	digest_start(&d);
	digest_add(&d, t.bytes, t.length);
	digest_end(&d, whole);
	memcpy(out, whole, DIGEST_SHORT);
}

/* Messages, and their relevant header lines. */
static const struct {
	struct text message, counts;
} headers[] = {
    {TEXT("Subject: a\nFrom: b\n\nbody\n"), TEXT("Subject: a\nFrom: b\n")},
    {TEXT("Subject: a\r\nFrom: b\r\n\r\nbody\r\n"), TEXT("Subject: a\nFrom: b\n")},
    {TEXT("Subject: a\r\nFrom: b\r\n\r\n"), TEXT("Subject: a\nFrom: b\n")},
    {TEXT("Subject: a\nFrom: b\n"), TEXT("Subject: a\nFrom: b\n")},
    {TEXT("Subject: a\nFrom: b"), TEXT("Subject: a\nFrom: b")},
    {TEXT("Subject: a\nFrom"), TEXT("Subject: a\nFrom")},
    {TEXT("Subject: a\nStatus: RO\nFrom: b\n\n"), TEXT("Subject: a\nFrom: b\n")},
    {TEXT("status: RO\nX-STATUS: A\nx-uid: 7\nX-Uidl: q\nA: b\n\n"), TEXT("A: b\n")},
    {TEXT("X-Keywords: k\nX-IMAP: 1\nX-IMAPbase: 2\nContent-Length: 3\nLines: 4\nA: b\n\n"), TEXT("A: b\n")},
    {TEXT("X-Keywords: one\r\n two\r\n\tthree\r\nA: b\r\n folded\r\n\r\n"), TEXT("A: b\n folded\n")},
    {TEXT("A: b\n Status: not a field\n\n"), TEXT("A: b\n Status: not a field\n")},
    {TEXT("Statuses: x\nXStatus: y\nStatu: z\n\n"), TEXT("Statuses: x\nXStatus: y\nStatu: z\n")},
    {TEXT("Status\nA: b\n\n"), TEXT("Status\nA: b\n")},
    {TEXT("Status : RO\nA: b\n\n"), TEXT("Status : RO\nA: b\n")},
    {TEXT("Received: 1\nReceived: 2\n\n"), TEXT("Received: 1\nReceived: 2\n")},
    {TEXT("\nbody\n"), TEXT("")},
    {TEXT("\r\nbody\r\n"), TEXT("")},
    {TEXT(""), TEXT("")},
    {TEXT("Status: RO"), TEXT("")},
    {TEXT("A: b\rc\r\n\r\n"), TEXT("A: b\rc\n")},
    {TEXT("A: b\r\r\n\r\n"), TEXT("A: b\r\n")},
    {TEXT("A: \0\0b\nSta\0tus: x\n\n"), TEXT("A: \0\0b\nSta\0tus: x\n")},
    {TEXT("\0\n\n"), TEXT("\0\n")},
    {TEXT("A-name-of-exactly-24-char: x\n\n"), TEXT("A-name-of-exactly-24-char: x\n")},
    {TEXT("a line that has no colon and is longer than any name\nA: b\n\n"),
	TEXT("a line that has no colon and is longer than any name\nA: b\n")},
    {TEXT("23 octets and a line en\nStatus: x\n\n"), TEXT("23 octets and a line en\n")},
    {TEXT("24 octets and a line end\nStatus: x\n\n"), TEXT("24 octets and a line end\n")},
    {TEXT(": no name\nStatus: x\n\n"), TEXT(": no name\n")},
    {TEXT("A: b\n\nStatus: in the body\n\n"), TEXT("A: b\n")},
    {TEXT("  starts folded\nA: b\n\n"), TEXT("  starts folded\nA: b\n")},
};

START_TEST(an_identity_covers_the_relevant_header_lines)
{
	unsigned char want[DIGEST_SHORT], got[DIGEST_SHORT];

	plain_digest(headers[_i].counts, want);
	identify(headers[_i].message, 0, 0, got);
	ck_assert_mem_eq(got, want, DIGEST_SHORT);
}
END_TEST

START_TEST(an_identity_does_not_depend_on_how_the_input_is_split)
{
	struct text t = headers[_i].message;
	unsigned char want[DIGEST_SHORT], got[DIGEST_SHORT];
	struct header_identity h;

	identify(t, 0, 0, want);
	for (size_t first = 0; first <= t.length; first++) {
		for (size_t second = first; second <= t.length; second++) {
			identify(t, first, second, got);
			ck_assert_msg(memcmp(got, want, DIGEST_SHORT) == 0, "cut at %zu and %zu", first, second);
		}
	}
	header_start(&h);
	for (size_t i = 0; i < t.length; i++)
		header_add(&h, t.bytes + i, 1);
	header_end(&h, got);
	ck_assert_mem_eq(got, want, DIGEST_SHORT);
}
END_TEST

/*
 * RETR's message as stored (LF) and TOP's answer as sent (CRLF, no body), with and without the marks of a mail
 * reader.
 */
START_TEST(retr_and_top_give_the_same_identity)
{
	static const struct text retr =
	    TEXT("Return-Path: <a@b>\nReceived: from x\n by y\nSubject: s\nX-UIDL: 1\n\nbody\n");
	static const struct text top =
	    TEXT("Return-Path: <a@b>\r\nReceived: from x\r\n by y\r\nStatus: O\r\nSubject: s\r\nX-UIDL: 2\r\n\r\n");
	unsigned char first[DIGEST_SHORT], second[DIGEST_SHORT];

	identify(retr, 0, 0, first);
	identify(top, 0, 0, second);
	ck_assert_mem_eq(first, second, DIGEST_SHORT);
}
END_TEST

/* A field identifies a message if no two messages have the same field by chance. */
static const struct {
	struct text message;
	bool identifying;
} fields[] = {
    {TEXT(""), false},
    {TEXT("Message-ID: <1@example.org>\n\nbody\n"), true},
    {TEXT("Subject: one\r\nmessage-id : <1@example.org>\r\n\r\n"), false},
    {TEXT("Subject: one\r\nmessage-id:<1@example.org>\r\n\r\n"), true},
    {TEXT("Received: from a by b; Fri, 3 Oct 2025 10:00:00 +0000\n\n"), true},
    {TEXT("Message-ID:\r\n <1@example.org>\r\n\r\n"), true},
    {TEXT("Message-ID:\r\nReceived: \r\nSubject: one\r\n\r\n"), false},
    {TEXT("Message-ID: <>\n\n"), false},
    {TEXT("Message-ID:\nContent-Transfer-Encoding: 8bit\n\n"), false},
    {TEXT("Message-ID:\nno field\n\n"), false},
    {TEXT("Subject: a\n Message-ID: <1@example.org>\n\n"), false},
    {TEXT("Subject: a\n\nMessage-ID: <1@example.org>\n"), false},
    {TEXT("X-Message-ID: <1@example.org>\nMessage-IDs: 2\n\n"), false},
    {TEXT("Subject: one\nFrom: a@example.org\nTo: b@example.org\nDate: Fri, 3 Oct 2025 10:00:00 +0000\n\n"), false},
};

START_TEST(a_header_identifies_a_message_only_by_a_unique_field)
{
	unsigned char identity[DIGEST_SHORT];
	struct header_identity h;

	header_start(&h);
	header_add(&h, fields[_i].message.bytes, fields[_i].message.length);
	ck_assert_int_eq(header_end(&h, identity), fields[_i].identifying);
}
END_TEST

static void identify_lines(struct text message, size_t lines, size_t piece, unsigned char out[DIGEST_SHORT])
{
	struct header_identity h;

	header_start(&h);
	h.body_lines = lines;
	for (size_t at = 0; at < message.length; at += piece)
		header_add(&h, message.bytes + at, message.length - at < piece ? message.length - at : piece);
	header_end(&h, out);
}

static void identify_all(struct text message, size_t piece, unsigned char out[DIGEST_SHORT])
{
	identify_lines(message, SIZE_MAX, piece, out);
}

START_TEST(an_identity_covers_the_given_number_of_body_lines)
{
	static const struct text whole = TEXT("A: b\n\none\n\nthree\nfour\n"), part = TEXT("A: b\n\none\n\nthree\n"),
				 unended = TEXT("A: b\n\none\n\nthree");
	unsigned char first[DIGEST_SHORT], second[DIGEST_SHORT];

	identify_all(part, 100, first);
	for (size_t piece = 1; piece < 30; piece++) {
		identify_lines(whole, 3, piece, second);
		ck_assert_mem_eq(first, second, DIGEST_SHORT);
	}
	identify_lines(whole, 4, 100, second);
	ck_assert_mem_ne(first, second, DIGEST_SHORT);
	identify_lines(unended, 3, 100, second);
	ck_assert_mem_ne(first, second, DIGEST_SHORT);
	identify_lines(part, 0, 100, first);
	identify(part, 0, 0, second);
	ck_assert_mem_eq(first, second, DIGEST_SHORT);
}
END_TEST

START_TEST(an_identity_can_cover_the_whole_body)
{
	static const struct text a = TEXT("A: b\nStatus: R\n\none\ntwo\n"), b = TEXT("A: b\nStatus: RO\n\none\ntwo\n"),
				 c = TEXT("A: b\n\none\ntwi\n"), crlf = TEXT("A: b\r\n\r\none\r\ntwo\r\n");
	unsigned char first[DIGEST_SHORT], second[DIGEST_SHORT];

	identify_all(a, 100, first);
	for (size_t piece = 1; piece < 30; piece++) {
		identify_all(a, piece, second);
		ck_assert_mem_eq(first, second, DIGEST_SHORT);
		identify_all(crlf, piece, second);
		ck_assert_mem_eq(first, second, DIGEST_SHORT);
	}
	identify_all(b, 100, second);
	ck_assert_mem_eq(first, second, DIGEST_SHORT);
	identify_all(c, 100, second);
	ck_assert_mem_ne(first, second, DIGEST_SHORT);
	identify(a, 0, 0, second);
	ck_assert_mem_ne(first, second, DIGEST_SHORT);
}
END_TEST

static const struct {
	struct text a, b;
} different[] = {
    {TEXT("A: b\n\n"), TEXT("A: c\n\n")},
    {TEXT("A: b\n\n"), TEXT("a: b\n\n")},
    {TEXT("A: b\nC: d\n\n"), TEXT("C: d\nA: b\n\n")},
    {TEXT("A: b\n c\n\n"), TEXT("A: b\nc\n\n")},
    {TEXT("A: b\n\n"), TEXT("A: b\nA: b\n\n")},
};

START_TEST(different_headers_have_different_identities)
{
	unsigned char first[DIGEST_SHORT], second[DIGEST_SHORT];

	identify(different[_i].a, 0, 0, first);
	identify(different[_i].b, 0, 0, second);
	ck_assert_mem_ne(first, second, DIGEST_SHORT);
}
END_TEST

/* The out buffer for these has 32 bytes, so addresses of up to 31 bytes fit. */
static const struct {
	struct text head;
	const char *sender;
} senders[] = {
    {TEXT("Return-Path: <a@example.org>\nA: b\n\n"), "a@example.org"},
    {TEXT("Return-Path: <a@example.org>\r\nA: b\r\n\r\n"), "a@example.org"},
    {TEXT("A: b\nRETURN-path:<a@example.org>\n\n"), "a@example.org"},
    {TEXT("Return-Path: a@example.org\n\n"), "a@example.org"},
    {TEXT("Return-Path: \t <a@example.org> \t\n\n"), "a@example.org"},
    {TEXT("Return-Path: <a@example.org>\nReturn-Path: <other@example.org>\n\n"), "a@example.org"},
    {TEXT("Return-Path: <m\xc3\xbcller@example.org>\n\n"), "m\xc3\xbcller@example.org"},
    {TEXT("Return-Path: <>\n\n"), "MAILER-DAEMON"},
    {TEXT("Return-Path:\n\n"), "MAILER-DAEMON"},
    {TEXT("Return-Path: \r\n\r\n"), "MAILER-DAEMON"},
    {TEXT("A: b\n\n"), "MAILER-DAEMON"},
    {TEXT(""), "MAILER-DAEMON"},
    {TEXT("Return-Path: <a b@example.org>\n\n"), "MAILER-DAEMON"},
    {TEXT("Return-Path: <a@example.org> (comment)\n\n"), "MAILER-DAEMON"},
    {TEXT("Return-Path: <a\tb@example.org>\n\n"), "MAILER-DAEMON"},
    {TEXT("Return-Path: <a\x1b[2Jb@example.org>\n\n"), "MAILER-DAEMON"},
    {TEXT("Return-Path: <a\x7f@example.org>\n\n"), "MAILER-DAEMON"},
    {TEXT("Return-Path: <a\rb@example.org>\n\n"), "MAILER-DAEMON"},
    {TEXT("Return-Path: <a\0b@example.org>\n\n"), "MAILER-DAEMON"},
    {TEXT("Return-Path: \0<a@example.org>\n\n"), "MAILER-DAEMON"},
    {TEXT("Return-Path: <a@example.org\0>\n\n"), "MAILER-DAEMON"},
    {TEXT("Return-Path: <1234567890123456789@example.org>\n\n"), "1234567890123456789@example.org"},
    {TEXT("Return-Path: <12345678901234567890@example.org>\n\n"), "MAILER-DAEMON"},
    {TEXT("A: b\n\nReturn-Path: <a@example.org>\n"), "MAILER-DAEMON"},
    {TEXT("A: b\r\n\r\nReturn-Path: <a@example.org>\r\n"), "MAILER-DAEMON"},
    {TEXT("Return-Path: <a@example.o"), "MAILER-DAEMON"},
    {TEXT("Return-Paths: <a@example.org>\n\n"), "MAILER-DAEMON"},
    {TEXT(" Return-Path: <a@example.org>\n\n"), "MAILER-DAEMON"},
};

START_TEST(the_envelope_sender_is_taken_from_return_path)
{
	char sender[32];

	header_envelope_sender(senders[_i].head.bytes, senders[_i].head.length, sender, sizeof(sender));
	ck_assert_str_eq(sender, senders[_i].sender);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("header");
	TCase *identity = check_case(s, "identity"), *sender = check_case(s, "envelope sender");

	LOOP_OVER(identity, an_identity_covers_the_relevant_header_lines, headers);
	LOOP_OVER(identity, an_identity_does_not_depend_on_how_the_input_is_split, headers);
	tcase_add_test(identity, retr_and_top_give_the_same_identity);
	LOOP_OVER(identity, a_header_identifies_a_message_only_by_a_unique_field, fields);
	tcase_add_test(identity, an_identity_can_cover_the_whole_body);
	tcase_add_test(identity, an_identity_covers_the_given_number_of_body_lines);
	LOOP_OVER(identity, different_headers_have_different_identities, different);
	LOOP_OVER(sender, the_envelope_sender_is_taken_from_return_path, senders);
	return check_main(s);
}
