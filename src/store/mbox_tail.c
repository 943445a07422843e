#include "config.h"

#include "store/mbox_tail.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "store/mbox_file.h"
#include "store/mbox_intent.h"

enum {
	PIECE = 65536,
	FROM_LINE_MOST = 400, /* octets of a From_ line up to its date */
	DATE_LENGTH = sizeof(" Thu Jan  1 00") - 1,
};

/* Reads `length` octets at `at`; false with errno when there are fewer. */
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

/* Whether a date stands here as asctime(3) writes it, up to its hour: " Thu Jan  1 00". */
static bool is_date(const char *bytes)
{
	for (size_t i = 0; i < DATE_LENGTH; i++) {
		unsigned char c = (unsigned char)bytes[i];
		char shape = " AAA AAA _9 99"[i];

		if (shape == 'A' ? !isalpha(c) : shape == '9' ? !isdigit(c) : c != ' ' && (shape == ' ' || !isdigit(c)))
			return false;
	}
	return true;
}

/* Whether one of our lines was quoted here: nothing but '>' stands between `at` and its start. */
static bool is_quoted(const char *bytes, const char *at)
{
	const char *start = at;

	while (start > bytes && start[-1] == '>')
		start--;
	return start < at && start > bytes && start[-1] == '\n';
}

/* Whether "From " stands before this date on its line, behind the first octet of all. */
static bool is_from_line(const char *bytes, const char *date)
{
	const char *at = date;

	while (at > bytes + 1 && date - at < FROM_LINE_MOST && at[-1] != '\n') {
		at--;
		if (date - at >= 4 && memcmp(at, "From ", 5) == 0 && !is_quoted(bytes, at))
			return true;
	}
	return false;
}

/*
 * Whether somebody's From_ line begins behind the first octet: at a line's start, after a NUL where a
 * line's start may have been lost, or, with its date, in the middle of one, where a program that looks
 * for no line end has put it.
 */
static bool has_from_line(const char *bytes, size_t length)
{
	const char *end = bytes + length, *colon = bytes;

	if (memmem(bytes, length, "\nFrom ", 6) || memmem(bytes, length, "\0From ", 6))
		return true;
	while ((colon = memchr(colon, ':', (size_t)(end - colon))) != NULL) {
		if (colon - bytes >= DATE_LENGTH && is_date(colon - DATE_LENGTH) &&
		    is_from_line(bytes, colon - DATE_LENGTH))
			return true;
		colon++;
	}
	return false;
}

/* Sets *theirs to whether a From_ line begins after the first octet of what is at `at`, *nul to whether a NUL is in it. */
static bool search(const struct mbox_file *f, uint64_t at, uint64_t length, bool *theirs, bool *nul)
{
	enum { OVERLAP = 2 * FROM_LINE_MOST };
	char piece[OVERLAP + PIECE];
	size_t kept = 0;

	*theirs = *nul = false;
	while (length > 0 && !*theirs) {
		size_t want = length < PIECE ? (size_t)length : PIECE;

		if (!read_at(f, at, piece + kept, want))
			return false;
		*theirs = has_from_line(piece, kept + want);
		*nul = *nul || memchr(piece + kept, '\0', want);
		at += want;
		length -= want;
		want += kept;
		kept = want < OVERLAP ? want : OVERLAP;
		memmove(piece, piece + want - kept, kept);
	}
	return true;
}

/* Whether the head that was recorded is complete. */
static bool has_head(const struct mbox_extent *e)
{
	return e->head_length == (e->length < MBOX_HEAD_MOST ? e->length : MBOX_HEAD_MOST);
}

/* Whether each octet of an extent's head that is in the file is the meant one or NUL. Needs a complete head. */
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
 * Sets *ours to whether what is at `at`, where `left` octets follow, may be left by the append of an extent:
 * whole or not, but not altered. One that has its length has lost nothing but what is NUL now.
 */
static bool is_left(const struct mbox_file *f, uint64_t at, uint64_t left, const struct mbox_extent *e, bool *ours)
{
	bool theirs, nul;

	*ours = false;
	if (!has_head(e))
		return true; /* what was recorded is damaged */
	if (!check_head(f, at, left, e, ours))
		return false;
	if (!*ours)
		return true;
	if (!search(f, at, left < e->length ? left : e->length, &theirs, &nul))
		return false;
	*ours = !theirs;
	return theirs || nul || left < e->length || mbox_tail_holds(f, at, e, ours);
}

/* Sets *whole to whether a later extent is whole where the first one was to be: a reader has removed what was before. */
static bool has_moved_up(const struct mbox_file *f, uint64_t at, const struct mbox_extent *rest, size_t count, bool *whole)
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
	*ours = room == 0; /* else a reader has written into it */
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
