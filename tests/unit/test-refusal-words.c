#include "config.h"

#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "pop3/refusal_words.h"
#include "refusal_texts.h"

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

    {"Mailbox [IN-USE]", REFUSAL_IN_USE},
    {"Do you have another POP session running?", REFUSAL_IN_USE},		   /* RFC 2449, 8.1.2 */
    {"Mailspool locked; do you have another concurrent session?", REFUSAL_IN_USE}, /* tpop3d */

    {"Exceeded the login limit for a 15 minute period. Reduce the frequency of requests to the POP3 server.",
	REFUSAL_DELAY},
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

    {"login allowed only every 15 minutes", REFUSAL_DELAY}, /* Hotmail, by Funambol's MailServerChecker */
    {"Download limit exceeded", REFUSAL_DELAY},
    {"\xb5\xc7\xc2\xbc\xcc\xab\xc6\xb5\xb7\xb1",
	REFUSAL_DELAY}, /* 163.com, zmail issue 30: "log in too often" in GBK */

    {"internal server error", REFUSAL_TROUBLE},
    {"[ALERT] Too many simultaneous connections. (Failure)", REFUSAL_TROUBLE},	  /* Gmail, MailKit issue 377 */
    {"Disk quota exceeded", REFUSAL_TROUBLE},					  /* strerror(EDQUOT) */
    {"Unable to copy mail spool file, quota exceeded (122)", REFUSAL_TROUBLE},	  /* the Berkeley popper */
    {"Can't build message list for 'me': Out of memory", REFUSAL_TROUBLE},	  /* the Berkeley popper */
    {"maillock: '/var/mail/me' (5)", REFUSAL_TROUBLE},				  /* the Berkeley popper */
    {"Unable to change gid", REFUSAL_TROUBLE},					  /* Heimdal's popper */
    {"Sorry, I'm too busy right now", REFUSAL_TROUBLE},				  /* tpop3d */
    {"Something bad happened, and I just can't go on. Sorry.", REFUSAL_TROUBLE},  /* tpop3d */
    {"Everything's really bad", REFUSAL_TROUBLE},				  /* tpop3d */
    {"Oops. Something went wrong.", REFUSAL_TROUBLE},				  /* tpop3d */
    {"System busy, try later.", REFUSAL_TROUBLE},				  /* Citadel */
    {"Can't open your mailbox", REFUSAL_TROUBLE},				  /* Citadel */
    {"System error, please try again later.", REFUSAL_TROUBLE},			  /* Synchronet */
    {"Maximum active clients reached, please try again later.", REFUSAL_TROUBLE}, /* Synchronet */
    {"Server error: Failed to fetch messages in Inbox.", REFUSAL_TROUBLE},	  /* hMailServer, pull request 594 */
    {"Can't get mail list", REFUSAL_TROUBLE},					  /* Kopano's gateway */
    {"Internal error: HrLogin failed", REFUSAL_TROUBLE},			  /* Kopano's gateway */
    {"Temporary error", REFUSAL_TROUBLE},					  /* Rumble */
    {"Service Unavailable", REFUSAL_TROUBLE},					  /* servers in Java */
    {"Couldn't open INBOX: Internal error occurred. Refer to server log for more information.",
	REFUSAL_TROUBLE},					 /* Dovecot 1 */
    {"Couldn't sync mailbox.", REFUSAL_TROUBLE},		 /* Dovecot */
    {"aack, child crashed", REFUSAL_TROUBLE},			 /* qmail-popup */
    {"unable to open pipe", REFUSAL_TROUBLE},			 /* qmail-popup */
    {"unable to contact authorization server", REFUSAL_TROUBLE}, /* qmail-ldap's qmail-popup */
    {"error in server configuration", REFUSAL_TROUBLE},
    {"mailhost is unreachable", REFUSAL_TROUBLE},
    {"mailbox is corrupted", REFUSAL_TROUBLE},
    {"mailbox could not be created", REFUSAL_TROUBLE},
    {"unable to start subprogram", REFUSAL_TROUBLE},
    {"Unable to locate maildrop: System I/O error", REFUSAL_TROUBLE}, /* Cyrus */
    {"Authentication failed: server error", REFUSAL_TROUBLE},
    {"Login failed: Something went wrong", REFUSAL_TROUBLE},
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
    {"Unable to process From lines (envelopes), change recognition modes or check for corrupted mail drop.",
	REFUSAL_TROUBLE},
    {"could not open mailbox", REFUSAL_TROUBLE},
    {"Mailbox open failed", REFUSAL_TROUBLE},

    /* Words that are not in the table. */
    {"", REFUSAL_UNKNOWN},
    {"no", REFUSAL_UNKNOWN},
    {"not now", REFUSAL_UNKNOWN},
    {"unlocked maildrops", REFUSAL_UNKNOWN},
    {"Unknown command", REFUSAL_UNKNOWN},
    {"some messages were not removed", REFUSAL_UNKNOWN},
};

START_TEST(the_words_of_known_servers_are_classified)
{
	ck_assert_msg(meaning(known[_i].words) == known[_i].meaning, "%s: %d", known[_i].words,
	    meaning(known[_i].words));
}
END_TEST

/* These concern a wrong password, or may do so. */
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
    ("Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy. "
     "More information at https://help.mail.qq.com/detail/108/1023"), /* QQ */
    "login failure or POP3 disabled, try later. sc=HtjJitcPRuQ1",     /* Yandex, which adds [AUTH] */
    "Unable to locate maildrop: Mailbox does not exist",	      /* Cyrus */
    "user record incorrect",					      /* qmail-ldap's qmail-popup */
    "account disabled",
    "the users mailbox does not exist",
    "authorization first",
    "Unable to log on.",		   /* a server in C++ */
    "That is NOT the password!  Go away!", /* Citadel */
    "server error: authentication failed",
    "system error: authentication failure",
    /* Words that mean something else when they are alone. */
    "The password is incorrect, try again later",
    "Unknown user, try again later",
    "Username and password not accepted, try again later",
    "3 failed attempts, try again later",
    "no such user, try again later",
    "user not found, try again later",
    "disabled by your administrator, try again later",
};

START_TEST(a_wrong_password_is_never_classified_as_temporary_trouble)
{
	enum refusal_meaning m = meaning(wrong[_i]);

	ck_assert_msg(m == REFUSAL_PASSWORD || m == REFUSAL_UNKNOWN, "%s: %d", wrong[_i], m);
}
END_TEST

START_TEST(temporary_trouble_in_other_words_is_recognized)
{
	enum refusal_meaning m = meaning(passing[_i]);

	ck_assert_msg(m != REFUSAL_PASSWORD && m != REFUSAL_UNKNOWN, "%s: %d", passing[_i], m);
}
END_TEST

START_TEST(a_wrong_password_in_other_words_is_not_classified_as_trouble)
{
	/* Texts that servers put around their words. */
	static const char *const forms[][2] = {{"", ""}, {"Error: ", ""}, {"Login failed: ", ""},
	    {"Authentication failed: ", ""}, {"", " (Failure)"}, {"", ", closing connection"},
	    {"", " [mx1:2026-11-30 07:00:00]"}, {"", ". Please contact your administrator."}, {"Sorry, ", ""}};
	char text[512];

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		enum refusal_meaning m;

		snprintf(text, sizeof(text), "%s%s%s", forms[i][0], refusing[_i], forms[i][1]);
		m = meaning(text);
		ck_assert_msg(m == REFUSAL_PASSWORD || m == REFUSAL_UNKNOWN, "%s: %d", text, m);
	}
}
END_TEST

START_TEST(case_and_punctuation_are_ignored)
{
	ck_assert_int_eq(meaning("MAILDROP ALREADY LOCKED!"), REFUSAL_IN_USE);
	ck_assert_int_eq(meaning(" - maildrop:already\tlocked -"), REFUSAL_IN_USE);
	ck_assert_int_eq(meaning("cant lock mailbox"), REFUSAL_IN_USE);
}
END_TEST

START_TEST(no_byte_after_the_words_is_read)
{
	const char *words = "maildrop already locked";

	ck_assert_int_eq(refusal_words_mean(words, strlen(words) - 2), REFUSAL_IN_USE); /* the beginning of "lock" */
	ck_assert_int_eq(refusal_words_mean(words, strlen(words) - 3), REFUSAL_UNKNOWN);
	ck_assert_int_eq(refusal_words_mean(NULL, 0), REFUSAL_UNKNOWN);
}
END_TEST

START_TEST(a_refusal_of_any_length_and_any_bytes_is_examined)
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
		/* Only the first bytes are examined. */
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

	LOOP_OVER(c, the_words_of_known_servers_are_classified, known);
	LOOP_OVER(c, a_wrong_password_is_never_classified_as_temporary_trouble, wrong);
	LOOP_OVER(c, temporary_trouble_in_other_words_is_recognized, passing);
	LOOP_OVER(c, a_wrong_password_in_other_words_is_not_classified_as_trouble, refusing);
	tcase_add_test(c, case_and_punctuation_are_ignored);
	tcase_add_test(c, no_byte_after_the_words_is_read);
	tcase_add_test(c, a_refusal_of_any_length_and_any_bytes_is_examined);
	return check_main(s);
}
