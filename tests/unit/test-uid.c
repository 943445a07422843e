#include "config.h"

#include "base/uid.h"
#include "check_main.h"

static const struct {
	const char *key, *uid, *identity;
	bool other;
	int64_t maildrop;
} keys[] = {
    {"abc", "abc", "", false, 0},
    {"a b:c#2", "a b:c#2", "", false, 0},
    {UID_MADE "00ff:12#2", UID_MADE "00ff:12#2", "", false, 0},
    {UID_FOUND "M1.abc", "", "M1.abc", false, 0},
    {UID_WAS "0123456789ABCDEF:abc", "abc", "", false, 0},
    {UID_WAS "0123456789ABCDEF", "", "", false, 0},
    {UID_WAS "0123456789ABCDEF:" UID_FOUND "x", "", "x", false, 0},
    {UID_WAS "short", "", "", true, 0},
    {" 3:abc", "abc", "", true, 3},
    {" 3: 2:abc", "abc", "", true, 2},
    {" 3:" UID_MADE "00", UID_MADE "00", "", true, 3},
    {" 3", "", "", true, 3},
    {UID_SESSION "1:2", UID_SESSION "1:2", "", false, 0},
    {" 3:" UID_UNKNOWN "7", UID_UNKNOWN "7", "", true, 3},
    {" ", "", "", true, 0},
    {"", "", "", false, 0},
};

START_TEST(a_key_is_parsed_into_uid_identity_and_maildrop)
{
	struct uid_key k = uid_parse(keys[_i].key);

	ck_assert_str_eq(k.uid, keys[_i].uid);
	ck_assert_str_eq(k.identity, keys[_i].identity);
	ck_assert(k.other == keys[_i].other);
	ck_assert_int_eq(k.maildrop, keys[_i].maildrop);
}
END_TEST

START_TEST(a_generated_key_contains_the_digest_of_its_header)
{
	ck_assert(uid_has_header(" header:12ab", "12ab") && uid_has_header(" header:12ab:77", "12ab"));
	ck_assert(uid_has_header(" header:12ab#2", "12ab") && uid_has_header(" header:12ab:77#2", "12ab"));
	ck_assert(!uid_has_header(" header:12abc", "12ab") && !uid_has_header(" header:12", "12ab"));
	ck_assert(!uid_has_header("12ab", "12ab") && !uid_has_header(" once:12ab:1", "12ab"));
}
END_TEST

START_TEST(a_uid_from_a_server_never_begins_with_a_blank)
{
	ck_assert(uid_is_given("abc") && uid_is_given(""));
	ck_assert_str_eq(uid_given("abc"), "abc");
	ck_assert_str_eq(uid_given(UID_MADE "00"), "");
	ck_assert(!uid_is_given(UID_MADE) && !uid_is_given(UID_UNKNOWN) && !uid_is_given(UID_SESSION) &&
	    !uid_is_given(UID_FOUND));
	ck_assert(!uid_is_given(UID_WAS) && !uid_is_given(UID_UNFETCHED));
}
END_TEST

START_TEST(the_nth_of_several_equal_messages_has_its_number_after_a_hash_sign)
{
	ck_assert(uid_is_made_as(UID_MADE "00", UID_MADE "00"));
	ck_assert(uid_is_made_as(UID_MADE "00#2", UID_MADE "00"));
	ck_assert(!uid_is_made_as(UID_MADE "00:12", UID_MADE "00"));
	ck_assert(!uid_is_made_as(UID_MADE "0", UID_MADE "00"));
	ck_assert(uid_is_one_of_several("a#2", NULL));
	ck_assert(uid_is_one_of_several("a", "a#2"));
	ck_assert(!uid_is_one_of_several("a", "ab") && !uid_is_one_of_several("a", NULL));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("uid");
	TCase *c = check_case(s, "keys");

	LOOP_OVER(c, a_key_is_parsed_into_uid_identity_and_maildrop, keys);
	tcase_add_test(c, a_generated_key_contains_the_digest_of_its_header);
	tcase_add_test(c, a_uid_from_a_server_never_begins_with_a_blank);
	tcase_add_test(c, the_nth_of_several_equal_messages_has_its_number_after_a_hash_sign);
	return check_main(s);
}
