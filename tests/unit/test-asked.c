/* Tests which texts answer UIDL or LIST for one message. */
#include "config.h"

#include <string.h>

#include "check_main.h"
#include "pop3/asked.h"

/* A question and an answer: y if the answer alone proves to be the right one, m if no other message may follow. */
static const struct {
	uint32_t number;
	const char *uid, *text;
	char answered;
} uids[] = {
    {5, "uid-0005", "5 uid-0005", 'y'},
    {5, "uid-0005", "uid-0005", 'y'},
    /* Proved by the UID, byte for byte. */
    {5, "uid-0005", "0 uid-0005", 'm'},
    {5, "uid-0005", "1 uid-0005", 'm'},
    {5, "uid-0005", "UID of message 5 uid-0005", 'm'},
    {5, "uid-0005", "uid-0005 is message 5", 'm'},
    {5, "1234567890", "1 1234567890", 'm'},
    {5, "<a.5@b>", "0 <a.5@b>", 'm'},
    /* Proved by the number also. */
    {5, "uid-0005", "5 5 uid-0005", 'm'},
    {5, "uid-0005", "5: uid-0005", 'm'},
    {5, "uid-0005", "(5) <uid-0005>", 'm'},
    {5, "uid-0005", "5 \"uid-0005\"", 'm'},
    {5, "uid-0005", "5 UID-0005", 'm'},
    {5, "uid-0005", "message 5 has the UID 'UID-0005'.", 'm'},
    {5, "uid-0005 extra words", "5 uid-0005", 'm'},
    {5, "uid-0005 extra words", "5 uid-0005 extra", 'm'},
    {5, "7", "5: 7", 'm'},
    {5, "7", "5 5 7", 'm'},
    {5, "7", "5 \"7\"", 'm'},
    {5, "a", "5 <A>", 'm'},
    /* Answers about another message. */
    {5, "uid-0005", "5 uid-0006", 'n'},
    {5, "uid-0005", "6 uid-0006", 'n'},
    {5, "uid-0005", "uid-0006", 'n'},
    {5, "uid-0005", "6 UID-0005", 'n'},
    {5, "uid-0005", "6 uid-0005.", 'n'},
    {5, "uid-0005", "6 <uid-0005>", 'n'},
    {5, "uid-0005", "6 uid-00051", 'n'},
    {5, "uid-0005", "5 xuid-0005", 'n'},
    {5, "uid-0005", "5 uid-0005/6", 'n'},
    {5, "uid-0005 extra words", "6 uid-0005", 'n'},
    {5, "uid-0005 extra words", "uid-0005", 'n'},
    {5, "7", "6: 7", 'n'},
    {5, "7", "0 7", 'n'},
    {5, "a", "1 a", 'n'},
    /* Answers to another command. */
    {5, "uid-0005", "", 'n'},
    {5, "uid-0005", "5", 'n'},
    {5, "uid-0005", "message 5 deleted", 'n'},
    {5, "5", "message 5 of 5 deleted", 'n'},
    {5, "308", "message 5 has 308 octets", 'n'},
    {5, "308", "308 octets", 'n'},
    {5, "octets", "message 5 has 308 octets", 'n'},
    {5, "deleted", "deleted 5", 'n'},
    {5, " ", "5 :", 'n'},
};

START_TEST(an_answer_to_uidl_is_recognized_by_its_uid)
{
	const struct asked a = {.number = uids[_i].number, .uid = uids[_i].uid};
	size_t length = strlen(uids[_i].text);
	bool answered = asked_is_answered(&a, uids[_i].text, length);

	ck_assert_msg(answered == (uids[_i].answered == 'y'), "%s: %s", uids[_i].uid, uids[_i].text);
	ck_assert_msg(answered || asked_may_be_answered(&a, uids[_i].text, length) == (uids[_i].answered == 'm'),
	    "%s: %s", uids[_i].uid, uids[_i].text);
}
END_TEST

/* LIST of message 5, which has 308 octets. */
static const struct {
	const char *text;
	char answered, likely;
} sizes[] = {
    {"5 308", 'y', 'y'},
    {"5 308 octets", 'y', 'y'},
    {"5 309", 'y', 'n'},
    {"308", 'n', 'y'},
    {"message 5 has 308 octets", 'n', 'y'},
    {"message 5: 308.", 'n', 'y'},
    {"message 5 has 309 octets", 'n', 'n'},
    {"message 6 has 308 octets", 'n', 'n'},
    {"308 octets", 'n', 'n'},
    {"5 messages", 'n', 'n'},
    {"", 'n', 'n'},
};

START_TEST(an_answer_to_list_is_recognized_by_its_number_or_size)
{
	const struct asked a = {.number = 5, .octets = 308};
	size_t length = strlen(sizes[_i].text);

	ck_assert_msg(asked_is_answered(&a, sizes[_i].text, length) == (sizes[_i].answered == 'y'), "%s",
	    sizes[_i].text);
	ck_assert_msg(asked_may_be_answered(&a, sizes[_i].text, length) == (sizes[_i].likely == 'y'), "%s",
	    sizes[_i].text);
}
END_TEST

static const struct {
	const char *text, *uid;
	char about;
} others[] = {
    {"uid-0006", "uid-0006", 'y'},
    {"6 uid-0006", "uid-0006", 'y'},
    {"message 5: <uid-0006>, new", "uid-0006", 'y'},
    {"message 5: 6", "6", 'y'},
    {"6 messages", "6", 'n'},
    {"uid-00061", "uid-0006", 'n'},
    {"", "uid-0006", 'n'},
};

START_TEST(the_uid_of_another_message_is_recognized)
{
	ck_assert(
	    asked_is_about(others[_i].text, strlen(others[_i].text), others[_i].uid) == (others[_i].about == 'y'));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("asked");
	TCase *c = check_case(s, "asked");

	LOOP_OVER(c, an_answer_to_uidl_is_recognized_by_its_uid, uids);
	LOOP_OVER(c, an_answer_to_list_is_recognized_by_its_number_or_size, sizes);
	LOOP_OVER(c, the_uid_of_another_message_is_recognized, others);
	return check_main(s);
}
