#include "config.h"

#include "pop3/refusal.h"

#include <string.h>
#include <strings.h>

#include "pop3/refusal_words.h"

static const struct {
	const char *code;	      /* a more specific code comes before the code above it (RFC 2449, 8.) */
	enum refusal_meaning meaning; /* meaning of words that stand for this code; REFUSAL_UNKNOWN: no words do */
	enum error_kind kind;
	bool temporary;
	const char *hint;
} codes[] = {
    {"IN-USE", REFUSAL_IN_USE, ERROR_LOCKED, true, "another program has this maildrop open; the next run tries again"},
    {"LOGIN-DELAY", REFUSAL_DELAY, ERROR_LOCKED, true,
	"run mailhaul less often: the server limits how often you may log in"},
    {"SYS/TEMP", REFUSAL_TROUBLE, ERROR_PROTOCOL, true, "the server has a temporary problem; the next run tries again"},
    {"SYS/PERM", REFUSAL_UNKNOWN, ERROR_PROTOCOL, false, "ask the server's operator"},
    {"SYS", REFUSAL_UNKNOWN, ERROR_PROTOCOL, true, "the server has a temporary problem; the next run tries again"},
    {"AUTH", REFUSAL_UNKNOWN, ERROR_AUTH, false,
	"check user and password; many providers require an app password for POP3"},
};

enum { CODES = sizeof(codes) / sizeof(codes[0]) };

/*
 * Returns whether the text begins with this response code or one below it, "[CODE]" or "[CODE/MORE]". A blank may
 * follow CODE.
 */
static bool has_code(const char *text, size_t length, const char *code)
{
	size_t size = strlen(code);

	return length > size + 1 && *text == '[' && strncasecmp(text + 1, code, size) == 0 &&
	    strchr("]/ ", text[size + 1]) && text[size + 1] && memchr(text, ']', length);
}

static size_t find_code(const char *text, size_t length)
{
	size_t i = 0;

	for (; length > 0 && *text == ' '; length--)
		text++;
	while (i < CODES && !has_code(text, length, codes[i].code))
		i++;
	return i;
}

static size_t find_meaning(enum refusal_meaning meaning)
{
	size_t i = 0;

	while (i < CODES && (meaning == REFUSAL_UNKNOWN || codes[i].meaning != meaning))
		i++;
	return i;
}

/* Sets the error of a row of the table, or an error of kind `kind` if the row is CODES. */
static bool set(size_t row, const char *text, size_t length, enum error_kind kind, const char *cause, struct error *err)
{
	error_set(err, kind, "%s", cause);
	if (kind == ERROR_AUTH)
		error_hint(err, "check user and password; many providers require an app password for POP3");
	if (row < CODES) {
		err->kind = codes[row].kind;
		err->temporary = codes[row].temporary;
		error_hint(err, "%s", codes[row].hint);
	}
	return error_server(err, text, length);
}

bool refusal_error(const char *text, size_t length, enum error_kind kind, const char *cause, struct error *err)
{
	size_t row = find_code(text, length);

	if (row == CODES)
		row = find_meaning(refusal_words_mean(text, length));
	return set(row, text, length, kind, cause, err);
}

bool refusal_of_login(const char *text, size_t length, bool auth_resp_code, struct error *err)
{
	size_t row = find_code(text, length);
	enum refusal_meaning meaning = row == CODES ? refusal_words_mean(text, length) : REFUSAL_UNKNOWN;
	bool unexplained = row == CODES && meaning == REFUSAL_UNKNOWN && auth_resp_code;

	if (unexplained)
		meaning = REFUSAL_TROUBLE;
	if (row == CODES)
		row = find_meaning(meaning);
	set(row, text, length, ERROR_AUTH, "the server refused the login", err);
	/* The password may be wrong nevertheless: the server may announce AUTH-RESP-CODE and not use it. */
	if (unexplained)
		error_hint(err,
		    "the server does not say that the password is wrong, so the next run tries again; if this persists, "
		    "check user and password");
	return false;
}

bool refusal_denies_command(const char *text, size_t length)
{
	return find_code(text, length) == CODES && refusal_words_deny_command(text, length);
}
