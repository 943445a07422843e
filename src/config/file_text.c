#include "config.h"

#include "config/file_text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/scan.h"
#include "base/secret.h"
#include "config/plain_text.h"
#include "config/problems.h"
#include "fs/trust.h"

enum { FILE_OCTETS_MOST = 4 * 1024 * 1024 };

/* Adds a problem and returns false if this is not text. */
static bool check_text(const char *path, const char *text, size_t length, struct problems *problems)
{
	const char *nul;

	if (length > FILE_OCTETS_MOST) {
		problems_add(problems,
		    "%s: the configuration has more than %d MiB; put the accounts into several files", path,
		    FILE_OCTETS_MOST / (1024 * 1024));
		return false;
	}
	switch (plain_text_form(text, length)) {
	case PLAIN_TEXT_WIDE:
		problems_add(problems, "%s: the configuration is in UTF-16 or UTF-32; save it as UTF-8", path);
		return false;
	case PLAIN_TEXT_NUL:
		nul = memchr(text, '\0', length);
		problems_add(problems,
		    "%s:%zu: there is a NUL in this line, so this is not a text file; see mailhaul.conf(5) for the format",
		    path, scan_count(text, (size_t)(nul - text), '\n') + 1);
		return false;
	default:
		return true;
	}
}

/* Whoever can write the file chooses the commands that it runs, and where the password goes. */
static bool check_trust(const char *path, const struct stat *st, struct problems *problems)
{
	struct error why;

	if (trust_path(path, st, &why))
		return true;
	problems_add(problems, "%s: the configuration cannot be trusted: %s; %s", path, why.cause, why.hint);
	return false;
}

/* Returns the content of a file that is open. */
static struct secret *read_open(const char *path, int fd, const struct stat *st, struct problems *problems)
{
	struct secret *text;

	if (!S_ISREG(st->st_mode) && !S_ISFIFO(st->st_mode)) {
		problems_add(problems, "%s: the configuration is not a file; name the file itself", path);
		return NULL;
	}
	if (S_ISREG(st->st_mode) && !check_trust(path, st, problems))
		return NULL;
	text = secret_read(fd, FILE_OCTETS_MOST + 1);
	if (!text)
		problems_add(problems, "%s: the configuration cannot be read: %s; check the disk", path,
		    strerror(errno));
	else if (!check_text(path, secret_text(text), secret_length(text), problems))
		secret_free(&text);
	return text;
}

struct secret *file_text_read(const char *path, char exposed[PRIVATE_FILE_HINT], struct problems *problems)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct secret *text = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		problems_add(problems, "%s: the configuration cannot be read: %s; check its path and permissions", path,
		    strerror(errno));
	else
		text = read_open(path, fd, &st, problems);
	if (!text || private_file(path, &st, PRIVATE_FROM_ALL, exposed))
		exposed[0] = '\0';
	if (fd >= 0)
		close(fd);
	return text;
}
