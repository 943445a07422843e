#include "config.h"

#include <string.h>

#include "check_main.h"
#include "pop3/refusal_words.h"

static enum refusal_meaning meaning(const char *words)
{
	return refusal_words_mean(words, strlen(words));
}

static const struct {
	const char *words;
	enum refusal_meaning meaning;
} known[] = {
    {"maildrop already locked", REFUSAL_IN_USE},
    {"Maildrop already locked", REFUSAL_IN_USE},
    {"unable to lock maildrop", REFUSAL_IN_USE},
    {"Unable to lock maildrop: Mailbox is locked by POP server", REFUSAL_IN_USE},
    {"Maildrop lock busy!  Is another session active?", REFUSAL_IN_USE},
    {"POP lock busy", REFUSAL_IN_USE},
    {"lock busy!  Is another session active?", REFUSAL_IN_USE},
    {"Your mailbox is already locked", REFUSAL_IN_USE},
    {"Mailbox is already locked. POP access denied", REFUSAL_IN_USE},
    {"Mailbox Locked", REFUSAL_IN_USE},
    {"Mailbox locked. Try later.", REFUSAL_IN_USE},
    {"Mailbox locked by POP server.", REFUSAL_IN_USE},
    {"Maildrop is locked by someone else!", REFUSAL_IN_USE},
    {"user mailbox locked", REFUSAL_IN_USE},
    {"Can't get lock.  Mailbox in use", REFUSAL_IN_USE},
    {"can't lock mailbox file", REFUSAL_IN_USE},
    {"Cannot lock mailbox", REFUSAL_IN_USE},
    {"could not aquire lock for maildrop me", REFUSAL_IN_USE},
    {"Unable to gain exclusive access to mail drop", REFUSAL_IN_USE},
    {"Mailbox in use", REFUSAL_IN_USE},
    {"Mailbox is in use by another POP3 session", REFUSAL_IN_USE},
    {"mailbox already in use by pid 12345", REFUSAL_IN_USE},
    {"Your account is in use, try later.", REFUSAL_IN_USE},
    {"duplicate login!", REFUSAL_IN_USE},
    {"You are already logged in", REFUSAL_IN_USE},
    {"Account locked by another POP3 session", REFUSAL_IN_USE},
    {"Only one POP3 connection is allowed", REFUSAL_IN_USE},
    {"Login failed: maildrop already locked", REFUSAL_IN_USE},
    {"User already has the mailbox open", REFUSAL_IN_USE},
    {"mailbox is currently being accessed", REFUSAL_IN_USE},
    {"Mailbox opened by another program", REFUSAL_IN_USE},
    {"concurrent access denied", REFUSAL_IN_USE},
    {"Unable to acquire the lock", REFUSAL_IN_USE},
    {"Password OK, but the maildrop is locked", REFUSAL_IN_USE},

    {"Exceeded the login limit for a 15 minute period. Reduce the frequency of requests to the POP3 server.", REFUSAL_DELAY},
    {"Account exceeded pop command or bandwidth limits (Failure)", REFUSAL_DELAY},
    {"Attempt to log in within the minimum login delay interval", REFUSAL_DELAY},
    {"minimum time between mail checks violation", REFUSAL_DELAY},
    {"Logins must be at least 10 minutes apart", REFUSAL_DELAY},
    {"Minimum time between logins not met", REFUSAL_DELAY},
    {"mail storage services unavailable, wait a few minutes and try again", REFUSAL_DELAY},
    {"you are connecting too often", REFUSAL_DELAY},
    {"Too many logins", REFUSAL_DELAY},
    {"login rate exceeded", REFUSAL_DELAY},
    {"You have exceeded the maximum number of logins", REFUSAL_DELAY},
    {"You may log in only 3 times per hour", REFUSAL_DELAY},
    {"mail can be checked once every 15 minutes", REFUSAL_DELAY},
    {"Please wait 15 minutes between checks", REFUSAL_DELAY},

    {"internal server error", REFUSAL_TROUBLE},
    {"Internal error", REFUSAL_TROUBLE},
    {"Temporary problem, please try again later", REFUSAL_TROUBLE},
    {"Temporary authentication failure.", REFUSAL_TROUBLE},
    {"Temporary system problem. Please try again later.", REFUSAL_TROUBLE},
    {"Server Unavailable. 21", REFUSAL_TROUBLE},
    {"server unavailable", REFUSAL_TROUBLE},
    {"POP3 server not ready (can't contact NMAP)", REFUSAL_TROUBLE},
    {"server misconfiguration error", REFUSAL_TROUBLE},
    {"System error, can't open temporary file, do you own it?", REFUSAL_TROUBLE},
    {"Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)", REFUSAL_TROUBLE},
    {"Too many connections", REFUSAL_TROUBLE},
    {"too many users", REFUSAL_TROUBLE},
    {"Could not connect to server", REFUSAL_TROUBLE},
    {"Unable to open user's INBOX", REFUSAL_TROUBLE},
    {"unable to scan $HOME/Maildir", REFUSAL_TROUBLE},
    {"this user has no $HOME/Maildir", REFUSAL_TROUBLE},
    {"Unexpected error accessing mailbox", REFUSAL_TROUBLE},
    {"chdir Maildir failed", REFUSAL_TROUBLE},
    {"fstat failed", REFUSAL_TROUBLE},
    {"out of memory", REFUSAL_TROUBLE},
    {"Backend server temporarily unavailable", REFUSAL_TROUBLE},
    {"Authentication failed: server busy", REFUSAL_TROUBLE},
    {"The service is shutting down", REFUSAL_TROUBLE},
    {"Please try again later", REFUSAL_TROUBLE},
    {"I/O error", REFUSAL_TROUBLE},
    {"Authentication backend timed out", REFUSAL_TROUBLE},
    {"cannot connect to authentication daemon", REFUSAL_TROUBLE},
    {"Unable to process From lines (envelopes), change recognition modes or check for corrupted mail drop.", REFUSAL_TROUBLE},
    {"could not open mailbox", REFUSAL_TROUBLE},
    {"Mailbox open failed", REFUSAL_TROUBLE},

    /* What is no word of the table. */
    {"", REFUSAL_UNKNOWN},
    {"no", REFUSAL_UNKNOWN},
    {"not now", REFUSAL_UNKNOWN},
    {"unlocked maildrops", REFUSAL_UNKNOWN},
    {"IN-USE", REFUSAL_UNKNOWN},
    {"Unknown command", REFUSAL_UNKNOWN},
    {"some messages were not removed", REFUSAL_UNKNOWN},
};

START_TEST(words_that_servers_say_mean_this)
{
	ck_assert_msg(meaning(known[_i].words) == known[_i].meaning, "%s: %d", known[_i].words, meaning(known[_i].words));
}
END_TEST

/* All of these are, or may be, about a wrong password. */
static const char *const wrong[] = {
    "Authentication failed.",
    "Authentication failed, please try again",
    "Authentication failed, please try again later",
    "Login failed.",
    "Login failed, please try again later.",
    "login incorrect",
    "Logon failure: unknown user name or bad password.",
    "Invalid username/password, or server temporarily unavailable",
    "Invalid user name or password. Too many invalid logon attempts.",
    "Too many invalid logon attempts.",
    "Too many failed login attempts; try again later",
    "Too many login failures, wait 10 minutes",
    "Your account has been temporarily locked because of too many wrong passwords; try again later",
    "Your account has been locked.",
    "account is temporarily disabled",
    "User locked out, try again in 15 minutes",
    "mailbox locked by the administrator",
    "authorization failed",
    "invalid login",
    "Bad login",
    "Unknown user or incorrect password",
    "Password supplied for \"lock\" is incorrect.",
    "Username and password not accepted.",
    "Application-specific password required",
    "Web login required: https://support.google.com/mail/answer/78754",
    "Invalid password, please try again later",
    "wrong password: the maildrop stays locked",
    "Your password has expired",
    "never heard of mailbox name",
    "sorry, no mailbox for frated here",
    "no such mailbox",
    "user does not exist",
    "user not found",
    "user does not have pop3 access",
    "Re-Authentication Failure",
    "Access denied",
    "You are not allowed to read mail by POP3",
    "cannot find mailbox",
    "Mailbox authentication failed",
    "Your password has to be changed, use the web page",
    "POP3 is disabled for this user",
    "Authentication error",
    "permission denied",
    "negative vibes from me@example.com",
    "Your IP is not in use here",
    /* with words beside it that mean something else when they are alone */
    "The password is incorrect, try again later",
    "Unknown user, try again later",
    "Username and password not accepted, try again later",
    "3 failed attempts, try again later",
    "no such user, try again later",
    "user not found, try again later",
    "disabled by your administrator, try again later",
};

START_TEST(a_wrong_password_is_never_taken_for_trouble_that_passes)
{
	enum refusal_meaning m = meaning(wrong[_i]);

	ck_assert_msg(m == REFUSAL_PASSWORD || m == REFUSAL_UNKNOWN, "%s: %d", wrong[_i], m);
}
END_TEST

START_TEST(case_and_what_separates_words_do_not_count)
{
	ck_assert_int_eq(meaning("MAILDROP ALREADY LOCKED!"), REFUSAL_IN_USE);
	ck_assert_int_eq(meaning(" - maildrop:already\tlocked -"), REFUSAL_IN_USE);
	ck_assert_int_eq(meaning("cant lock mailbox"), REFUSAL_IN_USE);
}
END_TEST

START_TEST(no_octet_after_the_words_is_read)
{
	const char *words = "maildrop already locked";

	ck_assert_int_eq(refusal_words_mean(words, strlen(words) - 2), REFUSAL_IN_USE); /* "lock" */
	ck_assert_int_eq(refusal_words_mean(words, strlen(words) - 3), REFUSAL_UNKNOWN);
	ck_assert_int_eq(refusal_words_mean(NULL, 0), REFUSAL_UNKNOWN);
}
END_TEST

START_TEST(a_refusal_of_any_length_and_of_any_octets_is_looked_at)
{
	static char text[8192];

	for (int octet = 0; octet < 256; octet++) {
		memset(text, octet, sizeof(text));
		(void)refusal_words_mean(text, sizeof(text));
		memcpy(text, "maildrop already locked ", 24);
		ck_assert_int_eq(refusal_words_mean(text, sizeof(text)), REFUSAL_IN_USE);
	}
	for (size_t length = 0; length < 1200; length++) {
		memset(text, 'x', length);
		memcpy(text + length, " mailbox in use", 15);
		/* What is beyond the first octets is not looked at. */
		if (length < 400)
			ck_assert_int_eq(refusal_words_mean(text, length + 15), REFUSAL_IN_USE);
		else
			(void)refusal_words_mean(text, length + 15);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("refusal-words");
	TCase *c = check_case(s, "refusal-words");

	LOOP_OVER(c, words_that_servers_say_mean_this, known);
	LOOP_OVER(c, a_wrong_password_is_never_taken_for_trouble_that_passes, wrong);
	tcase_add_test(c, case_and_what_separates_words_do_not_count);
	tcase_add_test(c, no_octet_after_the_words_is_read);
	tcase_add_test(c, a_refusal_of_any_length_and_of_any_octets_is_looked_at);
	return check_main(s);
}
