#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/step.h"
#include "check_main.h"
#include "config/account.h"
#include "scratch.h"
#include "ui/check_json.h"
#include "ui/check_report.h"
#include "ui/check_result.h"
#include "ui/jsonl.h"

static char name[] = "work", server[] = "pop.example.org", user[] = "me";
static const struct account account = {.name = name, .server = server, .port = 995, .login.user = user};
static struct check_result result;

static void begin(void)
{
	scratch_enter();
	result = (struct check_result){.account = &account};
}

static void add(const char *fact_name, int64_t number, const char *text)
{
	struct fact fact = {.number = number};

	snprintf(fact.name, sizeof(fact.name), "%s", fact_name);
	snprintf(fact.text, sizeof(fact.text), "%s", text);
	check_result_add_fact(&result, &fact);
}

/* Expects these texts for people and for programs, and frees the report. */
static void expect(const char *text, const char *json)
{
	FILE *out = fopen(scratch_path("json"), "w");
	size_t length;
	char *line, *words;

	fflush(stdout);
	ck_assert_ptr_nonnull(freopen(scratch_path("out"), "w", stdout));
	check_report(&result, false, true);
	fflush(stdout);
	words = scratch_read(scratch_path("out"), &length);
	ck_assert_msg(strstr(words, text) != NULL, "%s", words);
	free(words);
	ck_assert_ptr_nonnull(out);
	jsonl_print(check_json(&result), out);
	fclose(out);
	line = scratch_read(scratch_path("json"), &length);
	ck_assert_msg(strstr(line, json) != NULL, "%s", line);
	free(line);
	check_result_free(&result);
}

START_TEST(a_failed_address_is_listed_before_the_one_that_answered)
{
	add("address.tried", 0, "2001:db8::1");
	add("address.failure", 0, "no connection: Connection refused");
	add("address.tried", 0, "192.0.2.1");
	add("times.connect", 7, "");
	ck_assert_str_eq(check_result_address(&result), "192.0.2.1");
	expect("  no answer     2001:db8::1: no connection: Connection refused\n  address       192.0.2.1\n",
	    "\"used\":\"192.0.2.1\",\"tried\":[{\"address\":\"2001:db8::1\",\"error\":\"no connection: Connection refused\"},"
	    "{\"address\":\"192.0.2.1\",\"error\":null}]}");
}
END_TEST

START_TEST(the_report_names_no_used_address_if_none_answered)
{
	add("address.tried", 0, "192.0.2.1");
	add("address.failure", 0, "no connection");
	add("address.tried", 0, "192.0.2.2");
	ck_assert_ptr_null(check_result_address(&result));
	expect("  no answer     192.0.2.1: no connection\nwork: ", "\"used\":null,");
}
END_TEST

START_TEST(a_report_without_facts_has_all_sections)
{
	expect("work: me at pop.example.org port 995\nwork: all checks passed\n",
	    "{\"mailhaul\":2,\"type\":\"check\",\"account\":\"work\",\"ok\":true,"
	    "\"address\":{\"server\":\"pop.example.org\",\"port\":995,\"used\":null,\"tried\":[]},"
	    "\"times\":{},\"tls\":{},\"certificate\":{\"names\":[]},"
	    "\"capabilities\":{\"before_tls\":[],\"before_login\":[],\"after_login\":[]},\"login\":{\"offered\":[]},"
	    "\"maildrop\":{},\"plan\":{},\"destination\":{},\"state\":{},\"warnings\":[],\"problems\":[]}");
}
END_TEST

START_TEST(a_problem_is_reported_with_its_cause_reply_and_hint)
{
	struct error err;

	error_set(&err, ERROR_NETWORK, "a cause");
	error_server(&err, "their words", 11);
	error_hint(&err, "a hint");
	check_result_add_problem(&result, STEP_LOGIN, &err);
	expect("work: some checks failed\n", "\"ok\":false,");
	check_result_add_problem(&result, STEP_LOGIN, &err);
	expect("",
	    "\"problems\":[{\"step\":\"login\",\"cause\":\"a cause\",\"server_reply\":\"their words\",\"hint\":\"a hint\","
	    "\"temporary\":true}]");
}
END_TEST

START_TEST(the_text_report_shortens_a_long_list_of_names_and_json_does_not)
{
	for (int i = 0; i < 100; i++)
		add("certificate.names", 0, i < 99 ? "a.example" : "z.example");
	add("certificate.subject", 0, "");
	add("certificate.not_after", -1, "");
	expect("a.example and 92 more\n", "\"a.example\",\"z.example\"],\"not_after\":null}");
}
END_TEST

/* The capabilities announced after the login, for example. */
START_TEST(the_last_of_several_equal_facts_wins)
{
	add("maildrop.expire", 0, "30");
	add("maildrop.expire", 0, "never");
	add("maildrop.login_delay", 60, "");
	add("maildrop.login_delay", 0, "");
	expect("  EXPIRE        never\n  LOGIN-DELAY   0 s\n", "\"maildrop\":{\"expire\":\"never\",\"login_delay\":0}");
}
END_TEST

START_TEST(the_summary_has_five_lines)
{
	char *words;
	size_t length;

	add("tls.version", 0, "1.3");
	add("tls.verified", 1, "");
	add("certificate.days_left", 1, "");
	add("tls.recording", 0, "library");
	add("login.mechanism", 0, "PLAIN");
	add("login.channel_binding", 0, "none");
	add("maildrop.messages", 3, "");
	add("maildrop.bytes", 1200, "");
	add("plan.fetch", 1, "");
	add("plan.delete", 2, "");
	add("plan.leave", 1, "");
	add("destination.kind", 0, "maildir");
	add("destination.path", 0, "/mail");
	add("destination.writable", 1, "");
	add("state.readable", 1, "");
	add("state.writable", 1, "");
	add("state.last_run", -1, "");
	fflush(stdout);
	ck_assert_ptr_nonnull(freopen(scratch_path("out"), "w", stdout));
	check_report(&result, false, false);
	words = scratch_read(scratch_path("out"), &length);
	ck_assert_str_eq(words,
	    "work: all checks passed (me at pop.example.org port 995)\n"
	    "  TLS           1.3, certificate accepted, 1 day left\n"
	    "  recordings    not safe from quantum computers: this GnuTLS lacks ML-KEM\n"
	    "  login         PLAIN, not bound to the connection\n"
	    "  maildrop      3 messages, 1.2 kB: fetch 1, delete 2, leave 1\n"
	    "  destination   maildir:/mail, writable, no run yet\n");
	free(words);
	check_result_free(&result);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("check report");
	TCase *c = check_case(s, "check report");

	tcase_add_checked_fixture(c, begin, NULL);
	tcase_add_test(c, a_failed_address_is_listed_before_the_one_that_answered);
	tcase_add_test(c, the_report_names_no_used_address_if_none_answered);
	tcase_add_test(c, a_report_without_facts_has_all_sections);
	tcase_add_test(c, a_problem_is_reported_with_its_cause_reply_and_hint);
	tcase_add_test(c, the_text_report_shortens_a_long_list_of_names_and_json_does_not);
	tcase_add_test(c, the_last_of_several_equal_facts_wins);
	tcase_add_test(c, the_summary_has_five_lines);
	return scratch_main_apart(s);
}
