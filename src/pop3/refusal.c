#include "config.h"

#include "pop3/refusal.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *code;
	enum error_kind kind;
	bool temporary;
	const char *mend;
} codes[] = {
    {"[IN-USE]", ERROR_LOCKED, true, "another program has this maildrop open; the next run tries again"},
    {"[LOGIN-DELAY]", ERROR_LOCKED, true, "the server wants more time between logins: run mailhaul less often"},
    {"[SYS/TEMP]", ERROR_PROTOCOL, true, "the server has a passing problem; the next run tries again"},
    {"[SYS/PERM]", ERROR_PROTOCOL, false, "ask the server's operator"},
    {"[AUTH]", ERROR_AUTH, false, "check user and password; many providers want an app password for POP3"},
};

bool refusal_error(const char *text, size_t length, enum error_kind kind, const char *cause, struct error *err)
{
	error_set(err, kind, "%s", cause);
	if (kind == ERROR_AUTH)
		error_mend(err, "check user and password; many providers want an app password for POP3");
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		size_t size = strlen(codes[i].code);

		if (length < size || strncasecmp(text, codes[i].code, size) != 0)
			continue;
		err->kind = codes[i].kind;
		err->temporary = codes[i].temporary;
		error_mend(err, "%s", codes[i].mend);
	}
	return error_server(err, text, length);
}
