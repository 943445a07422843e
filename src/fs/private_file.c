#include "config.h"

#include "fs/private_file.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/trust.h"

bool private_file(const char *path, const struct stat *st, enum private_from from, char hint[PRIVATE_FILE_HINT])
{
	mode_t forbidden = from == PRIVATE_FROM_ALL ? S_IRWXG | S_IRWXO : S_IRWXO;
	mode_t excess = st->st_mode & forbidden;
	uid_t user = geteuid();

	if (!S_ISREG(st->st_mode) || excess == 0 || trust_is_read_only(path))
		return true;
	if ((excess & (S_IWGRP | S_IWOTH)) == 0 && trust_is_provided(path))
		return true;
	/* root gives a group of ours access. The user can neither change that nor be the one who overlooked it. */
	if (excess == S_IRGRP && st->st_uid == 0 && user != 0)
		return true;
	if (user != 0 && st->st_uid != user)
		snprintf(hint, PRIVATE_FILE_HINT, "as root, run: chown %lu %s && chmod 600 %s", (unsigned long)user,
		    path, path);
	else
		snprintf(hint, PRIVATE_FILE_HINT, "run: chmod %s %s", from == PRIVATE_FROM_ALL ? "600" : "o=", path);
	return false;
}
