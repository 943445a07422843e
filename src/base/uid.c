#include "config.h"

#include "base/uid.h"

#include <stdlib.h>
#include <string.h>

static bool begins(const char *uid, const char *with)
{
	return strncmp(uid, with, strlen(with)) == 0;
}

bool uid_is_given(const char *uid)
{
	return uid[0] != ' ';
}

const char *uid_given(const char *uid)
{
	return uid_is_given(uid) ? uid : "";
}

bool uid_is_unknown(const char *uid)
{
	return begins(uid, UID_UNKNOWN);
}

bool uid_is_made(const char *uid)
{
	return begins(uid, UID_MADE);
}

bool uid_is_made_alone(const char *uid)
{
	return uid_is_made(uid) && !strpbrk(uid + strlen(UID_MADE), ":#");
}

bool uid_has_header(const char *uid, const char *hex)
{
	size_t length = strlen(hex);
	const char *made = uid + strlen(UID_MADE);

	return uid_is_made(uid) && begins(made, hex) && memchr(":#", made[length], 3);
}

bool uid_is_of_session(const char *uid)
{
	return begins(uid, UID_SESSION);
}

bool uid_is_made_as(const char *uid, const char *made)
{
	size_t length = strlen(made);

	return begins(uid, made) && (uid[length] == '\0' || uid[length] == '#');
}

bool uid_is_one_of_several(const char *uid, const char *next)
{
	return strchr(uid, '#') || (next && begins(next, uid) && next[strlen(uid)] == '#');
}

const char *uid_found_identity(const char *uid)
{
	return begins(uid, UID_FOUND) ? uid + strlen(UID_FOUND) : NULL;
}

struct uid_key uid_parse(const char *key)
{
	struct uid_key k = {.uid = key, .identity = ""};

	while (!uid_is_given(k.uid) && !uid_is_made(k.uid) && !uid_is_unknown(k.uid) && !uid_is_of_session(k.uid)) {
		const char *identity = uid_found_identity(k.uid);
		char *end;

		if (identity) {
			k.identity = identity;
			k.uid = "";
		} else if (begins(k.uid, UID_WAS) && strlen(k.uid) >= UID_WAS_LENGTH) {
			k.uid += k.uid[UID_WAS_LENGTH] == ':' ? UID_WAS_LENGTH + 1 : strlen(k.uid);
		} else {
			k.other = true;
			k.maildrop = strtoll(k.uid, &end, 10);
			k.uid = end > k.uid && *end == ':' ? end + 1 : "";
		}
	}
	return k;
}
