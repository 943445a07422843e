#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "check_main.h"

/* Checks that the number is written as printf writes it, and that nothing after it is changed. */
static void expect_as_printed(uint64_t number)
{
	char wanted[DECIMAL_MOST + 2], out[DECIMAL_MOST + 2];

	memset(out, '!', sizeof(out));
	snprintf(wanted, sizeof(wanted), "%" PRIu64 "!", number);
	ck_assert_uint_eq((size_t)(decimal_put(out, number) - out), strlen(wanted) - 1);
	ck_assert_mem_eq(out, wanted, strlen(wanted));
}

START_TEST(numbers_are_formatted_as_printf_formats_them)
{
	for (uint64_t power = 1; power <= UINT64_MAX / 10; power *= 10) {
		expect_as_printed(power - 1);
		expect_as_printed(power);
		expect_as_printed(power * 9 + 5);
	}
	expect_as_printed(UINT64_MAX - 1);
	expect_as_printed(UINT64_MAX);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("decimal");
	TCase *c = check_case(s, "decimal");

	tcase_add_test(c, numbers_are_formatted_as_printf_formats_them);
	return check_main(s);
}
