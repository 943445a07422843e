#include "config.h"

#include "check_main.h"
#include "policy/plan.h"

static const struct retention_clock now = {.now = 1700000000, .last_seen = 1690000000};

enum { ENTRIES = 6, LIMIT = 1000 };
#define ANY UINT64_MAX
#define NONE                                                                                                           \
	{                                                                                                              \
		ANY, ANY, false                                                                                        \
	}

/*
 * In the server's order: new, delivered, new, too large, new, delivered long ago. The sizes are powers of two, so
 * that a sum shows what it consists of.
 */
static void fill(struct plan *p)
{
	static const struct plan_entry listing[ENTRIES] = {
	    {.number = 1, .octets = 1, .uid = "a"},
	    {.number = 2, .octets = 2, .uid = "b", .known = {.delivered = true, .when = 1699999999}},
	    {.number = 3, .octets = 4, .uid = "c"},
	    {.number = 4, .octets = 2048, .uid = "d"},
	    {.number = 5, .octets = 16, .uid = "e"},
	    {.number = 6, .octets = 32, .uid = "f", .known = {.delivered = true, .when = 1}},
	};

	plan_make(p, ENTRIES);
	for (size_t i = 0; i < ENTRIES; i++)
		p->entries[i] = listing[i];
}

static const struct {
	enum retention_mode mode;
	bool newest_first;
	struct plan_limits limits;
	const char *actions; /* in the plan's order: f fetch, F fetch and delete, d delete, . leave, 0 limit reached */
	struct plan_summary want;
} plans[] = {
    {RETENTION_FOREVER, false, NONE, "f.f.f.", {.fetch = 3, .leave = 3, .fetch_octets = 21}},
    {RETENTION_FOREVER, true, NONE, ".f.f.f", {.fetch = 3, .leave = 3, .fetch_octets = 21}},
    {RETENTION_NONE, false, NONE, "FdF.Fd", {.fetch = 3, .erase = 2, .leave = 1, .fetch_octets = 21}},
    {RETENTION_AGE, false, NONE, "f.f.fd", {.fetch = 3, .erase = 1, .leave = 2, .fetch_octets = 21}},
    {RETENTION_AGE, true, NONE, "df.f.f", {.fetch = 3, .erase = 1, .leave = 2, .fetch_octets = 21}},
    {RETENTION_FOREVER, false, {1, ANY, false}, "f.0.0.", {.fetch = 1, .leave = 5, .fetch_octets = 1}},
    {RETENTION_FOREVER, true, {1, ANY, false}, ".f.0.0", {.fetch = 1, .leave = 5, .fetch_octets = 16}},
    {RETENTION_FOREVER, false, {2, ANY, false}, "f.f.0.", {.fetch = 2, .leave = 4, .fetch_octets = 5}},
    {RETENTION_FOREVER, false, {3, ANY, false}, "f.f.f.", {.fetch = 3, .leave = 3, .fetch_octets = 21}},
    {RETENTION_NONE, false, {0, ANY, false}, "0d0.0d", {.erase = 2, .leave = 4}},
    {RETENTION_NONE, false, {1, ANY, false}, "Fd0.0d", {.fetch = 1, .erase = 2, .leave = 3, .fetch_octets = 1}},
    {RETENTION_FOREVER, false, {ANY, 21, false}, "f.f.f.", {.fetch = 3, .leave = 3, .fetch_octets = 21}},
    {RETENTION_FOREVER, false, {ANY, 20, false}, "f.f.0.", {.fetch = 2, .leave = 4, .fetch_octets = 5}},
    {RETENTION_FOREVER, false, {ANY, 4, false}, "f.0.0.", {.fetch = 1, .leave = 5, .fetch_octets = 1}},
    {RETENTION_FOREVER, true, {ANY, 4, false}, ".f.0.0", {.fetch = 1, .leave = 5, .fetch_octets = 16}},
    {RETENTION_FOREVER, true, {ANY, 4, true}, ".0.0.0", {.leave = 6}},
    {RETENTION_FOREVER, false, {ANY, 0, true}, "0.0.0.", {.leave = 6}},
    {RETENTION_FOREVER, false, {2, 4, true}, "f.0.0.", {.fetch = 1, .leave = 5, .fetch_octets = 1}},
};

static char action_letter(struct retention_decision d)
{
	static const char letters[] = {
	    [RETENTION_FETCH] = 'f',
	    [RETENTION_FETCH_AND_DELETE] = 'F',
	    [RETENTION_LEAVE] = '.',
	    [RETENTION_DELETE] = 'd',
	};

	if (d.reason == REASON_LIMIT && d.action == RETENTION_LEAVE)
		return '0';
	return letters[d.action];
}

START_TEST(a_listing_becomes_a_plan)
{
	struct retention_rule rule = {.mode = plans[_i].mode, .age = 30 * 86400, .max_octets = LIMIT};
	struct plan p;
	char actions[ENTRIES + 1] = "";

	fill(&p);
	plan_decide(&p, &rule, &now, plans[_i].newest_first, &plans[_i].limits);
	for (size_t i = 0; i < ENTRIES; i++) {
		actions[i] = action_letter(p.entries[i].decision);
		ck_assert_uint_eq(p.entries[i].number, plans[_i].newest_first ? ENTRIES - i : i + 1);
	}
	ck_assert_str_eq(actions, plans[_i].actions);
	ck_assert_uint_eq(p.summary.fetch, plans[_i].want.fetch);
	ck_assert_uint_eq(p.summary.erase, plans[_i].want.erase);
	ck_assert_uint_eq(p.summary.leave, plans[_i].want.leave);
	ck_assert_uint_eq(p.summary.fetch_octets, plans[_i].want.fetch_octets);
	plan_free(&p);
}
END_TEST

/* A message that is too large, or that --keep leaves, does not use up the run's number of messages. */
START_TEST(messages_that_stay_on_the_server_do_not_count_against_the_limit)
{
	struct retention_rule rule = {.mode = RETENTION_FOREVER, .max_octets = 10};
	struct plan p;

	plan_make(&p, 3);
	p.entries[0] = (struct plan_entry){.number = 1, .octets = 11, .uid = "a"};
	p.entries[1] = (struct plan_entry){.number = 2, .octets = 10, .uid = "b"};
	p.entries[2] = (struct plan_entry){.number = 3, .octets = 11, .uid = "c"};
	plan_decide(&p, &rule, &now, false, &(struct plan_limits){1, ANY, false});
	ck_assert_uint_eq(p.summary.fetch, 1);
	ck_assert_int_eq(p.entries[1].decision.action, RETENTION_FETCH);
	ck_assert_int_eq(p.entries[2].decision.reason, REASON_TOO_LARGE_UNREPORTED);
	ck_assert_uint_eq(p.summary.unreported, 2);
	plan_free(&p);
}
END_TEST

START_TEST(an_uncertain_message_stays_on_the_server)
{
	struct retention_rule rule = {.mode = RETENTION_NONE};
	struct plan p;

	plan_make(&p, 2);
	p.entries[0] = (struct plan_entry){.number = 1, .uid = " unknown:1", .unsure = true};
	p.entries[1] = (struct plan_entry){.number = 2, .uid = "b"};
	plan_decide(&p, &rule, &now, false, &(struct plan_limits)NONE);
	ck_assert_int_eq(p.entries[0].decision.action, RETENTION_LEAVE);
	ck_assert_uint_eq(p.summary.fetch, 1);
	ck_assert_uint_eq(p.summary.unsure, 1);
	ck_assert_uint_eq(p.summary.unreported, 0);
	plan_free(&p);
}
END_TEST

START_TEST(messages_at_which_the_connection_broke_come_last)
{
	static const uint32_t want[2][ENTRIES] = {{2, 4, 5, 6, 1, 3}, {6, 5, 4, 2, 3, 1}};
	struct retention_rule rule = {.mode = RETENTION_FOREVER};
	struct plan p;

	fill(&p);
	p.entries[0].broke = p.entries[2].broke = true;
	p.broke = 2;
	plan_decide(&p, &rule, &now, _i == 1, &(struct plan_limits)NONE);
	for (size_t i = 0; i < ENTRIES; i++)
		ck_assert_uint_eq(p.entries[i].number, want[_i][i]);
	plan_free(&p);
}
END_TEST

START_TEST(the_message_with_the_latest_broken_connection_comes_last)
{
	static const uint32_t want[ENTRIES] = {2, 4, 5, 3, 6, 1};
	struct retention_rule rule = {.mode = RETENTION_FOREVER};
	struct plan p;

	fill(&p);
	p.entries[0].broke = p.entries[2].broke = p.entries[5].broke = true;
	p.entries[0].broke_at = 9;
	p.entries[2].broke_at = p.entries[5].broke_at = 7;
	p.broke = 3;
	plan_decide(&p, &rule, &now, false, &(struct plan_limits)NONE);
	for (size_t i = 0; i < ENTRIES; i++)
		ck_assert_uint_eq(p.entries[i].number, want[i]);
	plan_free(&p);
}
END_TEST

START_TEST(a_failed_message_does_not_use_up_the_limit_of_others)
{
	struct retention_rule rule = {.mode = RETENTION_FOREVER};
	struct plan p;

	fill(&p);
	p.entries[0].failed = true;
	p.broke = 1;
	plan_decide(&p, &rule, &now, false, &(struct plan_limits){1, ANY, false});
	ck_assert_uint_eq(p.entries[1].number, 3);
	ck_assert_int_eq(p.entries[1].decision.action, RETENTION_FETCH);
	ck_assert_uint_eq(p.entries[5].number, 1);
	ck_assert_int_eq(p.entries[5].decision.reason, REASON_LIMIT);
	ck_assert(!plan_put_aside(&p, 6));
	plan_free(&p);
}
END_TEST

static void plan_two(struct plan *p, enum retention_mode mode)
{
	struct retention_rule rule = {.mode = mode};

	plan_make(p, 2);
	p->entries[0] = (struct plan_entry){.number = 1, .octets = 10, .uid = "a", .broke = true, .broke_at = 5};
	p->entries[1] = (struct plan_entry){.number = 2, .octets = 20, .uid = "b"};
	p->broke = 1;
	plan_decide(p, &rule, &now, false, &(struct plan_limits)NONE);
}

START_TEST(a_message_that_broke_an_earlier_run_is_put_aside_if_another_is_deleted)
{
	struct plan p;

	plan_two(&p, RETENTION_NONE);
	ck_assert(plan_put_aside(&p, 6));
	ck_assert_int_eq(p.entries[0].decision.action, RETENTION_FETCH_AND_DELETE);
	ck_assert_int_eq(p.entries[1].decision.reason, REASON_BROKE);
	ck_assert_uint_eq(p.summary.fetch, 1);
	ck_assert_uint_eq(p.summary.fetch_octets, 20);
	ck_assert_uint_eq(p.summary.leave, 1);
	ck_assert(!plan_put_aside(&p, 6));
	plan_free(&p);
}
END_TEST

START_TEST(a_message_is_not_put_aside_if_it_broke_this_run_or_if_all_stay)
{
	struct plan p;

	plan_two(&p, RETENTION_NONE);
	ck_assert(!plan_put_aside(&p, 5));
	plan_free(&p);
	plan_two(&p, RETENTION_FOREVER);
	ck_assert(!plan_put_aside(&p, 6));
	ck_assert_uint_eq(p.summary.fetch, 2);
	plan_free(&p);
}
END_TEST

START_TEST(a_part_of_a_plan_contains_its_first_deletions)
{
	struct retention_rule rule = {.mode = RETENTION_NONE, .max_octets = LIMIT};
	struct plan p;

	fill(&p);
	plan_decide(&p, &rule, &now, false, &(struct plan_limits){0, ANY, false});
	ck_assert(!plan_take_part(&p, 2));
	ck_assert_uint_eq(p.summary.erase, 2);
	ck_assert(plan_take_part(&p, 1));
	ck_assert_int_eq(p.entries[1].decision.action, RETENTION_DELETE);
	ck_assert_int_eq(p.entries[5].decision.action, RETENTION_LEAVE);
	ck_assert_uint_eq(p.summary.erase, 1);
	ck_assert_uint_eq(p.summary.leave, 5);
	plan_free(&p);
}
END_TEST

START_TEST(newest_first_reverses_any_number_of_entries)
{
	struct retention_rule rule = {.mode = RETENTION_FOREVER};
	struct plan p;

	plan_make(&p, (size_t)_i);
	for (uint32_t i = 0; i < (uint32_t)_i; i++)
		p.entries[i] = (struct plan_entry){.number = i + 1, .uid = "x"};
	plan_decide(&p, &rule, &now, true, &(struct plan_limits)NONE);
	for (uint32_t i = 0; i < (uint32_t)_i; i++)
		ck_assert_uint_eq(p.entries[i].number, (uint32_t)_i - i);
	ck_assert_uint_eq(p.summary.fetch, (size_t)_i);
	plan_free(&p);
	ck_assert_ptr_null(p.entries);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("plan");
	TCase *c = check_case(s, "plan");

	LOOP_OVER(c, a_listing_becomes_a_plan, plans);
	tcase_add_test(c, messages_that_stay_on_the_server_do_not_count_against_the_limit);
	tcase_add_test(c, an_uncertain_message_stays_on_the_server);
	tcase_add_loop_test(c, messages_at_which_the_connection_broke_come_last, 0, 2);
	tcase_add_test(c, the_message_with_the_latest_broken_connection_comes_last);
	tcase_add_test(c, a_failed_message_does_not_use_up_the_limit_of_others);
	tcase_add_test(c, a_message_that_broke_an_earlier_run_is_put_aside_if_another_is_deleted);
	tcase_add_test(c, a_message_is_not_put_aside_if_it_broke_this_run_or_if_all_stay);
	tcase_add_test(c, a_part_of_a_plan_contains_its_first_deletions);
	tcase_add_loop_test(c, newest_first_reverses_any_number_of_entries, 0, 5);
	return check_main(s);
}
