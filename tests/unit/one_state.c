#include "config.h"

#include <string.h>

#include "check_main.h"
#include "one_state.h"
#include "scratch.h"

struct state *s;
struct error err;

void enter(void)
{
	ck_assert_msg(state_open(&s, scratch_path("state"), "work", STATE_WRITE, &err), "%s", err.cause);
}

void leave(void)
{
	if (s)
		state_rollback(s);
	state_close(&s);
}

void reopen(void)
{
	state_close(&s);
	enter();
}

bool add(const char *uid, int64_t delivered, unsigned char header)
{
	struct state_record record = {.uid = uid, .octets = 5, .wire = 6, .listed = 6, .delivered = delivered};

	memset(record.sha256, 1, DIGEST_SIZE);
	memset(record.header, header, DIGEST_SHORT);
	return state_add(s, &record, &err);
}

void record(const char *uid, int64_t delivered)
{
	ck_assert_msg(add(uid, delivered, 2) && state_commit(s, &err), "%s", err.cause);
}

const char *knows(const char *uid)
{
	struct state_item item = {.uid = uid, .octets = 6};

	ck_assert_msg(state_join(s, &item, 1, NULL, &err), "%s", err.cause);
	if (item.doubtful)
		return item.likely ? "?" : "??";
	return item.known ? item.unfetched ? "kt" : "k" : item.unfetched ? "t" : "-";
}
