#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "policy/header_fields.h"
#include "policy/sender.h"

static const struct {
	const char *header, *date, *from, *subject;
} headers[] = {
    {"", "", "", ""},
    {"\n", "", "", ""},
    {"Date: d\nFrom: f\nSubject: s\n\nbody", "d", "f", "s"},
    {"Date: d\r\nFrom: f\r\nSubject: s\r\n\r\nSubject: no\r\n", "d", "f", "s"},
    {"subject:s\nFROM:\t f \n", "", "f", "s"},
    {"Subject: a\n b\n\tc\n", "", "", "a b c"},
    {"Subject: a\r\n  b\r\n", "", "", "a  b"},
    {"Subject:\n a\n", "", "", "a"},
    {"Subject: =?utf-8?Q?a?=\n =?utf-8?Q?b?=\n", "", "", "ab"},
    {"Subject: one\nSubject: two\n three\n", "", "", "one"},
    {"Subject: one\nX: y\n z\nFrom: f\n", "", "f", "one"},
    {"X-Subject: x\nSubjects: x\nSub: x\nFrom: f\n", "", "f", ""},
    {"Subject: one\nno field\n two\nFrom: f\n", "", "f", "one"},
    {"Received: by a\n b\nDate: d", "d", "", ""},
    {"Subject : s\n", "", "", ""},
    {"Subject: a:b\n", "", "", "a:b"},
    {"Subject: x\n\nFrom: f\n", "", "", "x"},
    {"Subject: a\rb\n", "", "", "ab"},
};

static void expect(const struct header_fields *h, enum header_field field, const char *want)
{
	char value[100];

	header_fields_value(h, field, value, sizeof(value));
	ck_assert_str_eq(value, want);
}

START_TEST(fields_are_found_however_the_header_is_split)
{
	const char *text = headers[_i].header;
	struct header_fields *h = malloc(sizeof(*h));

	for (size_t piece = 1; piece <= strlen(text) + 1; piece++) {
		header_fields_start(h);
		for (size_t at = 0; at < strlen(text); at += piece)
			header_fields_add(h, text + at, piece < strlen(text) - at ? piece : strlen(text) - at);
		expect(h, HEADER_DATE, headers[_i].date);
		expect(h, HEADER_FROM, headers[_i].from);
		expect(h, HEADER_SUBJECT, headers[_i].subject);
	}
	free(h);
}
END_TEST

START_TEST(a_long_value_is_cut)
{
	struct header_fields h;
	char value[2000];

	header_fields_start(&h);
	header_fields_add(&h, "Subject: ", 9);
	for (unsigned i = 0; i < 3000; i++)
		header_fields_add(&h, "x", 1);
	header_fields_add(&h, "\nFrom: f\n", 9);
	header_fields_value(&h, HEADER_SUBJECT, value, sizeof(value));
	ck_assert_uint_eq(strlen(value), HEADER_FIELD_OCTETS - 1); /* the blank before the value used one of them */
	expect(&h, HEADER_FROM, "f");
}
END_TEST

START_TEST(a_value_is_cut_at_a_whole_character)
{
	struct header_fields h;
	char value[8];

	header_fields_start(&h);
	header_fields_add(&h, "Subject: \xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\n", 19);
	for (size_t size = 1; size <= sizeof(value); size++) {
		header_fields_value(&h, HEADER_SUBJECT, value, size);
		ck_assert_uint_eq(strlen(value), (size - 1) / 3 * 3);
	}
}
END_TEST

static const struct {
	const char *header, *sender;
} senders[] = {
    {"", ""},
    {"Subject: s\n", ""},
    {"Return-Path: <a@b>\nFrom: c@d\n", "a@b"},
    {"From: c@d\nReturn-Path: <a@b>\n", "a@b"},
    {"Return-Path: a@b\n", "a@b"},
    {"Return-path:\t< a@b >\r\n", "a@b"},
    {"Return-Path: <MAILER-DAEMON>\n", "MAILER-DAEMON"},
    {"Return-Path: <>\nFrom: c@d\n", ""},
    {"Return-Path: < >\nFrom: c@d\n", ""},
    {"Return-Path:\nFrom: c@d\n", "c@d"},
    {"Return-Path: <a b@c>\nFrom: c@d\n", "c@d"},
    {"Return-Path: <a@b\nFrom: c@d\n", "c@d"},
    {"Return-Path: <a@b>\nReturn-Path: <x@y>\n", "a@b"},
    {"From: Name <c@d>\n", "c@d"},
    {"From: \"Doe, Jane <x@y>\" <c@d>\n", "c@d"},
    {"From: \"a \\\" <x@y>\" <c@d>\n", "c@d"},
    {"From: Jane (not <x@y>, (nested) \\) here) <c@d>\n", "c@d"},
    {"From: c@d (Jane Doe)\n", "c@d"},
    {"From: (Jane)c@d\n", "c@d"},
    {"From: =?utf-8?Q?=3Cx=40y=3E?= <c@d>\n", "c@d"},
    {"From: Jane\n <c@d>\n", "c@d"},
    {"From: c@d, e@f\n", "c@d"},
    {"From: Jane <c@d>, e@f\n", "c@d"},
    {"From: Friends: Jane <c@d>, e@f;\n", "c@d"},
    {"From: Friends: c@d;\n", "c@d"},
    {"From: Nobody:;\n", ""},
    {"From: <@relay.example,@other:c@d>\n", "c@d"},
    {"From: <c@[IPv6:::1]>\n", "c@[IPv6:::1]"},
    {"From: \"c.d\"@e\n", "\"c.d\"@e"},
    {"From: \"c d\"@e\n", ""},
    {"From: root\n", "root"},
    {"From: Jane Doe\n", ""},
    {"From: c@d\033[2J\n", ""},
    {"From: <c\x7f@d>\n", ""},
    {"From: <c@\xff>\n", ""},
    {"From: <j\xc3\xb6rg@d>\n", "j\xc3\xb6rg@d"},
    {"From: <-oQ/tmp@d>\n", "-oQ/tmp@d"},
    {"From: <`id`@d>\n", "`id`@d"},
    {"From: <$(id)@d>\n", "$@d"},
};

START_TEST(the_sender_is_the_address_of_return_path_or_from)
{
	struct header_fields h;
	char sender[SENDER_OCTETS];

	header_fields_start(&h);
	header_fields_add(&h, senders[_i].header, strlen(senders[_i].header));
	sender_find(&h, sender);
	ck_assert_str_eq(sender, senders[_i].sender);
}
END_TEST

START_TEST(a_sender_that_is_too_long_counts_as_none)
{
	struct header_fields h;
	char sender[SENDER_OCTETS], text[SENDER_OCTETS + 16];

	for (int length = SENDER_OCTETS - 1; length <= SENDER_OCTETS; length++) {
		int used = snprintf(text, sizeof(text), "From: <%0*d>\n", length, 7);

		header_fields_start(&h);
		header_fields_add(&h, text, (size_t)used);
		sender_find(&h, sender);
		ck_assert_uint_eq(strlen(sender), length < SENDER_OCTETS ? SENDER_OCTETS - 1 : 0);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("header-fields");
	TCase *c = check_case(s, "header-fields");

	LOOP_OVER(c, the_sender_is_the_address_of_return_path_or_from, senders);
	tcase_add_test(c, a_sender_that_is_too_long_counts_as_none);
	LOOP_OVER(c, fields_are_found_however_the_header_is_split, headers);
	tcase_add_test(c, a_long_value_is_cut);
	tcase_add_test(c, a_value_is_cut_at_a_whole_character);
	return check_main(s);
}
