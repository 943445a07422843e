#include "config.h"

#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "policy/refusals.h"
#include "policy/retention.h"

/*
 * The complete table of the policy. Every combination of these values is tried. A row of `rows` covers the
 * combinations that match all its columns, and exactly one row has to cover each combination.
 */
enum policy { FOREVER = 1, NO = 2, DAYS = 4 };
enum age { ZERO = 1, SHORT = 2, EXACT = 4, LONG = 8 };
enum size { UNLIMITED = 1, UNDER = 2, AT = 4, OVER = 8 };
enum past { UNKNOWN = 1, DELIVERED = 2 };
enum reported { UNREPORTED = 1, REPORTED = 2 };
enum clock { NORMAL = 1, BEFORE_DELIVERY = 2, BEFORE_LAST_RUN = 4 };
enum keep { MAY_DELETE = 1, KEEP = 2, HOLD = 4 };
enum evidence { SURE = 1, DOUBT = 2 };
enum end { ENDS = 1, GREW = 2, GREW_MORE = 4 }; /* size beyond MOST, and beyond what any message may have */
enum { ANY = 255, FITS = UNLIMITED | UNDER | AT };

static const struct row {
	unsigned past, policy, size, reported, clock, age, keep, evidence, end;
	enum retention_action action;
	enum retention_reason reason;
} rows[] = {
    {UNKNOWN, ANY, OVER, UNREPORTED, ANY, ANY, ANY, ANY, ANY, RETENTION_LEAVE, REASON_TOO_LARGE_UNREPORTED},
    {UNKNOWN, ANY, OVER, REPORTED, ANY, ANY, ANY, ANY, ANY, RETENTION_LEAVE, REASON_TOO_LARGE},
    {UNKNOWN, FOREVER | DAYS, FITS, ANY, ANY, ANY, ANY, ANY, ENDS, RETENTION_FETCH, REASON_NEW},
    {UNKNOWN, NO, FITS, ANY, ANY, ANY, MAY_DELETE | HOLD, ANY, ENDS, RETENTION_FETCH_AND_DELETE, REASON_NEW},
    {UNKNOWN, NO, FITS, ANY, ANY, ANY, KEEP, ANY, ENDS, RETENTION_FETCH, REASON_NEW},
    {UNKNOWN, FOREVER | DAYS, UNLIMITED, ANY, ANY, ANY, ANY, ANY, GREW, RETENTION_FETCH, REASON_NEW},
    {UNKNOWN, NO, UNLIMITED, ANY, ANY, ANY, MAY_DELETE | HOLD, ANY, GREW, RETENTION_FETCH_AND_DELETE, REASON_NEW},
    {UNKNOWN, NO, UNLIMITED, ANY, ANY, ANY, KEEP, ANY, GREW, RETENTION_FETCH, REASON_NEW},
    {UNKNOWN, ANY, UNDER | AT, ANY, ANY, ANY, ANY, ANY, GREW, RETENTION_LEAVE, REASON_OUTGROWN},
    {UNKNOWN, ANY, FITS, ANY, ANY, ANY, ANY, ANY, GREW_MORE, RETENTION_LEAVE, REASON_OUTGROWN},
    {DELIVERED, NO, ANY, ANY, ANY, ANY, ANY, DOUBT, ANY, RETENTION_LEAVE, REASON_INCOMPLETE},
    {DELIVERED, DAYS, ANY, ANY, NORMAL, EXACT | LONG, ANY, DOUBT, ANY, RETENTION_LEAVE, REASON_INCOMPLETE},
    {DELIVERED, FOREVER, ANY, ANY, ANY, ANY, ANY, ANY, ANY, RETENTION_LEAVE, REASON_FOREVER},
    {DELIVERED, NO, ANY, ANY, ANY, ANY, MAY_DELETE, SURE, ANY, RETENTION_DELETE, REASON_SAFE},
    {DELIVERED, NO, ANY, ANY, ANY, ANY, KEEP, SURE, ANY, RETENTION_LEAVE, REASON_KEEP},
    {DELIVERED, NO, ANY, ANY, ANY, ANY, HOLD, SURE, ANY, RETENTION_LEAVE, REASON_HELD},
    {DELIVERED, DAYS, ANY, ANY, NORMAL, ZERO | SHORT, ANY, ANY, ANY, RETENTION_LEAVE, REASON_YOUNG},
    {DELIVERED, DAYS, ANY, ANY, NORMAL, EXACT | LONG, MAY_DELETE, SURE, ANY, RETENTION_DELETE, REASON_OLD},
    {DELIVERED, DAYS, ANY, ANY, NORMAL, EXACT | LONG, KEEP, SURE, ANY, RETENTION_LEAVE, REASON_KEEP},
    {DELIVERED, DAYS, ANY, ANY, NORMAL, EXACT | LONG, HOLD, SURE, ANY, RETENTION_LEAVE, REASON_HELD},
    {DELIVERED, DAYS, ANY, ANY, BEFORE_DELIVERY, ANY, ANY, ANY, ANY, RETENTION_LEAVE, REASON_CLOCK},
    {DELIVERED, DAYS, ANY, ANY, BEFORE_LAST_RUN, ANY, ANY, ANY, ANY, RETENTION_LEAVE, REASON_CLOCK},
};

enum { DAY = 86400, MOST = 1000000 };

static const int64_t delivery = 1700000000;

struct combination {
	unsigned policy, age, size, past, reported, clock, keep, evidence, end;
};

/* Returns the combination with a number from 0 to COMBINATIONS - 1. */
static struct combination combination_at(unsigned number)
{
	struct combination c;

	c.policy = 1U << number % 3;
	number /= 3;
	c.age = 1U << number % 4;
	number /= 4;
	c.size = 1U << number % 4;
	number /= 4;
	c.past = 1U << number % 2;
	number /= 2;
	c.reported = 1U << number % 2;
	number /= 2;
	c.keep = 1U << number % 3;
	number /= 3;
	c.clock = 1U << number % 3;
	number /= 3;
	c.evidence = 1U << number % 2;
	number /= 2;
	c.end = 1U << number % 3;
	return c;
}

enum { COMBINATIONS = 3 * 4 * 4 * 2 * 2 * 3 * 3 * 2 * 3, PARTS = 12 };

static struct retention_rule rule_of(const struct combination *c)
{
	return (struct retention_rule){
	    .mode = c->policy == FOREVER ? RETENTION_FOREVER
		: c->policy == NO	 ? RETENTION_NONE
					 : RETENTION_AGE,
	    .age = c->policy == DAYS ? 14 * DAY : 0,
	    .max_octets = c->size == UNLIMITED ? 0 : MOST,
	    .keep = c->keep == KEEP,
	    .hold = c->keep == HOLD,
	};
}

static struct retention_clock clock_of(const struct combination *c)
{
	int64_t age = c->age == ZERO ? 0 : 14 * DAY;
	struct retention_clock clock;

	if (c->age == SHORT)
		age -= 1;
	if (c->age == LONG)
		age *= 50;
	clock = (struct retention_clock){.now = delivery + age, .last_seen = delivery};
	if (c->clock == BEFORE_DELIVERY)
		clock = (struct retention_clock){.now = delivery - 1 - age, .last_seen = 0};
	else if (c->clock == BEFORE_LAST_RUN)
		clock.last_seen = clock.now + 1;
	return clock;
}

static struct retention_decision decide(const struct combination *c)
{
	struct retention_rule rule = rule_of(c);
	struct retention_clock clock = clock_of(c);
	struct retention_known known = {
	    .delivered = c->past == DELIVERED,
	    .when = c->past == DELIVERED ? delivery : 0,
	    .reported = c->reported == REPORTED,
	    .doubt = c->evidence == DOUBT,
	    .outgrown = c->end == GREW ? MOST + 1
		: c->end == GREW_MORE  ? UINT64_C(1) << 40
				       : 0,
	};
	uint64_t octets = c->size == AT ? MOST : c->size == UNDER ? MOST - 1 : MOST + 1;

	return retention_decide(&rule, &clock, octets, &known);
}

static bool matches(const struct row *r, const struct combination *c)
{
	return (r->past & c->past) && (r->policy & c->policy) && (r->size & c->size) && (r->reported & c->reported) &&
	    (r->clock & c->clock) && (r->age & c->age) && (r->keep & c->keep) && (r->evidence & c->evidence) &&
	    (r->end & c->end);
}

static void check_combination(const struct combination *c)
{
	struct retention_decision got = decide(c);
	const struct row *found = NULL;
	char name[128];

	snprintf(name, sizeof(name), "past %u policy %u size %u reported %u clock %u age %u keep %u evidence %u end %u",
	    c->past, c->policy, c->size, c->reported, c->clock, c->age, c->keep, c->evidence, c->end);
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (!matches(&rows[i], c))
			continue;
		ck_assert_msg(!found, "%s: two rows match", name);
		found = &rows[i];
	}
	ck_assert_msg(found != NULL, "%s: no row matches", name);
	ck_assert_msg(got.action == found->action, "%s: action %d", name, (int)got.action);
	ck_assert_msg(got.reason == found->reason, "%s: reason %d", name, (int)got.reason);
	if (c->past == UNKNOWN)
		ck_assert_int_ne(got.action, RETENTION_DELETE);
}

START_TEST(every_combination_follows_the_table)
{
	for (unsigned i = (unsigned)_i; i < COMBINATIONS; i += PARTS) {
		struct combination c = combination_at(i);

		check_combination(&c);
	}
}
END_TEST

START_TEST(every_row_of_the_table_matches_a_combination)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned hits = 0;

		for (unsigned k = 0; k < COMBINATIONS; k++) {
			struct combination c = combination_at(k);

			hits += matches(&rows[i], &c);
		}
		ck_assert_uint_gt(hits, 0);
	}
}
END_TEST

/* Without a record of the delivery there is never a deletion. */
START_TEST(an_unknown_message_is_never_deleted)
{
	static const int64_t times[] = {INT64_MIN / 4, -1, 0, 1, 1700000000, INT64_MAX / 4};
	static const enum retention_mode modes[] = {RETENTION_FOREVER, RETENTION_NONE, RETENTION_AGE};

	for (size_t n = 0; n < COUNT(times); n++) {
		for (size_t w = 0; w < COUNT(times); w++) {
			struct retention_clock clock = {.now = times[n], .last_seen = 0};
			struct retention_known known = {.delivered = false, .when = times[w], .reported = true};
			struct retention_rule rule = {.mode = modes[_i]};

			ck_assert_int_ne(retention_decide(&rule, &clock, 1, &known).action, RETENTION_DELETE);
		}
	}
}
END_TEST

START_TEST(an_unchanged_clock_permits_a_deletion)
{
	struct retention_rule rule = {.mode = RETENTION_AGE, .age = 0};
	struct retention_clock clock = {.now = delivery, .last_seen = delivery};
	struct retention_known known = {.delivered = true, .when = delivery};

	ck_assert_int_eq(retention_decide(&rule, &clock, 1, &known).action, RETENTION_DELETE);
}
END_TEST

static const struct {
	enum retention_action action;
	enum retention_reason reason;
	int64_t since;
	const char *text;
} explanations[] = {
    {RETENTION_FETCH, REASON_NEW, 0, "fetch: new"},
    {RETENTION_FETCH_AND_DELETE, REASON_NEW, 0, "fetch, then delete: new"},
    {RETENTION_LEAVE, REASON_TOO_LARGE, 0, "leave: larger than max_message_size (2048 bytes)"},
    {RETENTION_LEAVE, REASON_TOO_LARGE_UNREPORTED, 0, "leave: larger than max_message_size (2048 bytes)"},
    {RETENTION_LEAVE, REASON_LIMIT, 0, "leave: the limit of this run is reached; a later run fetches it"},
    {RETENTION_LEAVE, REASON_FOREVER, 0, "leave: delivered, kept forever"},
    {RETENTION_DELETE, REASON_SAFE, 0, "delete: delivered"},
    {RETENTION_LEAVE, REASON_YOUNG, 0, "leave: delivered 0 seconds ago, kept for 14 days"},
    {RETENTION_LEAVE, REASON_YOUNG, 1, "leave: delivered 1 second ago, kept for 14 days"},
    {RETENTION_LEAVE, REASON_YOUNG, 119, "leave: delivered 1 minute ago, kept for 14 days"},
    {RETENTION_LEAVE, REASON_YOUNG, 7200, "leave: delivered 2 hours ago, kept for 14 days"},
    {RETENTION_LEAVE, REASON_YOUNG, 14 * DAY - 1, "leave: delivered 13 days ago, kept for 14 days"},
    {RETENTION_DELETE, REASON_OLD, 14 * DAY, "delete: delivered 14 days ago, kept for 14 days"},
    {RETENTION_LEAVE, REASON_CLOCK, -DAY, "leave: the clock went backwards, so its age is unknown"},
    {RETENTION_LEAVE, REASON_KEEP, 99 * DAY, "leave: --keep"},
    {RETENTION_LEAVE, REASON_HELD, 99 * DAY,
	"leave: delivered, but the Maildir is older than the state and may lack it"},
    {RETENTION_LEAVE, REASON_INCOMPLETE, 0,
	"leave: delivered, but its size differs from the size that the server reports"},
    {RETENTION_LEAVE, REASON_OUTGROWN, 0, "leave: it does not end after 0 bytes"},
};

START_TEST(a_message_that_the_command_refused_too_often_is_left_alone)
{
	char program[] = "mda", argument[] = "me", *command[] = {program, argument, NULL}, *other[] = {program, NULL};
	struct retention_rule rule = {.command = refusals_mark(command)};
	const struct retention_clock clock = {.now = delivery};
	struct retention_known known = {0};
	char text[128];

	for (unsigned i = 0; i < 2 * REFUSALS_MOST; i++) {
		struct retention_decision decision = retention_decide(&rule, &clock, 1, &known);

		ck_assert_uint_eq(refusals_count(known.refusals, rule.command), i);
		ck_assert_int_eq(decision.reason, i < REFUSALS_MOST ? REASON_NEW : REASON_REFUSED);
		ck_assert_int_eq(decision.action, i < REFUSALS_MOST ? RETENTION_FETCH : RETENTION_LEAVE);
		known.refusals = refusals_add(known.refusals, rule.command, 1000 + i);
		/* A second session of the same run does not count. */
		ck_assert_uint_eq(refusals_add(known.refusals, rule.command, 1000 + i), known.refusals);
		ck_assert_int_gt((int64_t)known.refusals, 0);
	}
	retention_explain(&rule, &clock, &known, retention_decide(&rule, &clock, 1, &known), text, sizeof(text));
	ck_assert_str_eq(text, "leave: deliver_command refused it 10 times");
	rule.retry = true;
	ck_assert_int_eq(retention_decide(&rule, &clock, 1, &known).reason, REASON_NEW);
	rule.retry = false;
	rule.command = refusals_mark(other);
	ck_assert_int_eq(retention_decide(&rule, &clock, 1, &known).reason, REASON_NEW);
	rule.command = refusals_mark(NULL);
	ck_assert_int_eq(retention_decide(&rule, &clock, 1, &known).reason, REASON_NEW);
}
END_TEST

START_TEST(the_count_of_refusals_has_an_end)
{
	char program[] = "mda", *command[] = {program, NULL};
	uint64_t mark = refusals_mark(command), refusals = 0;

	for (unsigned i = 0; i < 1000; i++)
		refusals = refusals_add(refusals, mark, i);
	ck_assert_uint_eq(refusals_count(refusals, mark), 255);
}
END_TEST

START_TEST(a_decision_is_explained_in_words)
{
	struct retention_rule rule = {.mode = RETENTION_AGE, .age = 14 * DAY, .max_octets = 2048};
	struct retention_clock clock = {.now = delivery + explanations[_i].since};
	struct retention_known known = {.delivered = true, .when = delivery};
	struct retention_decision decision = {explanations[_i].action, explanations[_i].reason};
	char text[128];

	retention_explain(&rule, &clock, &known, decision, text, sizeof(text));
	ck_assert_str_eq(text, explanations[_i].text);
}
END_TEST

/* The first word lets a reader scan a dry run along its left edge. */
START_TEST(an_explanation_starts_with_the_action)
{
	static const char *const actions[] = {
	    [RETENTION_FETCH] = "fetch:",
	    [RETENTION_FETCH_AND_DELETE] = "fetch, then delete:",
	    [RETENTION_LEAVE] = "leave:",
	    [RETENTION_DELETE] = "delete:",
	};

	for (unsigned i = 0; i < COMBINATIONS; i++) {
		struct combination c = combination_at(i);
		struct retention_rule rule = rule_of(&c);
		struct retention_clock clock = clock_of(&c);
		struct retention_known known = {.delivered = c.past == DELIVERED, .when = delivery};
		struct retention_decision decision = decide(&c);
		const char *action_text = actions[decision.action];
		char text[128];

		retention_explain(&rule, &clock, &known, decision, text, sizeof(text));
		ck_assert_msg(strncmp(text, action_text, strlen(action_text)) == 0, "%s: not %s", text, action_text);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("retention");
	TCase *table = check_case(s, "table"), *words = check_case(s, "words");

	tcase_add_loop_test(table, every_combination_follows_the_table, 0, PARTS);
	tcase_add_test(table, every_row_of_the_table_matches_a_combination);
	tcase_add_loop_test(table, an_unknown_message_is_never_deleted, 0, 3);
	tcase_add_test(table, an_unchanged_clock_permits_a_deletion);
	tcase_add_test(words, a_message_that_the_command_refused_too_often_is_left_alone);
	tcase_add_test(words, the_count_of_refusals_has_an_end);
	LOOP_OVER(words, a_decision_is_explained_in_words, explanations);
	tcase_add_test(words, an_explanation_starts_with_the_action);
	return check_main(s);
}
