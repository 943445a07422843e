#include "config.h"

#include "config/file_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/scan.h"
#include "config/problems.h"

enum { FILE_OCTETS_MOST = 4 * 1024 * 1024 };

static bool starts_with(const struct buf *text, const char *mark, size_t length)
{
	return text->length >= length && memcmp(text->data, mark, length) == 0;
}

/* Returns whether a text is UTF-16 or UTF-32. Without a mark, that shows in a NUL beside its first character. */
static bool is_wide(const struct buf *text)
{
	if (starts_with(text, "\xff\xfe", 2) || starts_with(text, "\xfe\xff", 2))
		return true;
	return text->length >= 2 && (text->data[0] == '\0') != (text->data[1] == '\0');
}

/* Adds a problem and returns false if this is not text. Removes a byte order mark. */
static bool check_text(const char *path, struct buf *text, struct problems *problems)
{
	const char *nul = text->length > 0 ? memchr(text->data, '\0', text->length) : NULL;

	if (text->length > FILE_OCTETS_MOST) {
		problems_add(problems,
		    "%s: the configuration has more than %d MiB; put the accounts into several files", path,
		    FILE_OCTETS_MOST / (1024 * 1024));
	} else if (is_wide(text)) {
		problems_add(problems, "%s: the configuration is in UTF-16 or UTF-32; save it as UTF-8", path);
	} else if (nul) {
		problems_add(problems,
		    "%s:%zu: there is a NUL in this line, so this is not a text file; see mailhaul.conf(5) for the format",
		    path, scan_count(text->data, (size_t)(nul - text->data), '\n') + 1);
	} else {
		if (starts_with(text, "\xef\xbb\xbf", 3))
			buf_consume(text, 3);
		return true;
	}
	return false;
}

bool file_text_read(const char *path, struct buf *text, bool *exposed, struct problems *problems)
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
	}
	while (ok && text->length <= FILE_OCTETS_MOST && (n = fread(buf_reserve(text, 4096), 1, 4096, stream)) > 0)
		text->length += n;
	if (ok && ferror(stream)) {
		problems_add(problems, "%s: the configuration cannot be read: %s; check the disk", path,
		    strerror(errno));
		ok = false;
	}
	ok = ok && check_text(path, text, problems);
	*exposed = ok && S_ISREG(st.st_mode) && (st.st_mode & 077) != 0;
	if (stream)
		fclose(stream);
	return ok;
}
