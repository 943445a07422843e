#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/parse.h"
#include "check_main.h"

static const uint64_t untouched = 0x5a5a5a5a5a5a5a5a;

static const struct {
	const char *text;
	uint64_t most;
	bool good;
	uint64_t value;
} numbers[] = {
    {"0", 0, true, 0},
    {"1", 0, false, 0},
    {"0", 5, true, 0},
    {"5", 5, true, 5},
    {"6", 5, false, 0},
    {"9", 5, false, 0},
    {"10", 5, false, 0},
    {"05", 5, true, 5},
    {"0000000000000000000000000005", 5, true, 5},
    {"2147483647", INT32_MAX, true, INT32_MAX},
    {"2147483648", INT32_MAX, false, 0},
    {"4294967296", INT32_MAX, false, 0},
    {"4294967297", INT32_MAX, false, 0},
    {"9223372036854775807", INT64_MAX, true, INT64_MAX},
    {"9223372036854775808", INT64_MAX, false, 0},
    {"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
    {"18446744073709551616", UINT64_MAX, false, 0},
    {"18446744073709551617", UINT64_MAX, false, 0},
    {"18446744073709551625", UINT64_MAX, false, 0},
    {"184467440737095516150", UINT64_MAX, false, 0},
    {"99999999999999999999", UINT64_MAX, false, 0},
    {"340282366920938463463374607431768211457", UINT64_MAX, false, 0},
    {"", 100, false, 0},
    {"-1", 100, false, 0},
    {"+1", 100, false, 0},
    {"-0", 100, false, 0},
    {" 1", 100, false, 0},
    {"1 ", 100, false, 0},
    {"1 2", 100, false, 0},
    {"1\n", 100, false, 0},
    {"0x1", 100, false, 0},
    {"1.0", 100, false, 0},
    {"1e1", 100, false, 0},
    {"a", 100, false, 0},
    {"/", 100, false, 0},
    {":", 100, false, 0},
    {"\xb1", 100, false, 0},
};

START_TEST(a_number_consists_of_digits_up_to_a_maximum)
{
	uint64_t value = untouched;
	bool good = parse_number(numbers[_i].text, strlen(numbers[_i].text), numbers[_i].most, &value);

	ck_assert_msg(good == numbers[_i].good, "\"%s\"", numbers[_i].text);
	ck_assert_uint_eq(value, good ? numbers[_i].value : untouched);
}
END_TEST

START_TEST(a_number_ends_at_its_length)
{
	uint64_t value = untouched;

	ck_assert(parse_number("123", 2, 1000, &value));
	ck_assert_uint_eq(value, 12);
	value = untouched;
	ck_assert(!parse_number("1\0", 2, 1000, &value));
	ck_assert_uint_eq(value, untouched);
}
END_TEST

#define KI UINT64_C(1024)

static const struct {
	const char *text;
	bool good;
	uint64_t value;
} sizes[] = {
    {"0", true, 0},
    {"1", true, 1},
    {"10B", true, 10},
    {"10b", true, 10},
    {"3k", true, 3 * KI},
    {"3K", true, 3 * KI},
    {"3kB", true, 3 * KI},
    {"3KiB", true, 3 * KI},
    {"2M", true, 2 * KI *KI},
    {"2m", true, 2 * KI *KI},
    {"2MB", true, 2 * KI *KI},
    {"2MiB", true, 2 * KI *KI},
    {"1G", true, KI *KI *KI},
    {"1GiB", true, KI *KI *KI},
    {"0G", true, 0},
    {"18446744073709551615", true, UINT64_MAX},
    {"18446744073709551616", false, 0},
    {"18014398509481983k", true, UINT64_MAX - 1023},
    {"18014398509481984k", false, 0},
    {"17592186044415M", true, UINT64_C(17592186044415) << 20},
    {"17592186044416M", false, 0},
    {"17179869183G", true, UINT64_C(17179869183) << 30},
    {"17179869184G", false, 0},
    {"", false, 0},
    {"k", false, 0},
    {"B", false, 0},
    {"-1k", false, 0},
    {"+1k", false, 0},
    {" 1k", false, 0},
    {"1 k", false, 0},
    {"1k ", false, 0},
    {"1T", false, 0},
    {"1iB", false, 0},
    {"1kk", false, 0},
    {"1kib2", false, 0},
    {"1.5M", false, 0},
    {"1BB", false, 0},
};

START_TEST(a_size_consists_of_digits_and_an_optional_unit)
{
	uint64_t value = untouched;
	bool good = parse_size(sizes[_i].text, &value);

	ck_assert_msg(good == sizes[_i].good, "\"%s\"", sizes[_i].text);
	ck_assert_uint_eq(value, good ? sizes[_i].value : untouched);
}
END_TEST

static const struct {
	const char *text;
	bool good;
	int64_t seconds;
} durations[] = {
    {"0", true, 0},
    {"0d", true, 0},
    {"1", true, 1},
    {"90s", true, 90},
    {"5m", true, 300},
    {"2h", true, 7200},
    {"14d", true, 14 * 86400},
    {"2w", true, 14 * 86400},
    {"36600d", true, INT64_C(36600) * 86400},
    {"36601d", false, 0},
    {"3162240000", true, INT64_C(3162240000)},
    {"3162240001", false, 0},
    {"5228w", true, INT64_C(5228) * 604800},
    {"5229w", false, 0},
    {"18446744073709551617", false, 0},
    {"18446744073709551616w", false, 0},
    {"", false, 0},
    {"d", false, 0},
    {"-1d", false, 0},
    {"+1d", false, 0},
    {" 1d", false, 0},
    {"1 d", false, 0},
    {"1d ", false, 0},
    {"1D", false, 0},
    {"1day", false, 0},
    {"1y", false, 0},
    {"1d2h", false, 0},
    {"1.5d", false, 0},
    {"forever", false, 0},
};

START_TEST(a_duration_consists_of_digits_and_an_optional_unit_up_to_100_years)
{
	int64_t seconds = -7;
	bool good = parse_duration(durations[_i].text, &seconds);

	ck_assert_msg(good == durations[_i].good, "\"%s\"", durations[_i].text);
	ck_assert_int_eq(seconds, good ? durations[_i].seconds : -7);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("parse");
	TCase *c = check_case(s, "parse");

	LOOP_OVER(c, a_number_consists_of_digits_up_to_a_maximum, numbers);
	tcase_add_test(c, a_number_ends_at_its_length);
	LOOP_OVER(c, a_size_consists_of_digits_and_an_optional_unit, sizes);
	LOOP_OVER(c, a_duration_consists_of_digits_and_an_optional_unit_up_to_100_years, durations);
	return check_main(s);
}
