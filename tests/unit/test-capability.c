#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "check_main.h"
#include "pop3/capability.h"

static void add(struct capability *c, const char *line)
{
	capability_add(c, line, strlen(line));
}

enum { TOP = 1, UIDL = 2, USER = 4, STLS = 8, PIPELINING = 16, UTF8 = 32, AUTH_RESP_CODE = 64 };

static const struct {
	const char *line;
	int flags;
} lines[] = {
    {"TOP", TOP},
    {"UIDL", UIDL},
    {"USER", USER},
    {"STLS", STLS},
    {"PIPELINING", PIPELINING},
    {"Pipelining", PIPELINING},
    {"stls", STLS},
    {"UTF8", UTF8},
    {"utf8 USER", UTF8},
    {"AUTH-RESP-CODE", AUTH_RESP_CODE},
    {"LANG", 0},
    {"USER more words", USER},
    {" TOP ", TOP},
    {"", 0},
    {" ", 0},
    {"TOPS", 0},
    {"TO", 0},
    {"XUIDL", 0},
    {"UIDL\t", 0},
    {"IMPLEMENTATION STLS USER", 0},
    {"EXPIRE 0", 0},
    {"SASL STLS", 0},
    {"RESP-CODES", 0},
};

START_TEST(the_first_word_of_a_line_names_the_capability)
{
	struct capability c;
	int flags;

	capability_clear(&c);
	add(&c, lines[_i].line);
	flags = (c.top ? TOP : 0) | (c.uidl ? UIDL : 0) | (c.user ? USER : 0) | (c.stls ? STLS : 0) |
	    (c.pipelining ? PIPELINING : 0) | (c.utf8 ? UTF8 : 0) | (c.auth_resp_code ? AUTH_RESP_CODE : 0);
	ck_assert_int_eq(flags, lines[_i].flags);
}
END_TEST

START_TEST(a_line_ends_at_its_length_and_not_at_a_nul)
{
	struct capability c;

	capability_clear(&c);
	capability_add(&c, "TOPS", 3);
	ck_assert(c.top);
	capability_add(&c, "UIDL\0", 5);
	ck_assert(!c.uidl);
}
END_TEST

START_TEST(written_capabilities_are_read_back_unchanged)
{
	struct capability c, again;
	struct buf text = {0};
	const char *line;

	capability_clear(&c);
	capability_clear(&again);
	add(&c, "UIDL");
	add(&c, "UTF8 USER");
	add(&c, "AUTH-RESP-CODE");
	add(&c, "SASL PLAIN LOGIN");
	capability_write(&c, &text);
	line = buf_string(&text);
	while (*line) {
		capability_add(&again, line, strcspn(line, "\n"));
		line += strcspn(line, "\n") + 1;
	}
	ck_assert(again.uidl && again.utf8 && again.auth_resp_code && !again.top && !again.pipelining);
	ck_assert(capability_has_mechanism(&again, "LOGIN"));
	buf_free(&text);
}
END_TEST

START_TEST(clearing_removes_all_capabilities)
{
	struct capability c, nothing = {0};

	capability_clear(&c);
	add(&c, "TOP");
	add(&c, "STLS");
	add(&c, "SASL PLAIN");
	capability_clear(&c);
	ck_assert(!c.top && !c.stls);
	ck_assert(!capability_has_mechanism(&c, "PLAIN"));
	ck_assert_str_eq(c.sasl, nothing.sasl);
}
END_TEST

START_TEST(mechanisms_match_as_whole_words_in_any_case)
{
	struct capability c;

	capability_clear(&c);
	ck_assert(!capability_has_mechanism(&c, "PLAIN"));
	add(&c, "sasl  Plain scram-sha-256-PLUS XOAUTH2 ");
	ck_assert(capability_has_mechanism(&c, "PLAIN"));
	ck_assert(capability_has_mechanism(&c, "XOAUTH2"));
	ck_assert(capability_has_mechanism(&c, "SCRAM-SHA-256-PLUS"));
	ck_assert(!capability_has_mechanism(&c, "SCRAM-SHA-256"));
	ck_assert(!capability_has_mechanism(&c, "OAUTH2"));
	ck_assert(!capability_has_mechanism(&c, "LAIN"));
	ck_assert(!capability_has_mechanism(&c, "PLAI"));
	ck_assert(!capability_has_mechanism(&c, "SASL"));
}
END_TEST

START_TEST(sasl_without_mechanisms_offers_none)
{
	struct capability c;

	capability_clear(&c);
	add(&c, "SASL");
	ck_assert(!capability_has_mechanism(&c, "PLAIN"));
	ck_assert(!capability_has_mechanism(&c, ""));
}
END_TEST

START_TEST(a_mechanism_that_does_not_fit_is_skipped)
{
	struct capability c;
	char line[8192] = "SASL";

	memset(line + 4, ' ', 1);
	memset(line + 5, 'x', 8000);
	strcpy(line + 8005, " PLAIN");
	capability_clear(&c);
	add(&c, line);
	ck_assert(capability_has_mechanism(&c, "PLAIN"));
	ck_assert_uint_lt(strlen(c.sasl), sizeof(c.sasl));
	for (size_t length = 1; length < 600; length++) {
		snprintf(line, sizeof(line), "SASL %0*d LOGIN", (int)length, 0);
		add(&c, line);
		ck_assert_uint_lt(strlen(c.sasl), sizeof(c.sasl));
		/* " 0...0 LOGIN " has to fit, otherwise the first mechanism is left out */
		ck_assert(capability_has_mechanism(&c, "LOGIN") ==
		    (length + 8 < sizeof(c.sasl) || length + 2 >= sizeof(c.sasl)));
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("capability");
	TCase *c = check_case(s, "capability");

	LOOP_OVER(c, the_first_word_of_a_line_names_the_capability, lines);
	tcase_add_test(c, a_line_ends_at_its_length_and_not_at_a_nul);
	tcase_add_test(c, written_capabilities_are_read_back_unchanged);
	tcase_add_test(c, clearing_removes_all_capabilities);
	tcase_add_test(c, mechanisms_match_as_whole_words_in_any_case);
	tcase_add_test(c, sasl_without_mechanisms_offers_none);
	tcase_add_test(c, a_mechanism_that_does_not_fit_is_skipped);
	return check_main(s);
}
