#include "config.h"

#include "tls/key_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/platform.h"

enum { OCTETS_MOST = 64 }; /* limit of each value in a line; a 512-bit hash is the longest */

struct key_log {
	int fd;
};

static bool check(int fd, const char *path, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return error_errno(err, ERROR_USAGE, errno, "--tls-key-log: %s cannot be examined", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_USAGE, "--tls-key-log: %s is not a regular file", path);
	if (st.st_uid != geteuid())
		return error_set(err, ERROR_USAGE, "--tls-key-log: %s belongs to another user", path);
	if ((st.st_mode & 07177) != 0)
		return error_set(err, ERROR_USAGE, "--tls-key-log: %s does not have mode 0600", path);
	return true;
}

bool key_log_open(struct key_log **out, const char *path, struct error *err)
{
	/* O_NONBLOCK: opening a FIFO without a reader must not block. */
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	bool ok;

	if (fd < 0 && errno == ELOOP)
		ok = error_set(err, ERROR_USAGE, "--tls-key-log: %s is a symbolic link", path);
	else if (fd < 0)
		ok = error_errno(err, ERROR_USAGE, errno, "--tls-key-log: %s cannot be opened", path);
	else
		ok = check(fd, path, err);
	if (ok) {
		*out = memory_zeroed(1, sizeof(**out));
		(*out)->fd = fd;
		return true;
	}
	if (fd >= 0)
		close(fd);
	return error_hint(err, "name a file that does not exist yet, in a directory of your own");
}

void key_log_close(struct key_log **k)
{
	if (!*k)
		return;
	close((*k)->fd);
	free(*k);
	*k = NULL;
}

void key_log_add(const struct key_log *k, const char *label, const unsigned char *random, size_t random_length,
    const unsigned char *key, size_t key_length)
{
	char random_text[2 * OCTETS_MOST + 1], key_text[2 * OCTETS_MOST + 1], line[4 * OCTETS_MOST + 64];
	int length;

	if (random_length > OCTETS_MOST || key_length > OCTETS_MOST)
		return;
	digest_hex(random_text, random, random_length);
	digest_hex(key_text, key, key_length);
	length = snprintf(line, sizeof(line), "%s %s %s\n", label, random_text, key_text);
	/* Use a single write, because other workers write to the same file. */
	if (length > 0 && (size_t)length < sizeof(line))
		(void)!write(k->fd, line, (size_t)length);
	platform_wipe(key_text, sizeof(key_text));
	platform_wipe(line, sizeof(line));
}
