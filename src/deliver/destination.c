#include "config.h"

#include "deliver/destination.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/platform.h"

static const struct destination_ops *const kinds[] = {&maildir_ops, &mbox_ops, &pipe_ops};

const struct destination_ops *destination_find(const char *scheme, size_t length)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strlen(kinds[i]->scheme) == length && memcmp(kinds[i]->scheme, scheme, length) == 0)
			return kinds[i];
	}
	return NULL;
}

void destination_close(struct destination **d)
{
	if (!*d)
		return;
	(*d)->ops->discard(*d);
	(*d)->ops->rollback(*d);
	(*d)->ops->close(*d);
	*d = NULL;
}

bool destination_hint_limit(struct error *err)
{
	uint64_t most = platform_file_octets_most();

	if (err->saved_errno != EFBIG || most == UINT64_MAX)
		return false;
	error_hint(err,
	    "raise the limit on file sizes, now %" PRIu64 " bytes (ulimit -f); nothing is deleted from the server "
	    "until then",
	    most);
	return true;
}
