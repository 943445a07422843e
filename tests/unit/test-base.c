#include "config.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/calendar.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "base/platform.h"
#include "base/step.h"
#include "check_main.h"

static const struct {
	const char *word;
	const char *nearest;
} words[] = {
    {"fetch", "fetch"},
    {"fetsh", "fetch"},
    {"ftech", "fetch"},
    {"fech", "fetch"},
    {"fettch", "fetch"},
    {"statsu", "status"},
    {"password_comand", "password_command"},
    {"pasword", "password"},
    {"x", NULL},
    {"", NULL},
    {"unrelated", NULL},
    {"fxxxh", NULL},
};

START_TEST(a_typo_is_matched_to_the_nearest_name_or_none)
{
	static const char *const names[] = {"status", "fetch", "password", "password_command"};
	const char *found = nearest_name(words[_i].word, names, COUNT(names));

	if (words[_i].nearest)
		ck_assert_str_eq(found, words[_i].nearest);
	else
		ck_assert_ptr_eq(found, NULL);
}
END_TEST

START_TEST(names_and_words_over_64_bytes_are_not_matched)
{
	char longest[65], too_long[66];
	const char *names[2] = {too_long, longest};

	memset(longest, 'n', 64);
	memset(too_long, 'n', 65);
	longest[64] = too_long[65] = '\0';
	ck_assert_ptr_eq(nearest_name(longest, names, 2), longest);
	ck_assert_ptr_eq(nearest_name(too_long, names, 2), NULL);
	ck_assert_ptr_eq(nearest_name("n", names, 0), NULL);
}
END_TEST

START_TEST(the_nearest_name_wins_in_any_position)
{
	static const char *const names[] = {"timeouts", "timeout", "connect_timeout"};

	ck_assert_str_eq(nearest_name("timeot", names, 3), "timeout");
	ck_assert_str_eq(nearest_name("timeots", names, 3), "timeouts");
}
END_TEST

START_TEST(a_swap_of_two_letters_counts_as_one_typo)
{
	static const char *const names[] = {"on"};

	ck_assert_str_eq(nearest_name("no", names, 1), "on");
	ck_assert_ptr_eq(nearest_name("xy", names, 1), NULL);
}
END_TEST

/* FIPS 180-2, appendix B, and the empty text. */
static const struct {
	const char *text;
	int times;
	const char *hex;
} vectors[] = {
    {"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"aaaaaaaaaa", 100000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

START_TEST(the_digest_is_sha_256_and_can_be_reused)
{
	struct digest d;
	unsigned char octets[DIGEST_SIZE];
	char hex[2 * DIGEST_SIZE + 1];

	digest_start(&d);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < vectors[_i].times; i++)
			digest_add(&d, vectors[_i].text, strlen(vectors[_i].text));
		digest_end(&d, octets);
		digest_hex(hex, octets, sizeof(octets));
		ck_assert_str_eq(hex, vectors[_i].hex);
	}
}
END_TEST

START_TEST(hexadecimal_has_two_lowercase_digits_per_byte)
{
	char hex[9];

	digest_hex(hex, (const unsigned char *)"\x00\x0f\xa0\xff", 4);
	ck_assert_str_eq(hex, "000fa0ff");
	digest_hex(hex, NULL, 0);
	ck_assert_str_eq(hex, "");
}
END_TEST

struct recorded_lines {
	int lines;
	enum log_level level;
	char text[4096];
};

static void record_line(void *context, enum log_level level, const char *text)
{
	struct recorded_lines *h = context;

	h->lines++;
	h->level = level;
	strncpy(h->text, text, sizeof(h->text) - 1);
}

START_TEST(a_log_line_is_written_if_its_level_is_enabled)
{
	struct recorded_lines h = {0};
	struct log log = {.level = (enum log_level)_i, .write = record_line, .context = &h};

	for (int level = LOG_QUIET; level <= LOG_WIRE; level++) {
		h = (struct recorded_lines){0};
		log_line(&log, (enum log_level)level, "line %d", level);
		ck_assert_int_eq(h.lines, level <= _i);
		if (h.lines > 0)
			ck_assert_int_eq(h.level, level);
	}
}
END_TEST

START_TEST(a_missing_log_ignores_lines)
{
	struct log log = {.level = LOG_WIRE};

	log_line(NULL, LOG_QUIET, "x");
	log_line(&log, LOG_QUIET, "x");
}
END_TEST

START_TEST(a_log_line_is_one_escaped_line_of_bounded_length)
{
	static char long_text[9000];
	struct recorded_lines h = {0};
	struct log log = {.level = LOG_WIRE, .write = record_line, .context = &h};

	log_line(&log, LOG_WIRE, "S: %s", "a\nb\x1b");
	ck_assert_str_eq(h.text, "S: a\\x0ab\\x1b");
	memset(long_text, '\x01', sizeof(long_text) - 1);
	log_line(&log, LOG_WIRE, "%s", long_text);
	ck_assert_uint_lt(strlen(h.text), 2048);
	ck_assert_str_eq(h.text + strlen(h.text) - 3, "...");
}
END_TEST

struct recorded_fact {
	char name[32], text[LOG_FACT_SIZE];
	int64_t number;
	int facts;
};

static void record_fact(void *context, const char *name, const char *text, int64_t number)
{
	struct recorded_fact *l = context;

	snprintf(l->name, sizeof(l->name), "%s", name);
	snprintf(l->text, sizeof(l->text), "%s", text ? text : "no text");
	l->number = number;
	l->facts++;
}

START_TEST(a_fact_is_an_escaped_text_or_a_number)
{
	static char long_text[9000];
	struct recorded_fact l = {0};
	struct log log = {.level = LOG_QUIET, .fact = record_fact, .context = &l};

	log_fact(&log, "tls.version", "%s", "1\n3");
	ck_assert_str_eq(l.name, "tls.version");
	ck_assert_str_eq(l.text, "1\\x0a3");
	log_number(&log, "days", -3);
	ck_assert_str_eq(l.name, "days");
	ck_assert_str_eq(l.text, "no text");
	ck_assert_int_eq(l.number, -3);
	memset(long_text, '\x01', sizeof(long_text) - 1);
	log_fact(&log, "long", "%s", long_text);
	ck_assert_str_eq(l.text + strlen(l.text) - 3, "...");
	ck_assert_int_eq(l.facts, 3);
}
END_TEST

START_TEST(facts_without_a_receiver_are_dropped)
{
	struct log log = {.level = LOG_WIRE};

	log_fact(NULL, "x", "x");
	log_fact(&log, "x", "x");
	log_number(NULL, "x", 1);
	log_number(&log, "x", 1);
}
END_TEST

START_TEST(memory_is_zeroed_resized_and_never_null)
{
	char *p = memory_zeroed(3, 5);

	for (int i = 0; i < 15; i++)
		ck_assert_int_eq(p[i], 0);
	memcpy(p, "kept", 5);
	p = memory_resize(p, 1000, 10);
	ck_assert_str_eq(p, "kept");
	p = memory_resize(p, 0, 10);
	free(p);
	free(memory_zeroed(0, 0));
	p = memory_copy_string("copy");
	ck_assert_str_eq(p, "copy");
	free(p);
	p = memory_format("%s-%d", "x", 7);
	ck_assert_str_eq(p, "x-7");
	free(p);
}
END_TEST

START_TEST(the_process_writes_no_core_file)
{
	struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
	int status;
	pid_t pid;

	(void)setrlimit(RLIMIT_CORE, &limit);
	pid = fork();
	if (pid == 0) {
		platform_forbid_core_files();
		signal(SIGABRT, SIG_DFL);
		abort();
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && !WCOREDUMP(status));
}
END_TEST

START_TEST(an_md5_digest_covers_the_concatenation_of_both_texts)
{
	char hex[DIGEST_MD5_HEX + 1];

	/* RFC 1939, 7. */
	digest_md5_hex(hex, "<1896.697170952@dbc.mtview.ca.us>", "tanstaaf");
	ck_assert_str_eq(hex, "c4c9334bac560ecc979e58001b3e22fb");
}
END_TEST

START_TEST(the_slow_digest_is_pbkdf2)
{
	unsigned char octets[16];
	char hex[2 * sizeof(octets) + 1];

	/* RFC 7914, 11. */
	digest_slow(octets, sizeof(octets), "passwd", 6, "salt", 1);
	digest_hex(hex, octets, sizeof(octets));
	ck_assert_str_eq(hex, "55ac046e56e3089fec1691c22544b605");
	/* Computed with OpenSSL, for a secret with a NUL. */
	digest_slow(octets, sizeof(octets), "pass\0word", 9, "sa", 4096);
	digest_hex(hex, octets, sizeof(octets));
	ck_assert_str_eq(hex, "ae4c9f60972a440819872379f522f74d");
}
END_TEST

static const struct {
	int64_t seconds, days;
} spans[] = {{0, 0}, {86399, 0}, {86400, 1}, {-1, -1}, {-86400, -1}, {-86401, -2}};

START_TEST(seconds_are_rounded_down_to_whole_days)
{
	ck_assert_int_eq(calendar_days(spans[_i].seconds), spans[_i].days);
}
END_TEST

START_TEST(a_time_is_formatted_in_utc_or_local_time)
{
	char text[CALENDAR_TEXT];

	calendar_second_utc(1795305600, text);
	ck_assert_str_eq(text, "2026-11-22T00:00:00Z");
	ck_assert_int_eq(setenv("TZ", "XXX-2", 1), 0);
	tzset();
	calendar_minute(1795305600, text);
	ck_assert_str_eq(text, "2026-11-22 02:00 +0200");
	calendar_second(1795305600, text);
	ck_assert_str_eq(text, "2026-11-22 02:00:00 +0200");
	calendar_day(1795305600 - 7201, text);
	ck_assert_str_eq(text, "2026-11-21");
	calendar_second_utc(INT64_MAX, text);
	ck_assert_str_eq(text, "?");
}
END_TEST

START_TEST(each_step_is_found_by_its_name)
{
	ck_assert_ptr_null(step_name(STEP_NONE));
	for (enum step s = STEP_START; s <= STEP_REBUILD; s++)
		ck_assert_int_eq(step_find(step_name(s)), s);
	ck_assert_ptr_null(step_name((enum step)(STEP_REBUILD + 1)));
	ck_assert_int_eq(step_find("nothing"), STEP_NONE);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base");
	TCase *c = check_case(s, "calendar");

	LOOP_OVER(c, seconds_are_rounded_down_to_whole_days, spans);
	tcase_add_test(c, a_time_is_formatted_in_utc_or_local_time);
	c = check_case(s, "nearest");

	LOOP_OVER(c, a_typo_is_matched_to_the_nearest_name_or_none, words);
	tcase_add_test(c, names_and_words_over_64_bytes_are_not_matched);
	tcase_add_test(c, the_nearest_name_wins_in_any_position);
	tcase_add_test(c, a_swap_of_two_letters_counts_as_one_typo);
	c = check_case(s, "core files");
	tcase_add_test(c, the_process_writes_no_core_file);
	c = check_case(s, "digest");
	LOOP_OVER(c, the_digest_is_sha_256_and_can_be_reused, vectors);
	tcase_add_test(c, an_md5_digest_covers_the_concatenation_of_both_texts);
	tcase_add_test(c, the_slow_digest_is_pbkdf2);
	tcase_add_test(c, hexadecimal_has_two_lowercase_digits_per_byte);
	c = check_case(s, "log");
	tcase_add_loop_test(c, a_log_line_is_written_if_its_level_is_enabled, LOG_QUIET, LOG_WIRE + 1);
	tcase_add_test(c, a_missing_log_ignores_lines);
	tcase_add_test(c, a_fact_is_an_escaped_text_or_a_number);
	tcase_add_test(c, facts_without_a_receiver_are_dropped);
	tcase_add_test(c, a_log_line_is_one_escaped_line_of_bounded_length);
	c = check_case(s, "memory");
	tcase_add_test(c, memory_is_zeroed_resized_and_never_null);
	c = check_case(s, "step");
	tcase_add_test(c, each_step_is_found_by_its_name);
	return check_main(s);
}
