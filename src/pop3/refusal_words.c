#include "config.h"

#include "pop3/refusal_words.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum {
	LENGTH_MOST = 512, /* maximum octets of a refusal that are examined */
	GAP_MOST = 4,	   /* maximum words that a "*" can match */
};

#define MAILDROP "mailbox|mailboxes|maildrop|mbox|inbox|maildir|mailspool|mailfile|popdrop|mailstore"
#define STORE                                                                                                          \
	"mail|mails|disk|stream|spool|folder|folders|directory|file|files|store|storage|database|messages|list|from|home|homedir|drop|temp|pipe|index|indexes|quota|lock"
#define SESSION "session|sessions|connection|connections|client|clients"
#define LOGIN "authentication|authorization|auth|login|logon|signin|password"
#define WRONG "wrong|invalid|incorrect|bad|failed|unsuccessful"
#define CANNOT "cant|cannot|couldnt|could|unable|failed|failure|error|unexpected"
#define BACKEND                                                                                                        \
	"ldap|mysql|sql|postgres|postgresql|oracle|radius|redis|database|db|nfs|pam|backend|backends|upstream|proxy|daemon|authdaemon"

/*
 * Patterns of complete words. "a|b" matches either word, "lock~" matches any word that begins with "lock", and "*"
 * matches up to GAP_MOST words. "^" matches before the first word, and "$" after the last. Apostrophes and hyphens are
 * ignored. Every other character that is not a letter or a digit separates words. The first matching row decides: rows
 * about credentials come before more general rows. A comment above a row quotes the servers that reply so. A row
 * without a comment covers other words for the same meaning. tests/unit/test-refusal-words.c checks each row against
 * such replies, and all rows against replies to a wrong password.
 */
static const struct {
	const char *pattern;
	enum refusal_meaning meaning;
} rows[] = {
    /* Exchange: "Logon failure: unknown user name or bad password."; GNU pop3d, UW ipop3d: "Bad login". */
    {"wrong|invalid|incorrect|bad * password|passwd|pass|pwd|passphrase|credentials|login|logon|user|username",
	REFUSAL_PASSWORD},
    {"unknown|unrecognized user|username|account|login|mailbox", REFUSAL_PASSWORD},
    /* qpopper: "Password supplied for "user" is incorrect."; Gmail: "Username and password not accepted." */
    {"password|passwd|credentials|username|user * wrong|invalid|incorrect|bad|mismatch|expired", REFUSAL_PASSWORD},
    {"login|logon is|was|not wrong|invalid|incorrect|bad", REFUSAL_PASSWORD},
    {"login|logon wrong|invalid|incorrect|bad|mismatch|expired", REFUSAL_PASSWORD},
    {"password|passwd|credentials|username * not|doesnt accepted|match|recognized|valid|correct", REFUSAL_PASSWORD},
    {"check|verify|confirm|reenter|correct your|the password|username|credentials|login", REFUSAL_PASSWORD},
    {"cant|cannot|couldnt|could|unable * find user|account|mailbox|login", REFUSAL_PASSWORD},
    {"problem|error|issue with * password|credentials|username|user", REFUSAL_PASSWORD},
    /* Gmail: "Application-specific password required". */
    {"app|applicationspecific password|passwords", REFUSAL_PASSWORD},
    {"no such user|account|mailbox|maildrop|login", REFUSAL_PASSWORD},
    {"user|account|" MAILDROP " * not|doesnt found|exist|exists", REFUSAL_PASSWORD},
    /* Gateways to IMAP send the codes of RFC 5530. */
    {"^ authenticationfailed|authorizationfailed|expired|noperm", REFUSAL_PASSWORD},
    {"not in use", REFUSAL_PASSWORD},
    /* hMailServer: "Too many invalid logon attempts." Each further attempt would make it worse. */
    {"too many * " WRONG " * login|logins|logon|logons|attempts|passwords|authentications", REFUSAL_PASSWORD},
    {"too many failure|failures", REFUSAL_PASSWORD},
    {"too many * " LOGIN "|recent|consecutive|repeated failure|failures", REFUSAL_PASSWORD},
    {"maximum|max|limit * attempt|attempts|retries|tries", REFUSAL_PASSWORD},
    {WRONG " * attempt|attempts", REFUSAL_PASSWORD},
    {"locked|disabled|blocked|suspended by * administrator|admin|operator|postmaster|policy", REFUSAL_PASSWORD},

    /*
     * RFC 1939, 7. and MDaemon's FAQ 247: "maildrop already locked"; VPOP3: "Mailbox Locked"; hMailServer: "Your
     * mailbox is already locked".
     */
    {MAILDROP " * lock~", REFUSAL_IN_USE},
    /* qpopper, known to its users as "POP lock busy": "Maildrop lock busy!  Is another session active?" */
    {"mail|pop|pop3 lock|locks|locked|file|drop|box|spool * locked|lock|busy", REFUSAL_IN_USE},
    /* A DeltaSync gateway: "Mailbox locked by another session". */
    {"lock~ by * another|other|" SESSION "|process|program|pop|pop3|imap|server", REFUSAL_IN_USE},
    /* Gmail: "[ALERT] Too many simultaneous connections. (Failure)" (MailKit issue 377), also for a blocked account. */
    {"too many * session|sessions|connection|connections|clients", REFUSAL_TROUBLE},
    {"maintenance", REFUSAL_TROUBLE},
    /* Here the account is locked, not the maildrop: "Your account has been locked." */
    {"account|user|username|login * locked|disabled|suspended|blocked|deactivated|inactive|closed|frozen",
	REFUSAL_PASSWORD},
    /* RFC 1939, 7. and Cyrus before 2.0: "Unable to lock maildrop"; solid-pop3d: "can't lock mailbox file". */
    {"lock|locking * " MAILDROP, REFUSAL_IN_USE},
    {"lock|locking * mail|pop|source file|drop|box|spool|folder", REFUSAL_IN_USE},
    /* UW ipop3d: "Can't get lock.  Mailbox in use"; tcllib's pop3d: "could not aquire lock for maildrop". */
    {"get|obtain|acquire|aquire|set|create|take * lock|locks", REFUSAL_IN_USE},
    {"cant|cannot|couldnt|could|unable * lock", REFUSAL_IN_USE},
    {"failed to lock", REFUSAL_IN_USE},
    /* The Berkeley popper: "lock busy" (fetchmail's pop3.c). */
    {"lock|locks busy|exists|held|failed|failure|timeout|error|conflict", REFUSAL_IN_USE},
    {"^ locked $", REFUSAL_IN_USE},
    /* Domino: "Unable to gain exclusive access to mail drop". */
    {"exclusive * access|lock", REFUSAL_IN_USE},
    /* GNU pop3d: "Mailbox in use"; Dovecot: "Mailbox is in use by another POP3 session". */
    {"in use", REFUSAL_IN_USE},
    {"inuse", REFUSAL_IN_USE},
    {"already * logged|connected|active|open|opened|locked|busy|running|accessed", REFUSAL_IN_USE},
    {SESSION " already|still exist|exists|active|open|running", REFUSAL_IN_USE},
    {"being accessed|used|opened|read", REFUSAL_IN_USE},
    {"currently|presently used|accessed|open|opened", REFUSAL_IN_USE},
    {MAILDROP " * open|opened|used|accessed by", REFUSAL_IN_USE},
    /* Sina and QQ: "duplicate login". */
    {"duplicate login|logon|session|connection", REFUSAL_IN_USE},
    /* RFC 2449, 8.1.2.: "Do you have another POP session running?" */
    {"another|other|previous|existing * session|sessions|connection|process|instance", REFUSAL_IN_USE},
    {"another|other user|client|program|device has|is", REFUSAL_IN_USE},
    {"concurrent|simultaneous|multiple * access|login|logins|session|sessions|connection|connections|clients",
	REFUSAL_IN_USE},
    {"by another|other * client|program|user|login|device", REFUSAL_IN_USE},
    {"only one|1 * session|sessions|connection|connections|login", REFUSAL_IN_USE},
    {"elsewhere", REFUSAL_IN_USE},
    {"logged in|on * from|at another|other", REFUSAL_IN_USE},
    {MAILDROP " * busy", REFUSAL_IN_USE},

    /*
     * Outlook.com: "Exceeded the login limit for a 15 minute period. Reduce the frequency of requests" (frappe issue
     * 242).
     */
    /* Gmail: "Account exceeded pop command or bandwidth limits". */
    {"exceed~|over|reached|beyond * login|logins|logon|rate|frequency|command|bandwidth|download|transfer|traffic|request|requests|pop|pop3 * "
     "limit|limits|rate|quota",
	REFUSAL_DELAY},
    {"login|logins|logon|rate|frequency|request|bandwidth|download|transfer|traffic limit|limits|rate|quota * exceed~|reached",
	REFUSAL_DELAY},
    {"exceed~ * logins|logons|checks|requests", REFUSAL_DELAY},
    {"maximum|max|limit * logins|logons|checks|requests|polls", REFUSAL_DELAY},
    {"login|logins|logons|connections|checks|requests|times * per|an|every|each hour|minute|minutes|day",
	REFUSAL_DELAY},
    /* Hotmail (Funambol's MailServerChecker): "login allowed only every 15 minutes". */
    {"once|only every|per|each|in * minute|minutes|hour|seconds", REFUSAL_DELAY},
    {"rate limit|limits|limited|limiting|exceeded", REFUSAL_DELAY},
    {"throttl~", REFUSAL_DELAY},
    {"frequency limited|exceeded|restricted", REFUSAL_DELAY},
    {"too many times", REFUSAL_DELAY},
    {"login|logins|logon delayed|deferred|postponed", REFUSAL_DELAY},
    {"more * every * minutes|seconds|hours", REFUSAL_DELAY},
    {"interval|delay * short|small", REFUSAL_DELAY},
    {"reduce the|your frequency|number|rate", REFUSAL_DELAY},
    {"slow down", REFUSAL_DELAY},
    {"too much * mail|data|traffic|bandwidth|messages", REFUSAL_DELAY},
    /* GNU pop3d: "Attempt to log in within the minimum login delay interval". */
    {"minimum|min|minimal * time|interval|delay|period", REFUSAL_DELAY},
    /* Cyrus: "Logins must be at least 10 minutes apart". */
    {"minute|minutes|second|seconds apart", REFUSAL_DELAY},
    {"login|logins * delay|interval|minutes|seconds", REFUSAL_DELAY},
    {"minutes|seconds|interval|time|delay between * login|logins|logons|checks|sessions|connections|accesses|requests",
	REFUSAL_DELAY},
    /* OVH's help for its POP3 servers: "too often", after more than one login per minute. */
    {"too often|frequent|frequently|soon|fast|quickly", REFUSAL_DELAY},
    /* 163.com: "log in too often", in GBK (zmail issues 29 and 30) and in UTF-8. */
    {"\xb5\xc7\xc2\xbc\xcc\xab~", REFUSAL_DELAY},
    {"\xe7\x99\xbb\xe5\xbd\x95\xe5\xa4\xaa~", REFUSAL_DELAY},
    {"too many * login|logins|logon|logons|requests|checks|polls|accesses|commands", REFUSAL_DELAY},
    /* InterMail (fetchmail's pop3.c): "mail storage services unavailable, wait a few minutes and try again". */
    {"wait * second|seconds|minute|minutes|hour|before|until|while", REFUSAL_DELAY},

    /* Advice on a wrong password uses words that also occur in temporary problems. */
    {LOGIN " failed|failure|error|denied|refused please|check|use|visit|open|see|you|your", REFUSAL_UNKNOWN},
    /* nginx: "internal server error", for any failure of its backend. */
    {"internal * error|failure|problem|fault", REFUSAL_TROUBLE},
    {"logins * disabled|suspended|closed", REFUSAL_TROUBLE},
    /* The server blocked an address that guessed passwords, and further attempts make it worse. */
    {"temporarily|temporary blocked|banned|locked|suspended|blacklisted|ban|block|lockout|password", REFUSAL_UNKNOWN},
    /*
     * Courier: "Temporary problem, please try again later"; Dovecot: "Temporary authentication failure."; Rumble:
     * "Temporary error".
     */
    {"temporary|temporarily|transient|temp * fail|failed|failing|failure|failures|error|errors|problem|problems|trouble|unavailable|down|"
     "disabled|unable|unreachable|overloaded|outage|system|server|lookup|condition|rejected|refused|denied|closed|deferred|not",
	REFUSAL_TROUBLE},
    /* Citadel: "System busy, try later."; tpop3d: "Sorry, I'm too busy right now". */
    {"busy", REFUSAL_TROUBLE},
    {"overload|overloaded", REFUSAL_TROUBLE},
    {"load * high", REFUSAL_TROUBLE},
    {"high|heavy|excessive load", REFUSAL_TROUBLE},
    {"at this|the time|moment", REFUSAL_TROUBLE},
    {"right now", REFUSAL_TROUBLE},
    {"cant|cannot|unable * now", REFUSAL_TROUBLE},
    /* tpop3d: "Everything was fine until now, but suddenly I realise I just can't go on. Sorry." */
    {"cant|cannot go on", REFUSAL_TROUBLE},
    /* A service that is not enabled for this user is a permanent condition. */
    {"not available|enabled for|to|on|in|with * account|accounts|user|users|plan|subscription", REFUSAL_UNKNOWN},
    {"unavailable for|to|in|with * account|accounts|user|users|plan|subscription", REFUSAL_UNKNOWN},
    /* Exchange: "Server Unavailable. 21"; servers in Java: "Service Unavailable"; RFC 5530's code. */
    {"unavailable|offline|unreachable", REFUSAL_TROUBLE},
    /* Bongo: "server not ready (can't contact NMAP)"; a server in Java: "Mailbox not available." */
    {"not|isnt available|ready|respond|responding|reachable|accessible|mounted|running|answering", REFUSAL_TROUBLE},
    {"no response|reply|answer from", REFUSAL_TROUBLE},
    {"server|servers|service|services|system|backend|store|storage|database|authentication|pop|pop3|currently * down",
	REFUSAL_TROUBLE},
    {"shutting|going|shut|is|are down", REFUSAL_TROUBLE},
    {"shutdown|restarting|rebooting|reloading", REFUSAL_TROUBLE},
    {"starting up", REFUSAL_TROUBLE},
    {"out of service|order", REFUSAL_TROUBLE},
    {"downtime", REFUSAL_TROUBLE},
    {"closing down", REFUSAL_TROUBLE},
    {"server|service is closing|stopping|stopped", REFUSAL_TROUBLE},
    {"service stopped", REFUSAL_TROUBLE},
    {"not accepting", REFUSAL_TROUBLE},
    {"currently impossible|disabled|closed|suspended", REFUSAL_TROUBLE},
    /*
     * An operator is working on the maildrop. Zimbra has an account status of its own that prevents logins meanwhile.
     */
    {"being * moved|migrated|transferred|relocated|converted|upgraded|updated|rebuilt|repaired|restored|recovered|reindexed|synchronized|"
     "compacted|archived|created|initialized|checked|processed|prepared|locked",
	REFUSAL_TROUBLE},
    {"is|are|under|undergoing moving|migrating|migration|relocation|reconstruction|repair", REFUSAL_TROUBLE},
    {"rebuilding|reindexing|repairing|restoring|reconstructing|updating * " MAILDROP "|account|index", REFUSAL_TROUBLE},
    {"need|needs|requires|must * rebuilt|repaired|reconstructed|reindexed|recovered|rebuild|repair|reconstruct",
	REFUSAL_TROUBLE},
    {"migration|migrating|relocation|moving|rebuild|rebuilding|recovery|restore|upgrade|conversion|backup|reindexing * progress|underway|"
     "ongoing|running",
	REFUSAL_TROUBLE},
    /* Dovecot: "Maximum number of connections from user+IP exceeded"; Synchronet: "Maximum active clients reached". */
    {"too many * users|processes|files", REFUSAL_TROUBLE},
    {"maximum|max|limit * session|sessions|connection|connections|clients|users|processes|files", REFUSAL_TROUBLE},
    {SESSION " limit|quota|count|exceeded|reached", REFUSAL_TROUBLE},
    {"resource|resources|memory|process limit|limits", REFUSAL_TROUBLE},
    {"connections|sessions * exceed~", REFUSAL_TROUBLE},
    {"exceed~ * connections|sessions", REFUSAL_TROUBLE},
    {"server|process|child limit|limits * reached|exceed~", REFUSAL_TROUBLE},
    {SESSION " setup|start|startup|initialization|creation failed|failure|error", REFUSAL_TROUBLE},
    {SESSION " could|cannot|cant|couldnt", REFUSAL_TROUBLE},
    {"license|licence * limit|limits|exceed~|expired", REFUSAL_TROUBLE},
    {"^ limit", REFUSAL_TROUBLE},
    /* Servers that share their texts with SMTP send its codes for temporary failures (RFC 5321, RFC 4954). */
    {"^ 421|450|451|452|454", REFUSAL_TROUBLE},
    /* Proxies: "Could not connect to server"; a proxy in C: "Unable to reach the server." */
    {CANNOT " * connect|connecting|reach|reaching|bind", REFUSAL_TROUBLE},
    {"cant|cannot|couldnt|not contact", REFUSAL_TROUBLE},
    {"unable|failed to contact", REFUSAL_TROUBLE},
    {"timeout|timed", REFUSAL_TROUBLE},
    {"connection|connect refused|failed|error|reset", REFUSAL_TROUBLE},
    {"connection to|with|from * refused|failed|lost", REFUSAL_TROUBLE},
    {"lost|losing|broken connection|contact|link|pipe", REFUSAL_TROUBLE},
    {"connection lost|broken", REFUSAL_TROUBLE},
    {"connection * could|cannot|cant|not be|established|started|opened", REFUSAL_TROUBLE},
    {"host|server|backend|peer closed|refused|reset|dropped * connection", REFUSAL_TROUBLE},
    {"host not found|unknown", REFUSAL_TROUBLE},
    {"bad gateway", REFUSAL_TROUBLE},
    {"no route|backend|backends|upstream", REFUSAL_TROUBLE},
    {"no * server|servers|backends|worker|workers|node|nodes * available|alive|left|found", REFUSAL_TROUBLE},
    /* MySQL's errors 2006 and 2013: "MySQL server has gone away", "Lost connection to MySQL server". */
    {"gone away", REFUSAL_TROUBLE},
    {"nfs", REFUSAL_TROUBLE},
    {"lookup|query * error|failed|failure", REFUSAL_TROUBLE},
    {CANNOT " * user|account info|information|record|data|entry", REFUSAL_TROUBLE},
    {"cant|cannot|couldnt|could|unable * " BACKEND, REFUSAL_TROUBLE},
    {CANNOT " * look|lookup|query|search", REFUSAL_TROUBLE},
    {"cant|cannot|couldnt|unable * check * password|passwords|passwd|credentials", REFUSAL_TROUBLE},
    /*
     * UW ipop3d: "Unable to open user's INBOX"; qmail-pop3d: "unable to scan $HOME/Maildir"; James: "Unexpected error
     * accessing mailbox"; hMailServer: "Failed to fetch messages in Inbox."; Kopano: "Can't get mail list"; Dovecot:
     * "Couldn't sync mailbox."
     */
    {CANNOT
	" * open|opening|read|reading|scan|scanning|stat|create|creating|load|loading|build|initialize|init|process|select|copy|write|"
	"chdir|rename|truncate|append|retrieve|retrieving|get|getting|fetch|fetching|list|listing|sync|synchronize|index|parse|update|determine|examine|assign * " MAILDROP
	"|" STORE,
	REFUSAL_TROUBLE},
    {"by|via|with|over|through|using pop|pop3", REFUSAL_UNKNOWN},
    {"access * denied|forbidden|refused", REFUSAL_UNKNOWN},
    {CANNOT " * access|accessing * " MAILDROP "|" STORE, REFUSAL_TROUBLE},
    {"cant|cannot|couldnt|unable * locate maildrop|mailbox", REFUSAL_TROUBLE},
    {CANNOT " * find|locate * maildir|directory|spool|home|homedir|file", REFUSAL_TROUBLE},
    {"access|accessing|opening|reading|loading * " MAILDROP " * failed|failure|error|impossible", REFUSAL_TROUBLE},
    {MAILDROP " open|opening|read|reading|access|load|sync|parse|parsing|initialization failed|failure|error",
	REFUSAL_TROUBLE},
    {MAILDROP
	" * cant|cannot|couldnt|could|not be opened|accessed|read|loaded|selected|retrieved|scanned|listed|created|locked",
	REFUSAL_TROUBLE},
    {MAILDROP " * inaccessible|modified|changed", REFUSAL_TROUBLE},
    {MAILDROP " * format", REFUSAL_TROUBLE},
    {"end of file", REFUSAL_TROUBLE},
    {"corrupt|corrupted|corruption|damaged|inconsistent", REFUSAL_TROUBLE},
    /* qmail-pop3d: "this user has no $HOME/Maildir". */
    {"user has no * maildir", REFUSAL_TROUBLE},
    {"no|missing home|homedir|maildir|spool", REFUSAL_TROUBLE},
    /*
     * The Berkeley popper: "Unable to copy mail spool file, quota exceeded"; strerror of EDQUOT: "Disk quota
     * exceeded".
     */
    {"quota * exceed~|full|reached", REFUSAL_TROUBLE},
    {"over|exceed~|above|beyond * quota", REFUSAL_TROUBLE},
    {"overquota", REFUSAL_TROUBLE},
    {"disk|filesystem|system|partition|volume|device|spool|storage|store|" MAILDROP " * full", REFUSAL_TROUBLE},
    {"storage|size|space limit|limits|allocation * exceed~|reached", REFUSAL_TROUBLE},
    {"full disk|filesystem|partition", REFUSAL_TROUBLE},
    {"no|not|enough|insufficient|low space|room|memory|resources|disk|storage|enough|sufficient", REFUSAL_TROUBLE},
    /* qmail-pop3d: "out of memory". */
    {"allocation failed|failure|error", REFUSAL_TROUBLE},
    {"out of * memory|resources|space|processes|descriptors", REFUSAL_TROUBLE},
    {"exhausted|deadlock", REFUSAL_TROUBLE},
    /* These are the strerror texts of EROFS, EIO, ESTALE, ENOENT, ENODEV, EBADF, EPIPE, EEXIST and similar errors. */
    {"filesystem|system|disk * readonly", REFUSAL_TROUBLE},
    {"enospc|edquot|eio|erofs|estale|emfile|enfile|enomem|eagain|enolck", REFUSAL_TROUBLE},
    {"readonly * file|filesystem|system|disk|" MAILDROP, REFUSAL_TROUBLE},
    {MAILDROP " * readonly", REFUSAL_TROUBLE},
    {"i|input o|output error|failure", REFUSAL_TROUBLE},
    {"stale * handle|file|lock", REFUSAL_TROUBLE},
    {"no such file|directory|device|process", REFUSAL_TROUBLE},
    {"bad|broken file|pipe|message", REFUSAL_TROUBLE},
    {"interrupted system|call", REFUSAL_TROUBLE},
    {"file exists", REFUSAL_TROUBLE},
    {"is|not a directory", REFUSAL_TROUBLE},
    {"endpoint * connected", REFUSAL_TROUBLE},
    {"structure needs cleaning", REFUSAL_TROUBLE},
    {"no child|locks processes|available", REFUSAL_TROUBLE},
    /*
     * Courier: "chdir Maildir failed"; solid-pop3d: "fstat failed"; qpopper: "flock: 'FILE': REASON", "maillock:
     * 'FILE'".
     */
    {"chdir|fstat|stat|fork|malloc|mmap|pipe|setuid|setgid|seteuid|setegid|initgroups|chroot|getpwnam|getpwuid|flock|fcntl|open|read|write * failed|error|failure",
	REFUSAL_TROUBLE},
    {"flock|fcntl|maillock|chdir|setuid|setgid|seteuid", REFUSAL_TROUBLE},
    {"cant|cannot|couldnt|could|unable|failed * fork|exec|execute|start|spawn|launch|malloc|allocate", REFUSAL_TROUBLE},
    {CANNOT " * create|creating * process|child|thread|socket|session|worker", REFUSAL_TROUBLE},
    /* Heimdal's popper: "Unable to change to uid". */
    {"cant|cannot|couldnt|could|unable * become|drop user|privileges", REFUSAL_TROUBLE},
    {CANNOT " * set|change|changing|switch * uid|gid|euid|directory|dir|home|group|groups", REFUSAL_TROUBLE},

    /* These words only look like a server problem; the rest of the text names the actual cause. */
    {"^ server|system|mail|pop|pop3 error|failure * " LOGIN
     "|authenticate|authenticating|log|logging|account|user|username|credentials|"
     "denied|rejected|incorrect|expired|disabled|blocked|mismatch|unauthorized",
	REFUSAL_UNKNOWN},
    {"error|failure|problem|failed " LOGIN " failed|failure|error|denied|rejected|refused|incorrect|wrong|invalid",
	REFUSAL_UNKNOWN},
    {LOGIN " error|failure|problem occurred|happened", REFUSAL_UNKNOWN},
    /* popper: "System error, can't open temporary file, do you own it?" */
    {"system|server|service|backend|database|db|ldap|sql|mysql|pam|disk|io|storage|network|configuration|misconfiguration|unexpected|fatal|"
     "critical|unknown|hardware|cache|technical|general|generic|unspecified|unhandled|undefined|software|application|processing|lookup|program|script|proxy|gateway "
     "error|failure|failures|problem|problems|difficulties|fault|trouble|condition|crash|response|inconsistency",
	REFUSAL_TROUBLE},
    {BACKEND " * error|down|gone|locked|crashed|dead|died|lost|stopped", REFUSAL_TROUBLE},
    /* qmail-popup: "aack, child crashed". */
    {"exception|crashed|traceback|misconfigured|segmentation|assertion", REFUSAL_TROUBLE},
    {"java lang|net|io|sql", REFUSAL_TROUBLE},
    {"dns * failure|error|timeout", REFUSAL_TROUBLE},
    {"transaction|operation failed|aborted", REFUSAL_TROUBLE},
    {"error|errors|problem|failure occurred|happened|encountered|detected", REFUSAL_TROUBLE},
    {"internal|having|experiencing inconsistency|problems|difficulties", REFUSAL_TROUBLE},
    /* qmail-ldap's qmail-popup: "error in server configuration". */
    {"error|failure|problem in|with * server|configuration|system|database|backend", REFUSAL_TROUBLE},
    {"there was|is a|an problem|error", REFUSAL_TROUBLE},
    /* tpop3d: "Something bad happened, and I just can't go on. Sorry."; "Everything's really bad". */
    {"something * wrong|broke|broken|failed|happened", REFUSAL_TROUBLE},
    {"everythings * bad", REFUSAL_TROUBLE},
    {"temporarily", REFUSAL_TROUBLE},
    /* Courier: "Login failed.", which gives no reason. Some servers add "please try again later". */
    {"login|logon|authentication|authorization|auth|access|password * failed|failure|denied|rejected|refused|unsuccessful",
	REFUSAL_UNKNOWN},
    /* Servers of many vendors ask the client to try again. */
    {"please retry", REFUSAL_TROUBLE},
    {"reconnect|connect|back|return * later|minute|minutes", REFUSAL_TROUBLE},
    {"try|retry|again * later|shortly|soon|second|seconds|minute|minutes|hour|hours|moment|moments", REFUSAL_TROUBLE},
};

#define MECHANISM "mechanism|mechanisms|mech|sasl|method|scheme"
#define UNKNOWN "unknown|unrecognized|unrecognised|unsupported|unimplemented|unavailable"

/* Patterns of refusals that are about the command or the mechanism in it, and not about the credentials. */
static const char *const denials[] = {
    /* Most servers reply so, with or without the name of the command. */
    UNKNOWN "|invalid|illegal|unexpected|bad|wrong|undefined * command|commands|verb|keyword",
    "command|verb * " UNKNOWN "|invalid|illegal|disabled",
    /* RFC 1734: "Unrecognized authentication type"; Dovecot: "Unsupported authentication mechanism." */
    UNKNOWN "|invalid|illegal|bad|wrong|no * authentication|authorization|auth|sasl type|" MECHANISM,
    UNKNOWN " auth|" MECHANISM,
    "invalid|illegal|bad|wrong " MECHANISM,
    MECHANISM " * " UNKNOWN "|invalid|disabled",
    "no such command|" MECHANISM,
    /* nginx: "mechanism not supported". */
    "command|verb|" MECHANISM
    " * not|isnt|no supported|implemented|recognized|recognised|understood|known|available|enabled|valid|allowed|longer",
    /* GNU pop3d: "Command not implemented"; other servers, for a disabled mechanism: "no longer supported". */
    "not|isnt supported|implemented|understood",
    "no longer supported",
    /* qmail-popup: "authorization first", to every command that it does not know. */
    "authorization first",
    /* Servers that share their texts with SMTP send RFC 5321's words for 501. */
    "syntax error",
    "invalid|wrong|bad|unexpected|extra|missing|many|few * argument|arguments|parameter|parameters|syntax",
};

/* Returns the length without "(Failure)", which Gmail appends to all its refusals. */
static size_t without_tail(const char *text, size_t length)
{
	static const char tail[] = " (failure)";
	size_t size = sizeof(tail) - 1;

	return length >= size && strncasecmp(text + length - size, tail, size) == 0 ? length - size : length;
}

/* Splits a text into words in lower case, each ended by NUL. An empty word ends the list. */
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

/* Returns whether the word matches one of the alternatives, "a|b~". */
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

/* Returns whether the words match the pattern from here on. */
static bool fits_here(const char *pattern, const char *words)
{
	size_t size = strcspn(pattern, " ");
	const char *rest = pattern + size + (pattern[size] == ' ');

	if (size == 0)
		return true;
	if (size == 1 && *pattern == '$')
		return !*words;
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
	if (*pattern == '^')
		return fits_here(pattern + 2, words);
	for (; *words; words += strlen(words) + 1) {
		if (fits_here(pattern, words))
			return true;
	}
	return false;
}

enum refusal_meaning refusal_words_mean(const char *text, size_t length)
{
	char words[LENGTH_MOST + 2];

	split(text, without_tail(text, length), words);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (fits(rows[i].pattern, words))
			return rows[i].meaning;
	}
	return REFUSAL_UNKNOWN;
}

bool refusal_words_deny_command(const char *text, size_t length)
{
	enum refusal_meaning meaning = refusal_words_mean(text, length);
	char words[LENGTH_MOST + 2];

	split(text, length, words);
	for (size_t i = 0; i < sizeof(denials) / sizeof(denials[0]); i++) {
		if (fits(denials[i], words))
			return meaning == REFUSAL_UNKNOWN || meaning == REFUSAL_TROUBLE;
	}
	return false;
}
