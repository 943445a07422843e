#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/platform.h"
#include "check_main.h"
#include "scratch.h"
#include "fs/stale.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, NEVER = -1 };

static const struct {
	struct stale_facts facts;
	bool stale;
} locks[] = {
    {{STALE_DEAD, 0, DAY, NEVER}, true},
    {{STALE_DEAD, 5, NEVER, NEVER}, true},
    {{STALE_DEAD, -5, NEVER, NEVER}, true},
    {{STALE_RUNNING, 0, DAY, NEVER}, false},
    {{STALE_RUNNING, 25 * HOUR, HOUR, NEVER}, false},
    {{STALE_RUNNING, -25 * HOUR, DAY, NEVER}, false},
    /*
     * No process is visible to us: it may be in another container, unless the lock is older than the machine's
     * start.
     */
    {{STALE_ABSENT, 0, DAY, NEVER}, false},
    {{STALE_ABSENT, 290, DAY, NEVER}, false},
    {{STALE_ABSENT, 290, NEVER, NEVER}, false},
    {{STALE_ABSENT, 300, DAY, NEVER}, true},
    {{STALE_ABSENT, 290, 4 * MINUTE, NEVER}, true},
    /* A process of this host counts as long as it may have created the lock. */
    {{STALE_ALIVE, 0, DAY, 0}, false},
    {{STALE_ALIVE, HOUR, DAY, 2 * HOUR}, false},
    {{STALE_ALIVE, HOUR, DAY, HOUR - 5}, false},
    {{STALE_ALIVE, HOUR, DAY, HOUR - MINUTE}, true},
    {{STALE_ALIVE, HOUR, HOUR - 5, NEVER}, false},
    {{STALE_ALIVE, HOUR, HOUR - MINUTE, NEVER}, true},
    {{STALE_ALIVE, 23 * HOUR, 9 * DAY, 9 * DAY}, false},
    {{STALE_ALIVE, 25 * HOUR, 9 * DAY, 9 * DAY}, true},
    {{STALE_ALIVE, 23 * HOUR, NEVER, NEVER}, false},
    {{STALE_ALIVE, 25 * HOUR, NEVER, NEVER}, true},
    /* For another host's lock, the process's start and this machine's uptime do not matter. */
    {{STALE_FOREIGN, 0, DAY, NEVER}, false},
    {{STALE_FOREIGN, 50 * MINUTE, MINUTE, NEVER}, false},
    {{STALE_FOREIGN, HOUR, DAY, NEVER}, true},
    {{STALE_FOREIGN, 7 * DAY, NEVER, NEVER}, true},
    {{STALE_UNKNOWN, 0, DAY, NEVER}, false},
    {{STALE_UNKNOWN, 290, MINUTE, NEVER}, false},
    {{STALE_UNKNOWN, 300, DAY, NEVER}, true},
    /* A time in the future: the clock was set back, unless the difference is too large for that. */
    {{STALE_ABSENT, -10 * MINUTE, MINUTE, NEVER}, false},
    {{STALE_ALIVE, -MINUTE, DAY, 0}, false},
    {{STALE_ALIVE, -2 * HOUR, HOUR, 0}, false},
    {{STALE_FOREIGN, -2 * HOUR, DAY, NEVER}, false},
    {{STALE_UNKNOWN, -10 * MINUTE, DAY, NEVER}, false},
    {{STALE_ABSENT, -DAY, DAY, NEVER}, true},
    {{STALE_ALIVE, -DAY, DAY, 0}, true},
    {{STALE_FOREIGN, -7 * DAY, DAY, NEVER}, true},
    {{STALE_UNKNOWN, -DAY, DAY, NEVER}, true},
};

START_TEST(a_lock_is_stale_if_its_owner_can_no_longer_exist)
{
	ck_assert_int_eq(stale_by(&locks[_i].facts), locks[_i].stale);
}
END_TEST

START_TEST(only_the_lock_of_a_dead_process_needs_no_watch)
{
	const struct stale_facts *facts = &locks[_i].facts;

	ck_assert_int_eq(stale_needs_watch(facts), facts->owner != STALE_DEAD);
}
END_TEST

/* Contents of a lock. %d: a dead process; %s: this host; %c: a living process; %o: this one; %z: a NUL. */
static const struct {
	const char *content;
	enum stale_owner owner;
} owners[] = {
    {"%d:%s\n", STALE_ABSENT},
    {"%d:%s", STALE_ABSENT},
    {" %d:%s\n", STALE_ABSENT},
    {"%d:%s\r\n", STALE_ABSENT},
    {"%o:%s\n", STALE_ABSENT},
    {"%c:%s\n", STALE_ALIVE},
    {"%c %s\n", STALE_ALIVE},
    {"1:%s\n", STALE_ALIVE},
    {"%d:another-host.invalid\n", STALE_FOREIGN},
    {"%c:another-host.invalid\n", STALE_FOREIGN},
    {"%c another-host.invalid", STALE_FOREIGN},
    /* Contents that most programs write. */
    {"%c\n", STALE_ALIVE},
    {"%c", STALE_ALIVE},
    {"  %c\n", STALE_ALIVE},
    {"%c:\n", STALE_ALIVE},
    {"%d\n", STALE_UNKNOWN},
    {"%d", STALE_UNKNOWN},
    {"%o", STALE_UNKNOWN},
    {"", STALE_UNKNOWN},
    {"0", STALE_UNKNOWN},
    {"0:%s\n", STALE_UNKNOWN},
    {"-5:%s\n", STALE_UNKNOWN},
    {"4294967297:%s\n", STALE_UNKNOWN},
    {"99999999999999999999:%s\n", STALE_UNKNOWN},
    {"%c-x", STALE_UNKNOWN},
    {"no number:%s\n", STALE_UNKNOWN},
    /* The mark of a mailhaul elsewhere, or a broken mark: the numbers prove nothing. */
    {"%c:%s%z4711 another space\n", STALE_ABSENT},
    {"%d:%s%z4711 another space\n", STALE_ABSENT},
    {"%d:another-host.invalid%z4711 another space\n", STALE_FOREIGN},
    {"%c:%s%z\n", STALE_ABSENT},
    {"%c:%s%z", STALE_ALIVE},
};

static void write_lock(const char *content, pid_t living)
{
	char text[512], host[256];
	size_t used = 0;

	ck_assert_int_eq(gethostname(host, sizeof(host)), 0);
	for (; *content; content++) {
		if (*content != '%')
			text[used++] = *content;
		else if (*++content == 's')
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s", host);
		else if (*content == 'z')
			text[used++] = '\0';
		else
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%ld",
			    (long)(*content == 'd'    ? scratch_dead_pid()
				    : *content == 'o' ? getpid()
						      : living));
	}
	scratch_write(scratch_path("lock"), text, used);
}

static void nothing(void *context)
{
	(void)context;
}

START_TEST(a_lock_identifies_its_owner)
{
	struct scratch_child living;
	struct stale_facts facts;
	struct stat st;

	scratch_hold(&living, nothing, NULL);
	write_lock(owners[_i].content, living.pid);
	ck_assert(stale_read(scratch_path("lock"), (int64_t)time(NULL), &facts, &st));
	ck_assert_int_eq(facts.owner, owners[_i].owner);
	if (facts.owner == STALE_ALIVE && owners[_i].content[0] != '1' && platform_uptime() >= 0)
		ck_assert_int_lt(facts.process_age, 60);
	scratch_release(&living);
}
END_TEST

START_TEST(a_future_time_is_a_negative_age)
{
	struct timespec times[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
	struct stale_facts facts;
	struct stat st;

	write_lock("", 0);
	ck_assert_int_eq(utimensat(AT_FDCWD, scratch_path("lock"), times, 0), 0);
	ck_assert(stale_read(scratch_path("lock"), 1000050, &facts, &st));
	ck_assert_int_eq(facts.age, 50);
	ck_assert(stale_read(scratch_path("lock"), 999900, &facts, &st));
	ck_assert_int_eq(facts.age, -100);
}
END_TEST

static void leave_ours(void *context)
{
	char text[STALE_TEXT];
	size_t length = (size_t)stale_our_text(text);

	(void)context;
	scratch_write(scratch_path("lock"), text, length);
}

static enum stale_owner read_owner(void)
{
	struct stale_facts facts;
	struct stat st;

	ck_assert(stale_read(scratch_path("lock"), (int64_t)time(NULL), &facts, &st));
	return facts.owner;
}

/* Changes digits of our own text, in the start time after the NUL. */
static void change_start(void)
{
	size_t length;
	char *text = scratch_read(scratch_path("lock"), &length), *start = text + strlen(text) + 1;

	*start = *start == '9' ? '8' : '9';
	scratch_write(scratch_path("lock"), text, length);
	free(text);
}

START_TEST(our_lock_text_shows_whether_its_process_is_running)
{
	struct scratch_child other;
	char space[PLATFORM_PID_SPACE];

	if (!platform_pid_space(space))
		return;
	scratch_hold(&other, leave_ours, NULL);
	ck_assert_int_eq(read_owner(), STALE_RUNNING);
	change_start(); /* another process now has its PID */
	ck_assert_int_eq(read_owner(), STALE_DEAD);
	scratch_release(&other);
	scratch_hold(&other, leave_ours, NULL);
	scratch_release(&other);
	ck_assert_int_eq(read_owner(), STALE_DEAD);
	leave_ours(NULL);
	ck_assert_int_eq(read_owner(), STALE_DEAD);
	change_start();
	ck_assert_int_eq(read_owner(), STALE_DEAD);
}
END_TEST

START_TEST(a_missing_lock_has_no_facts)
{
	struct stale_facts facts;
	struct stat st;

	ck_assert(!stale_read(scratch_path("lock"), 0, &facts, &st));
}
END_TEST

START_TEST(our_lock_text_names_the_process_and_the_host)
{
	char text[STALE_TEXT], host[256], want[STALE_TEXT];

	ck_assert_int_eq(gethostname(host, sizeof(host)), 0);
	snprintf(want, sizeof(want), "%ld:%s", (long)getpid(), host);
	ck_assert_int_gt(stale_our_text(text), (int)strlen(want));
	text[strcspn(text, "\n")] = '\0';
	ck_assert_str_eq(text, want);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("stale");
	TCase *decide = scratch_case(s, "decision"), *reading = scratch_case(s, "facts");

	LOOP_OVER(decide, a_lock_is_stale_if_its_owner_can_no_longer_exist, locks);
	LOOP_OVER(decide, only_the_lock_of_a_dead_process_needs_no_watch, locks);
	LOOP_OVER(reading, a_lock_identifies_its_owner, owners);
	tcase_add_test(reading, a_future_time_is_a_negative_age);
	tcase_add_test(reading, our_lock_text_shows_whether_its_process_is_running);
	tcase_add_test(reading, a_missing_lock_has_no_facts);
	tcase_add_test(reading, our_lock_text_names_the_process_and_the_host);
	return scratch_main(s);
}
