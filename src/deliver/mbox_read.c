#include "config.h"

#include "deliver/mbox_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"
#include "deliver/archive.h"
#include "deliver/destination.h"
#include "deliver/maildir_name.h"
#include "fs/directory.h"

static const char from[] = "From ";

/* The kind of a line; LINE_START until it is decided. */
enum line { LINE_START, LINE_FROM, LINE_OTHER };

struct walk {
	struct archive_reader *reader;
	struct archive_message message;
	struct maildir_size size;
	bool inside; /* a From_ line has been seen */
	enum line line;
	uint64_t at;	    /* offset of the current byte in the file */
	uint64_t line_at;   /* offset of the current line */
	bool quoted;	    /* the last '>' at the line's start is held back */
	size_t from_length; /* bytes of "From " held back at the line's start */
	bool cr;	    /* a CR at the line's start is held back */
	const char *blank;  /* empty line that is held back; the last one is not the message's */
	struct buf out;	    /* bytes of the message not yet passed on */
};

static bool fail(const char *path, const char *what, struct error *err)
{
	error_errno(err, ERROR_STORAGE, errno, "the mbox %s cannot be %s", path, what);
	return error_hint(err, "check its permissions and its disk");
}

static void give(struct walk *w)
{
	if (w->inside && w->out.length > 0) {
		maildir_size_add(&w->size, w->out.data, w->out.length);
		w->reader->octets(w->reader->context, w->out.data, w->out.length);
	}
	buf_clear(&w->out);
}

/* Outputs what was held back, as part of the message. */
static void release(struct walk *w)
{
	if (w->blank)
		buf_append_string(&w->out, w->blank);
	buf_append(&w->out, ">", w->quoted);
	buf_append(&w->out, from, w->from_length);
	buf_append(&w->out, "\r", w->cr);
	w->blank = NULL;
	w->quoted = w->cr = false;
	w->from_length = 0;
}

static void end_message(struct walk *w)
{
	w->blank = NULL;
	give(w);
	if (w->inside) {
		w->message.octets = w->size.octets;
		w->message.crlf_octets = w->size.crlf_octets;
		w->reader->message(w->reader->context, &w->message);
	}
	w->size = (struct maildir_size){0};
}

static void start_message(struct walk *w)
{
	w->from_length = 0;
	w->line = LINE_FROM;
	end_message(w);
	w->inside = true;
	w->message.offset = w->line_at;
}

/* Examines a byte near a line's start. Returns false once the line is decided and the byte is from its rest. */
static bool take_at_line_start(struct walk *w, char c)
{
	bool first = !w->quoted && w->from_length == 0;

	if (first && c == '\n') {
		const char *blank = w->cr ? "\r\n" : "\n";

		w->cr = false;
		release(w);
		w->blank = blank;
		w->line_at = w->at + 1;
		return true;
	}
	if (first && !w->cr && c == '\r') {
		w->cr = true;
		return true;
	}
	if (c == '>' && w->from_length == 0 && !w->cr) {
		if (w->quoted)
			release(w);
		w->quoted = true;
		return true;
	}
	if (c != from[w->from_length] || w->cr) {
		release(w);
		w->line = LINE_OTHER;
		return false;
	}
	if (++w->from_length < sizeof(from) - 1)
		return true;
	if (!w->quoted) {
		start_message(w);
		return true;
	}
	/* The '>' before it is the quoting of the format. */
	w->quoted = false;
	release(w);
	w->line = LINE_OTHER;
	return true;
}

static void take(struct walk *w, const char *bytes, size_t length)
{
	while (length > 0) {
		const char *lf;
		size_t line;

		if (w->line == LINE_START && take_at_line_start(w, *bytes)) {
			w->at++;
			bytes++;
			length--;
			continue;
		}
		lf = memchr(bytes, '\n', length);
		line = lf ? (size_t)(lf - bytes) + 1 : length;
		if (w->line == LINE_OTHER)
			buf_append(&w->out, bytes, line);
		w->at += line;
		bytes += line;
		length -= line;
		if (lf) {
			w->line = LINE_START;
			w->line_at = w->at;
		}
	}
	give(w);
}

static bool read_all(struct walk *w, int fd, struct error *err)
{
	char piece[65536];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(w->message.path, "read", err);
		take(w, piece, (size_t)n);
	}
	/* The last line has no line end, and may consist of what is held back. */
	if (w->quoted || w->from_length > 0 || w->cr)
		release(w);
	end_message(w);
	return true;
}

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Syncs the mbox. Its content may have been written just before the machine crashed. */
static bool sync_mbox(int fd, const char *path, struct error *err)
{
	char *directory = directory_of(path);
	bool ok = (fsync(fd) == 0 || fail(path, "synced", err)) && directory_sync(directory, err);

	free(directory);
	return ok;
}

bool mbox_read_file(int fd, const char *path, struct archive_reader *reader, struct error *err)
{
	struct walk w = {.reader = reader, .message = {.path = path, .identity = ""}};
	bool ok = lseek(fd, 0, SEEK_SET) == 0 ? read_all(&w, fd, err) : fail(path, "read", err);

	buf_free(&w.out);
	return ok;
}

bool mbox_read(const struct destination_settings *settings, struct archive_reader *reader, struct error *err)
{
	const char *path = settings->path;
	/* O_NONBLOCK prevents a wait for a FIFO. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat before, after = {0};
	bool ok = (fd >= 0 && fstat(fd, &before) == 0) || fail(path, "read", err);

	if (ok && !S_ISREG(before.st_mode)) {
		error_set(err, ERROR_STORAGE, "the mbox %s is not a regular file", path);
		ok = error_hint(err, "name a file in deliver_to, or use maildir: for a directory");
	}
	ok = ok && mbox_read_file(fd, path, reader, err);
	if (ok)
		reader->changed = stat(path, &after) != 0 || !same(&before, &after);
	ok = ok && (!reader->sync || sync_mbox(fd, path, err));
	if (fd >= 0)
		close(fd);
	return ok;
}
