#include "config.h"

#include "deliver/mbox_tail.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "deliver/mbox_file.h"
#include "deliver/mbox_intent.h"

enum {
	PIECE = 65536,
	TRIES_MOST = 100,      /* maximum messages with the same head that are compared */
	FROM_LINE_MOST = 1000, /* maximum bytes of a From_ line */
	FIELD_MOST = 100,      /* maximum bytes of a field's name and what precedes its colon */
};

/* Reads `length` bytes at `at`. Returns false with errno set if there are fewer. */
static bool read_at(const struct mbox_file *f, uint64_t at, char *out, size_t length)
{
	while (length > 0) {
		ssize_t n = pread(f->fd, out, length, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n == 0 ? EIO : errno;
			return false;
		}
		out += n;
		at += (uint64_t)n;
		length -= (size_t)n;
	}
	return true;
}

bool mbox_tail_before(const struct mbox_file *f, uint64_t at, char *octet)
{
	*octet = '\n';
	return at == 0 || read_at(f, at - 1, octet, 1);
}

bool mbox_tail_holds(const struct mbox_file *f, uint64_t at, const struct mbox_extent *e, bool *same)
{
	struct digest digest;
	unsigned char sha256[DIGEST_SIZE];
	char piece[PIECE];

	*same = false;
	if (at > f->size || e->length > f->size - at)
		return true;
	digest_start(&digest);
	for (uint64_t left = e->length; left > 0;) {
		size_t want = left < sizeof(piece) ? (size_t)left : sizeof(piece);

		if (!read_at(f, at, piece, want))
			return false;
		digest_add(&digest, piece, want);
		at += want;
		left -= want;
	}
	digest_end(&digest, sha256);
	*same = memcmp(sha256, e->sha256, DIGEST_SIZE) == 0;
	return true;
}

bool mbox_tail_find(const struct mbox_file *f, const struct mbox_extent *e, uint64_t *at, bool *found)
{
	char piece[MBOX_HEAD_MOST + PIECE];
	size_t kept = 0;
	unsigned tried = 0;

	*found = false;
	for (uint64_t next = 0; e->head_length > 0 && next < f->size && !*found;) {
		size_t want = f->size - next < PIECE ? (size_t)(f->size - next) : PIECE;
		const char *end = piece + kept + want, *head = piece;

		if (!read_at(f, next, piece + kept, want))
			return false;
		while (!*found && (head = memmem(head, (size_t)(end - head), e->head, e->head_length)) != NULL) {
			char before;

			*at = next - kept + (uint64_t)(head++ - piece);
			if (!mbox_tail_before(f, *at, &before))
				return false;
			if (before == '\n' && (++tried > TRIES_MOST || !mbox_tail_holds(f, *at, e, found)))
				return tried > TRIES_MOST;
		}
		next += want;
		kept = (size_t)(end - piece) < e->head_length - 1 ? (size_t)(end - piece) : e->head_length - 1;
		memmove(piece, end - kept, kept);
	}
	return true;
}

bool mbox_tail_is_nul(const struct mbox_file *f, uint64_t at, bool *is_nul)
{
	char piece[PIECE];

	*is_nul = true;
	while (*is_nul && at < f->size) {
		size_t want = f->size - at < sizeof(piece) ? (size_t)(f->size - at) : sizeof(piece);

		if (!read_at(f, at, piece, want))
			return false;
		for (size_t i = 0; i < want && *is_nul; i++)
			*is_nul = piece[i] == '\0';
		at += want;
	}
	return true;
}

/* Returns whether a header field may begin here, even if its colon is lost to the end of the file or to a NUL. */
static bool may_be_field(const char *at, const char *end)
{
	if (end - at >= 6 && memcmp(at, ">From ", 6) == 0)
		return true;
	if (at < end && *at != '\0' && !isalpha((unsigned char)*at))
		return false;
	/* A field name may contain any of these characters (RFC 5322, 2.2). */
	while (at < end && isgraph((unsigned char)*at) && *at != ':')
		at++;
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at == end || *at == ':' || *at == '\0';
}

static bool may_be_empty_line(const char *at, const char *end)
{
	return at < end && (*at == '\n' || (*at == '\r' && (at + 1 == end || at[1] == '\n')));
}

/* Sets *quoted to whether only '>' precedes offset `at` on its line, whose start may be lost to a NUL. */
static bool check_quoted(const struct mbox_file *f, uint64_t at, bool *quoted)
{
	char before = '>';

	while (before == '>') {
		if (!mbox_tail_before(f, at--, &before))
			return false;
	}
	*quoted = before == '\n' || before == '\0';
	return true;
}

/*
 * Sets *theirs to whether the "From " at offset `at`, after the byte `before`, may begin a message of another program.
 *
 * At the start of a line it does, because ours are quoted there. In the middle of a line, a program may have written
 * it without checking for a line end. The rest of that line proves nothing, because programs write any date there or
 * none, but a header follows.
 *
 * After a NUL nothing is certain. The NUL may replace the line end before their line, the '>' before ours, or the text
 * before a "From " in our message. There it counts as theirs unless the next line cannot be part of a header.
 */
static bool is_theirs(const struct mbox_file *f, uint64_t at, char before, bool *theirs)
{
	char text[FROM_LINE_MOST + FIELD_MOST];
	size_t length = f->size - at < sizeof(text) ? (size_t)(f->size - at) : sizeof(text);
	const char *end = text + length, *line_end;
	bool quoted = false;

	*theirs = before == '\n';
	if (before == '>' && !check_quoted(f, at, &quoted))
		return false;
	if (*theirs || quoted)
		return true;
	if (!read_at(f, at, text, length))
		return false;
	line_end = memchr(text, '\n', length < FROM_LINE_MOST ? length : FROM_LINE_MOST);
	if (before == '\0')
		*theirs = !line_end || may_be_field(line_end + 1, end) || may_be_empty_line(line_end + 1, end);
	else
		*theirs = line_end && may_be_field(line_end + 1, end);
	return true;
}

/*
 * Sets *theirs to whether another program's message begins after the first byte of the range at `at`, and *nul to
 * whether the range contains a NUL.
 */
static bool search(const struct mbox_file *f, uint64_t at, uint64_t length, bool *theirs, bool *nul)
{
	enum { OVERLAP = sizeof("From ") - 1 }; /* too short for a "From " and the byte before it */
	char piece[OVERLAP + PIECE];
	size_t kept = 0;

	*theirs = *nul = false;
	while (length > 0 && !*theirs) {
		size_t want = length < PIECE ? (size_t)length : PIECE;
		const char *end = piece + kept + want, *from = piece + 1;

		if (!read_at(f, at, piece + kept, want))
			return false;
		*nul = *nul || memchr(piece + kept, '\0', want);
		while (
		    !*theirs && from < end && (from = memmem(from, (size_t)(end - from), "From ", OVERLAP)) != NULL) {
			if (!is_theirs(f, at - kept + (uint64_t)(from - piece), from[-1], theirs))
				return false;
			from++;
		}
		at += want;
		length -= want;
		kept = (size_t)(end - piece) < OVERLAP ? (size_t)(end - piece) : OVERLAP;
		memmove(piece, end - kept, kept);
	}
	return true;
}

/* Returns whether the recorded head is complete. */
static bool has_head(const struct mbox_extent *e)
{
	return e->head_length == (e->length < MBOX_HEAD_MOST ? e->length : MBOX_HEAD_MOST);
}

/*
 * Sets *ours to whether each byte of an extent's head that is in the file is the intended one or NUL. Needs a complete
 * head.
 */
static bool check_head(const struct mbox_file *f, uint64_t at, uint64_t left, const struct mbox_extent *e, bool *ours)
{
	size_t head = left < e->head_length ? (size_t)left : e->head_length;
	char found[MBOX_HEAD_MOST];

	if (!read_at(f, at, found, head))
		return false;
	*ours = true;
	for (size_t i = 0; i < head && *ours; i++)
		*ours = found[i] == e->head[i] || found[i] == '\0';
	return true;
}

/*
 * Sets *ours to whether the `left` bytes at `at` may have been left by the append of an extent, complete or not, but
 * unaltered. An extent with its full length has lost only bytes that are NUL now.
 */
static bool is_left(const struct mbox_file *f, uint64_t at, uint64_t left, const struct mbox_extent *e, bool *ours)
{
	bool theirs, nul;

	*ours = false;
	if (!has_head(e))
		return true; /* the recorded head is damaged */
	if (!check_head(f, at, left, e, ours))
		return false;
	if (!*ours)
		return true;
	if (!search(f, at, left < e->length ? left : e->length, &theirs, &nul))
		return false;
	*ours = !theirs;
	return theirs || nul || left < e->length || mbox_tail_holds(f, at, e, ours);
}

/*
 * Sets *whole to whether a later extent is complete in the place of the first, because a reader has removed messages
 * before it.
 */
static bool has_moved_up(const struct mbox_file *f, uint64_t at, const struct mbox_extent *rest, size_t count,
    bool *whole)
{
	char found[MBOX_HEAD_MOST];

	*whole = false;
	for (size_t i = 1; i < count && !*whole; i++) {
		if (!has_head(&rest[i]) || rest[i].length > f->size - at)
			continue;
		if (!read_at(f, at, found, rest[i].head_length))
			return false;
		if (memcmp(found, rest[i].head, rest[i].head_length) == 0 && !mbox_tail_holds(f, at, &rest[i], whole))
			return false;
	}
	return true;
}

bool mbox_tail_is_ours(const struct mbox_file *f, uint64_t at, const struct mbox_extent *rest, size_t count, bool *ours)
{
	uint64_t left = f->size - at, room = left, start = at;
	bool moved = false;

	for (size_t i = 0; i < count && room > 0; i++)
		room -= rest[i].length < room ? rest[i].length : room;
	*ours = room == 0; /* otherwise a reader has written into it */
	for (size_t i = 0; i < count && *ours && left > 0; i++) {
		uint64_t length = rest[i].length < left ? rest[i].length : left;

		if (!is_left(f, start, left, &rest[i], ours))
			return false;
		start += length;
		left -= length;
	}
	if (*ours && !has_moved_up(f, at, rest, count, &moved))
		return false;
	*ours = *ours && !moved;
	return true;
}
