#include "config.h"

#include "pop3/refusal_words.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum {
	LENGTH_MOST = 512, /* octets of a refusal that are looked at */
	GAP_MOST = 4,	   /* words that a "*" may stand for */
};

#define MAILDROP "mailbox|mailboxes|maildrop|mbox|inbox|maildir|mailspool|mailfile|popdrop"
#define SESSION "session|sessions|connection|connections|client|clients"
#define WRONG "wrong|invalid|incorrect|bad|failed|unsuccessful"
#define CANNOT "cant|cannot|couldnt|could|unable|failed|failure|error|unexpected"

/*
 * Patterns of whole words. "a|b" is one word or the other, "lock~" any word that begins so, and "*" up to GAP_MOST
 * words. Apostrophes and hyphens do not count; all else that is neither a letter nor a digit separates words. The first row that
 * fits decides: words about who logs in come before those that are more general. The comment before a row says who
 * answers so; a row without one says the same in other words. tests/unit/test-refusal-words.c holds each row against such
 * answers, and all of them against what servers say to a wrong password.
 */
static const struct {
	const char *pattern;
	enum refusal_meaning meaning;
} rows[] = {
    /* Exchange: "Logon failure: unknown user name or bad password."; GNU pop3d, UW ipop3d: "Bad login". */
    {"wrong|invalid|incorrect|bad * password|passwd|passphrase|credentials|login|logon|user|username", REFUSAL_PASSWORD},
    {"unknown|unrecognized user|username|account|login|mailbox", REFUSAL_PASSWORD},
    /* qpopper: "Password supplied for "user" is incorrect."; Gmail: "Username and password not accepted." */
    {"password|passwd|credentials|username|login|logon|user * wrong|invalid|incorrect|bad|mismatch|expired", REFUSAL_PASSWORD},
    {"password|passwd|credentials|username * not|doesnt accepted|match|recognized|valid|correct", REFUSAL_PASSWORD},
    {"no such user|account|mailbox|maildrop|login", REFUSAL_PASSWORD},
    {"user|account|" MAILDROP " * not|doesnt found|exist|exists", REFUSAL_PASSWORD},
    {"not in use", REFUSAL_PASSWORD},
    /* hMailServer: "Too many invalid logon attempts." Each further attempt would make it worse. */
    {"too many * " WRONG " * login|logins|logon|logons|attempts|passwords|authentications", REFUSAL_PASSWORD},
    {"too many * failure|failures", REFUSAL_PASSWORD},
    {WRONG " * attempt|attempts", REFUSAL_PASSWORD},
    {"locked|disabled|blocked|suspended by * administrator|admin|operator|postmaster|policy", REFUSAL_PASSWORD},

    /* RFC 1939, 7., MDaemon's FAQ 247: "maildrop already locked"; VPOP3: "Mailbox Locked"; hMailServer: "Your mailbox is already locked". */
    {MAILDROP " * lock~", REFUSAL_IN_USE},
    /* qpopper, whose users call it "POP lock busy": "Maildrop lock busy!  Is another session active?" */
    {"mail|pop|pop3 lock|locks|locked|file|drop|box|spool|account * locked|lock|busy", REFUSAL_IN_USE},
    /* A DeltaSync gateway: "Mailbox locked by another session". */
    {"lock~ by * another|other|" SESSION "|process|program|pop|pop3|imap|server", REFUSAL_IN_USE},
    /* Not the maildrop but who logs in: "Your account has been locked." */
    {"account|user|username|login * locked|disabled|suspended|blocked|deactivated|inactive|closed|frozen", REFUSAL_PASSWORD},
    /* RFC 1939, 7., Cyrus before 2.0: "Unable to lock maildrop"; solid-pop3d: "can't lock mailbox file". */
    {"lock|locking * " MAILDROP, REFUSAL_IN_USE},
    {"lock|locking * mail|pop|source file|drop|box|spool|folder", REFUSAL_IN_USE},
    /* UW ipop3d: "Can't get lock.  Mailbox in use"; tcllib's pop3d: "could not aquire lock for maildrop". */
    {"get|obtain|acquire|aquire|set|create|take * lock|locks", REFUSAL_IN_USE},
    /* fetchmail's pop3.c looks for "lock busy" of the Berkeley popper. */
    {"lock|locks busy|exists|held|failed|failure|timeout|error|conflict", REFUSAL_IN_USE},
    /* Domino: "Unable to gain exclusive access to mail drop". */
    {"exclusive * access|lock", REFUSAL_IN_USE},
    /* GNU pop3d: "Mailbox in use"; Dovecot: "Mailbox is in use by another POP3 session". */
    {"in use", REFUSAL_IN_USE},
    {"already * logged|connected|active|open|opened|locked|busy|running|accessed", REFUSAL_IN_USE},
    {"being accessed|used|opened|read", REFUSAL_IN_USE},
    {MAILDROP " * open|opened|used|accessed by", REFUSAL_IN_USE},
    /* Sina and QQ: "duplicate login". */
    {"duplicate login|logon|session|connection", REFUSAL_IN_USE},
    {"another|other|previous|existing * session|sessions|connection|process|instance", REFUSAL_IN_USE},
    {"concurrent|simultaneous|multiple * access|login|logins|session|sessions|connection|connections|clients", REFUSAL_IN_USE},
    {"by another|other * client|program|user|login|device", REFUSAL_IN_USE},
    {"only one|1 * session|sessions|connection|connections|login", REFUSAL_IN_USE},
    {MAILDROP " * busy", REFUSAL_IN_USE},

    /* Outlook.com (frappe issue 242): "Exceeded the login limit for a 15 minute period. Reduce the frequency of requests". */
    /* Gmail: "Account exceeded pop command or bandwidth limits". */
    {"exceed~|over|reached|beyond * login|logins|logon|rate|frequency|command|bandwidth|request|requests|pop|pop3 * limit|limits|rate|quota",
	REFUSAL_DELAY},
    {"login|logins|logon|rate|frequency|request|bandwidth limit|limits|rate|quota * exceed~|reached", REFUSAL_DELAY},
    {"exceed~ * logins|logons|checks|requests", REFUSAL_DELAY},
    {"login|logins|logons|connections|checks|requests|times * per|an|every|each hour|minute|minutes|day", REFUSAL_DELAY},
    {"once|only every|per|each|in * minute|minutes|hour|seconds", REFUSAL_DELAY},
    {"rate limit|limits|limited|limiting|exceeded", REFUSAL_DELAY},
    {"throttl~", REFUSAL_DELAY},
    /* GNU pop3d: "Attempt to log in within the minimum login delay interval". */
    {"minimum|min|minimal * time|interval|delay|period", REFUSAL_DELAY},
    /* Cyrus: "Logins must be at least 10 minutes apart". */
    {"minute|minutes|second|seconds apart", REFUSAL_DELAY},
    {"login|logins * delay|interval|minutes|seconds", REFUSAL_DELAY},
    {"minutes|seconds|interval|time|delay between * login|logins|logons|checks|sessions|connections|accesses|requests", REFUSAL_DELAY},
    /* OVH's help on its POP3 servers, for more than one login a minute: "too often". */
    {"too often|frequent|frequently|soon|fast|quickly", REFUSAL_DELAY},
    {"too many * login|logins|logon|logons|requests|checks|polls|accesses|commands", REFUSAL_DELAY},
    /* InterMail (fetchmail's pop3.c): "mail storage services unavailable, wait a few minutes and try again". */
    {"wait * second|seconds|minute|minutes|hour|before|until|while", REFUSAL_DELAY},

    /* nginx, for whatever its backend said: "internal server error". */
    {"internal * error|failure|problem", REFUSAL_TROUBLE},
    /* popper: "System error, can't open temporary file, do you own it?" */
    {"system|server|service|backend|database|db|ldap|sql|mysql|disk|io|storage|network|configuration|misconfiguration|unexpected|fatal|"
     "critical|unknown|software|application|processing|lookup error|failure|problem|fault|trouble", REFUSAL_TROUBLE},
    {"i o error|failure", REFUSAL_TROUBLE},
    {"exception", REFUSAL_TROUBLE},
    /* Courier: "Temporary problem, please try again later"; Dovecot: "Temporary authentication failure." */
    {"temporary|temporarily|transient|temp * fail|failed|failing|failure|failures|error|errors|problem|problems|trouble|unavailable|down|"
     "disabled|unable|unreachable|overloaded|outage|system|server|lookup|condition|rejected|refused|denied|closed", REFUSAL_TROUBLE},
    /* Exchange: "Server Unavailable. 21"; InterMail: "mail storage services unavailable". */
    {"server|servers|service|services|system|backend|store|storage|database|authentication|pop|pop3|currently * unavailable|unreachable|"
     "busy|down|offline|overloaded", REFUSAL_TROUBLE},
    /* Bongo: "server not ready (can't contact NMAP)". */
    {"server|service|system|backend|store|storage|database * not|isnt ready|available|responding|reachable", REFUSAL_TROUBLE},
    {"maintenance|overload|overloaded", REFUSAL_TROUBLE},
    {"shutting|going|shut|is|are down", REFUSAL_TROUBLE},
    /* Dovecot: "Maximum number of connections from user+IP exceeded". */
    {"too many * session|sessions|connection|connections|clients|users|processes|files", REFUSAL_TROUBLE},
    {"maximum|limit * session|sessions|connection|connections|clients|users|processes|files", REFUSAL_TROUBLE},
    {"session|sessions|connection|connections limit|quota|count", REFUSAL_TROUBLE},
    /* Proxies: "Could not connect to server". */
    {CANNOT " * connect|connecting|contact|contacting|reach", REFUSAL_TROUBLE},
    {"timeout|timed", REFUSAL_TROUBLE},
    {"connection refused|lost|reset|failed|error", REFUSAL_TROUBLE},
    /* UW ipop3d: "Unable to open user's INBOX"; qmail-pop3d: "unable to scan $HOME/Maildir"; James: "Unexpected error accessing mailbox". */
    {CANNOT " * open|opening|accessing|read|reading|scan|scanning|stat|create|creating|load|loading|build|initialize|init|process|select|"
     "copy|write|chdir * " MAILDROP "|mail|mails|spool|folder|directory|file|store|storage|database|messages|list|from|home", REFUSAL_TROUBLE},
    {MAILDROP " open|opening|read|reading|access|load|sync|parse|parsing|initialization failed|failure|error", REFUSAL_TROUBLE},
    {MAILDROP " * corrupt|corrupted|damaged|inaccessible|unavailable", REFUSAL_TROUBLE},
    /* qmail-pop3d: "this user has no $HOME/Maildir". */
    {"user has no * maildir", REFUSAL_TROUBLE},
    /* Courier: "chdir Maildir failed"; solid-pop3d: "fstat failed"; qpopper: "flock: 'FILE': REASON". */
    {"chdir|fstat|stat|fork|malloc|mmap|pipe|setuid|setgid|seteuid|setegid|initgroups|flock|open|read|write * failed|error|failure", REFUSAL_TROUBLE},
    {"cant|cannot|couldnt|unable|failed * fork|exec|execute|start|malloc|allocate", REFUSAL_TROUBLE},
    /* qmail-pop3d: "out of memory". */
    {"out of * memory|resources|space|processes|descriptors", REFUSAL_TROUBLE},
    {"no space|memory|resources", REFUSAL_TROUBLE},
    {"disk full", REFUSAL_TROUBLE},
    {"resource|resources * unavailable|exhausted", REFUSAL_TROUBLE},
    /* Courier: "Login failed.", which leaves the reason open; some add "please try again later" to that. */
    {"login|logon|authentication|authorization|auth|access|password * failed|failure|denied|rejected|refused|unsuccessful", REFUSAL_UNKNOWN},
    /* Servers of many makers, to what may pass. */
    {"please retry", REFUSAL_TROUBLE},
    {"try|retry|again * later|shortly|soon|minutes|moment|moments", REFUSAL_TROUBLE},
};

#define MECHANISM "mechanism|mechanisms|mech|sasl|method|scheme"
#define UNKNOWN "unknown|unrecognized|unrecognised|unsupported|unimplemented|unavailable"

/* Patterns of refusals that are about the command, or the mechanism in it, and not about who logs in. */
static const char *const denials[] = {
    /* Most servers, with or without the name of the command; JavaMail's mock server: "wrong or unimplemented command". */
    UNKNOWN "|invalid|illegal|unexpected|bad|wrong|undefined * command|commands|verb|keyword",
    "command|verb * " UNKNOWN "|invalid|illegal|disabled",
    /* RFC 1734: "Unrecognized authentication type"; Dovecot: "Unsupported authentication mechanism." */
    UNKNOWN "|invalid|illegal|bad|wrong|no * authentication|authorization|auth|sasl type|" MECHANISM,
    UNKNOWN " auth|" MECHANISM,
    "invalid|illegal|bad|wrong " MECHANISM,
    MECHANISM " * " UNKNOWN "|invalid|disabled",
    "no such command|" MECHANISM,
    /* nginx: "mechanism not supported". */
    "command|verb|" MECHANISM " * not|isnt|no supported|implemented|recognized|recognised|understood|known|available|enabled|valid|allowed|longer",
    /* GNU pop3d: "Command not implemented"; Exchange, for a way that was switched off: "no longer supported". */
    "not|isnt supported|implemented|understood",
    "no longer supported",
    /* RFC 5321's words for 501, from servers that share their texts with SMTP. */
    "syntax error",
    "invalid|wrong|bad|unexpected|extra|missing|many|few * argument|arguments|parameter|parameters|syntax",
};

/* Words in lower case, each ended by NUL; an empty one ends them. */
static void split(const char *text, size_t length, char words[LENGTH_MOST + 2])
{
	size_t used = 0;

	for (size_t i = 0; i < length && i < LENGTH_MOST; i++) {
		unsigned char c = (unsigned char)text[i];

		if (isalnum(c) || c >= 0x80)
			words[used++] = (char)tolower(c);
		else if (c != '\'' && c != '-' && used > 0 && words[used - 1])
			words[used++] = '\0';
	}
	words[used] = words[used + 1] = '\0';
	if (used > 0 && !words[used - 1])
		words[used] = '\0';
}

/* Whether one of the alternatives, "a|b~", is the word. */
static bool is_one_of(const char *alternatives, size_t size, const char *word)
{
	size_t length = strlen(word);

	while (size > 0) {
		const char *bar = memchr(alternatives, '|', size);
		size_t one = bar ? (size_t)(bar - alternatives) : size;
		bool open = alternatives[one - 1] == '~';

		if (open ? length >= one - 1 && memcmp(alternatives, word, one - 1) == 0
			 : length == one && memcmp(alternatives, word, one) == 0)
			return true;
		alternatives += one + (bar ? 1 : 0);
		size -= one + (bar ? 1 : 0);
	}
	return false;
}

/* Whether the words go on as the pattern does. */
static bool fits_here(const char *pattern, const char *words)
{
	size_t size = strcspn(pattern, " ");
	const char *rest = pattern + size + (pattern[size] == ' ');

	if (size == 0)
		return true;
	if (size == 1 && *pattern == '*') {
		for (int gap = 0; gap <= GAP_MOST; gap++) {
			if (fits_here(rest, words))
				return true;
			if (!*words)
				return false;
			words += strlen(words) + 1;
		}
		return false;
	}
	return *words && is_one_of(pattern, size, words) && fits_here(rest, words + strlen(words) + 1);
}

static bool fits(const char *pattern, const char *words)
{
	for (; *words; words += strlen(words) + 1) {
		if (fits_here(pattern, words))
			return true;
	}
	return false;
}

enum refusal_meaning refusal_words_mean(const char *text, size_t length)
{
	char words[LENGTH_MOST + 2];

	split(text, length, words);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (fits(rows[i].pattern, words))
			return rows[i].meaning;
	}
	return REFUSAL_UNKNOWN;
}

bool refusal_words_deny_command(const char *text, size_t length)
{
	char words[LENGTH_MOST + 2];

	split(text, length, words);
	for (size_t i = 0; i < sizeof(denials) / sizeof(denials[0]); i++) {
		if (fits(denials[i], words))
			return refusal_words_mean(text, length) == REFUSAL_UNKNOWN;
	}
	return false;
}
