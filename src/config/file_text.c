#include "config.h"

#include "config/file_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/scan.h"
#include "config/plain_text.h"
#include "config/problems.h"
#include "fs/trust.h"

enum { FILE_OCTETS_MOST = 4 * 1024 * 1024 };

/* Adds a problem and returns false if this is not text. Removes a byte order mark. */
static bool check_text(const char *path, struct buf *text, struct problems *problems)
{
	const char *nul;

	if (text->length > FILE_OCTETS_MOST) {
		problems_add(problems,
		    "%s: the configuration has more than %d MiB; put the accounts into several files", path,
		    FILE_OCTETS_MOST / (1024 * 1024));
		return false;
	}
	switch (plain_text(text)) {
	case PLAIN_TEXT_WIDE:
		problems_add(problems, "%s: the configuration is in UTF-16 or UTF-32; save it as UTF-8", path);
		return false;
	case PLAIN_TEXT_NUL:
		nul = memchr(text->data, '\0', text->length);
		problems_add(problems,
		    "%s:%zu: there is a NUL in this line, so this is not a text file; see mailhaul.conf(5) for the format",
		    path, scan_count(text->data, (size_t)(nul - text->data), '\n') + 1);
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

bool file_text_read(const char *path, struct buf *text, char exposed[PRIVATE_FILE_HINT], struct problems *problems)
{
	FILE *stream = fopen(path, "re");
	struct stat st;
	size_t n = 0;
	bool ok = stream && fstat(fileno(stream), &st) == 0;

	if (!ok) {
		problems_add(problems, "%s: the configuration cannot be read: %s; check its path and permissions", path,
		    strerror(errno));
	} else if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) {
		problems_add(problems, "%s: the configuration is not a file; name the file itself", path);
		ok = false;
	} else if (S_ISREG(st.st_mode)) {
		ok = check_trust(path, &st, problems);
	}
	while (ok && text->length <= FILE_OCTETS_MOST && (n = fread(buf_reserve(text, 4096), 1, 4096, stream)) > 0)
		text->length += n;
	if (ok && ferror(stream)) {
		problems_add(problems, "%s: the configuration cannot be read: %s; check the disk", path,
		    strerror(errno));
		ok = false;
	}
	ok = ok && check_text(path, text, problems);
	if (!ok || private_file(path, &st, PRIVATE_FROM_ALL, exposed))
		exposed[0] = '\0';
	if (stream)
		fclose(stream);
	return ok;
}
