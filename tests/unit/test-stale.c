#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/platform.h"
#include "check_main.h"
#include "scratch.h"
#include "store/stale.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, NEVER = -1 };

static const struct {
	struct stale_facts facts;
	bool stale;
} locks[] = {
    {{STALE_DEAD, 0, DAY, NEVER}, true},
    {{STALE_DEAD, 5, NEVER, NEVER}, true},
    /* A process of this host: as long as it can be the one that made the lock. */
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
    /* Another host's: when it was started, and since when this one runs, does not matter. */
    {{STALE_FOREIGN, 0, DAY, NEVER}, false},
    {{STALE_FOREIGN, 50 * MINUTE, MINUTE, NEVER}, false},
    {{STALE_FOREIGN, HOUR, DAY, NEVER}, true},
    {{STALE_FOREIGN, 7 * DAY, NEVER, NEVER}, true},
    {{STALE_UNKNOWN, 0, DAY, NEVER}, false},
    {{STALE_UNKNOWN, 290, MINUTE, NEVER}, false},
    {{STALE_UNKNOWN, 300, DAY, NEVER}, true},
};

START_TEST(a_lock_is_stale_when_its_owner_cannot_be_there_any_more)
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

/* %d: a dead process; %s: this host; %c: a living process. */
static const struct {
	const char *content;
	enum stale_owner owner;
} owners[] = {
    {"%d:%s\n", STALE_DEAD},
    {"%d:%s", STALE_DEAD},
    {"%c:%s\n", STALE_ALIVE},
    {"%d:another-host.invalid\n", STALE_FOREIGN},
    {"%c:another-host.invalid\n", STALE_FOREIGN},
    {"%d", STALE_UNKNOWN},
    {"", STALE_UNKNOWN},
    {"0", STALE_UNKNOWN},
    {"1:%s\n", STALE_UNKNOWN},
    {"-5:%s\n", STALE_UNKNOWN},
    {"no number:%s\n", STALE_UNKNOWN},
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
		else
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%ld", (long)(*content == 'd' ? scratch_dead_pid() : living));
	}
	scratch_write(scratch_path("lock"), text, used);
}

static void nothing(void *context)
{
	(void)context;
}

START_TEST(a_lock_tells_whose_it_is)
{
	struct scratch_child living;
	struct stale_facts facts;
	struct stat st;

	scratch_hold(&living, nothing, NULL);
	write_lock(owners[_i].content, living.pid);
	ck_assert(stale_read(scratch_path("lock"), (int64_t)time(NULL), &facts, &st));
	ck_assert_int_eq(facts.owner, owners[_i].owner);
	if (facts.owner == STALE_ALIVE && platform_uptime() >= 0)
		ck_assert_int_lt(facts.process_age, 60);
	scratch_release(&living);
}
END_TEST

/* A clock that was ahead leaves times that are to come. */
START_TEST(the_age_of_a_lock_is_its_distance_from_now)
{
	struct timespec times[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
	struct stale_facts facts;
	struct stat st;

	write_lock("", 0);
	ck_assert_int_eq(utimensat(AT_FDCWD, scratch_path("lock"), times, 0), 0);
	ck_assert(stale_read(scratch_path("lock"), 1000050, &facts, &st));
	ck_assert_int_eq(facts.age, 50);
	ck_assert(stale_read(scratch_path("lock"), 999900, &facts, &st));
	ck_assert_int_eq(facts.age, 100);
}
END_TEST

START_TEST(no_lock_has_no_facts)
{
	struct stale_facts facts;
	struct stat st;

	ck_assert(!stale_read(scratch_path("lock"), 0, &facts, &st));
}
END_TEST

START_TEST(our_own_text_names_process_and_host)
{
	char text[STALE_TEXT], host[256], want[STALE_TEXT];

	ck_assert_int_eq(gethostname(host, sizeof(host)), 0);
	snprintf(want, sizeof(want), "%ld:%s\n", (long)getpid(), host);
	ck_assert_int_eq(stale_our_text(text), (int)strlen(want));
	ck_assert_str_eq(text, want);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("stale");
	TCase *decide = scratch_case(s, "decision"), *look = scratch_case(s, "facts");

	LOOP_OVER(decide, a_lock_is_stale_when_its_owner_cannot_be_there_any_more, locks);
	LOOP_OVER(decide, only_the_lock_of_a_dead_process_needs_no_watch, locks);
	LOOP_OVER(look, a_lock_tells_whose_it_is, owners);
	tcase_add_test(look, the_age_of_a_lock_is_its_distance_from_now);
	tcase_add_test(look, no_lock_has_no_facts);
	tcase_add_test(look, our_own_text_names_process_and_host);
	return scratch_main(s);
}
