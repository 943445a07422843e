/*
 * An mbox after a crash. Input:
 *
 * - flags. 1 and 2: who wrote after us: nobody, a program that checks for a line end first, one that does not, or
 *   the input; 4: the intent is damaged; 8: an octet was changed; 16: a part of the append is NULs; 32 and 64:
 *   another device and inode; 128: the earlier content has changed.
 * - how many messages; how many octets of gap and batch were written before the crash (two octets; from 32768 on in
 *   steps of eight).
 * - the length of the earlier content (one octet), and the content.
 * - for each message its length (two octets), and the message.
 * - where the NULs begin, and their number in units of eight (two octets each).
 */
#include "config.h"

#include "base/error.h"
#include "mbox-scene.h"
#include "deliver/mbox_file.h"
#include "deliver/mbox_repair.h"

/* Recovers the file. The result has to be the file before it, or its beginning. */
static size_t recover(const struct scene *s, size_t *whole)
{
	char *path = fuzz_path("mbox"), *after;
	bool found[4] = {false}; /* a scene has at most 3 messages */
	struct mbox_file f;
	struct error err;
	size_t length;

	MUST(mbox_file_open(&f, path, &err) && mbox_repair(&f, &s->intent, NULL, found, &err));
	for (*whole = 0; found[*whole];)
		++*whole;
	for (size_t i = *whole; i < s->intent.count; i++)
		MUST(!found[i]);
	mbox_file_close(&f);
	free(path);
	after = fuzz_read("mbox", &length);
	MUST(after && length <= s->before.length);
	MUST(length == 0 || memcmp(after, s->before.data, length) == 0);
	free(after);
	return length;
}

/* Returns how many extents are complete in the file; *at is where the first incomplete one would begin. */
static size_t count_whole(const struct scene *s, size_t *at)
{
	size_t whole = 0, batch = 0;

	*at = (size_t)s->intent.offset;
	if (*at > s->before.length || (*at > 0 && s->before.data[*at - 1] != '\n'))
		return 0;
	for (; whole < s->intent.count; whole++) {
		size_t length = (size_t)s->intent.extents[whole].length;

		if (length > s->before.length - *at || memcmp(s->before.data + *at, s->batch.data + batch, length) != 0)
			break;
		*at += length;
		batch += length;
	}
	return whole;
}

/* Whether an extent after the first incomplete one begins at this octet of the file. */
static bool begins_at(const struct scene *s, size_t whole, uint64_t at, uint64_t octet)
{
	for (; whole < s->intent.count && at < octet; whole++) {
		if (s->intent.extents[whole].length > octet - at)
			return false;
		at += s->intent.extents[whole].length;
	}
	return at == octet && whole < s->intent.count;
}

/* Whether there is a foreign From_ line, at the beginning of a line or, with `any`, anywhere. */
static bool has_others(const struct scene *s, size_t whole, size_t at, bool any)
{
	const char *data = s->before.data, *end = data + s->before.length, *from = data + at;

	while ((from = memmem(from, (size_t)(end - from), "From ", 5)) != NULL) {
		if (from > data + at && (any || from[-1] == '\n') && !begins_at(s, whole, at, (uint64_t)(from - data)))
			return true;
		from++;
	}
	return false;
}

/* Only text that an append of these extents may have left was cut away. */
static void check_cut(const struct scene *s, size_t length, size_t whole, uint64_t at)
{
	const char *data = s->before.data, *theirs;
	uint64_t room = 0, batch = at - s->intent.offset;

	if (length < at) {
		uint64_t gap_end = at < s->before.length ? at : s->before.length;

		MUST(whole == 0 && at - length <= 2 && ((s->flags & SCENE_INODE) == 0 || s->before.length > at));
		for (uint64_t i = length; i < gap_end; i++)
			MUST(data[i] == '\0');
	}
	for (size_t i = whole; i < s->intent.count && at + room < s->before.length; i++) {
		const struct mbox_extent *e = &s->intent.extents[i];

		for (size_t j = 0; j < e->head_length && at + room + j < s->before.length; j++)
			MUST(data[at + room + j] == e->head[j] || data[at + room + j] == '\0');
		room = e->length < s->before.length ? room + e->length : s->before.length;
	}
	for (uint64_t i = at + room; i < s->before.length; i++)
		MUST(data[i] == '\0' && i - (at + room) < batch + room);
	if (at >= s->before.length)
		return;
	MUST(!has_others(s, whole, (size_t)at, false));
	theirs = memmem(data + at, s->before.length - (size_t)at, scene_foreign, strlen(scene_foreign));
	MUST(!theirs || theirs[-1] == '>'); /* it then looks like a quoted line of ours */
}

/* Whether a later extent happens to be where the first would be: then a reader has removed the first. */
static bool is_moved(const struct scene *s, size_t whole, size_t at)
{
	const char *batch = s->batch.data;

	for (size_t i = 0; i < s->intent.count; i++) {
		size_t length = (size_t)s->intent.extents[i].length;

		if (i > whole && length <= s->before.length - at && memcmp(s->before.data + at, batch, length) == 0)
			return true;
		batch += length;
	}
	return false;
}

/* Whether the first extent is complete at another place: a reader has removed text before it. */
static bool is_elsewhere(const struct scene *s, size_t whole)
{
	uint64_t at = s->intent.offset, length = s->intent.count > 0 ? s->intent.extents[0].length : 0;

	if (whole == 0 || length > s->batch.length)
		return false;
	return (at > s->before.length || length > s->before.length - at ||
		   memcmp(s->before.data + at, s->batch.data, (size_t)length) != 0 ||
		   (at > 0 && s->before.data[at - 1] != '\n')) &&
	    memmem(s->before.data, s->before.length, s->batch.data, (size_t)length);
}

static void check(const struct scene *s, size_t length, size_t whole)
{
	bool honest = !(s->flags & (SCENE_DAMAGED | SCENE_CHANGED));
	uint64_t at = s->intent.offset;
	size_t expected_at;

	MUST(whole <= s->intent.count);
	if (is_elsewhere(s, whole))
		return;
	for (size_t i = 0; i < whole; i++)
		at += s->intent.extents[i].length;
	if (honest)
		MUST(count_whole(s, &expected_at) == whole && expected_at == at);
	if (length < s->before.length)
		check_cut(s, length, whole, at);
	/*
	 * Nobody interfered: an incomplete message is removed, unless its text looks like the beginning of a
	 * foreign message.
	 */
	if (honest && (s->flags & SCENE_OTHERS) == 0 && at < s->before.length && whole < s->intent.count)
		MUST(length <= at || has_others(s, whole, (size_t)at, true) || is_moved(s, whole, (size_t)at));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	size_t length, whole, whole_again;
	struct scene s;

	scene_make(&s, &in);
	length = recover(&s, &whole);
	check(&s, length, whole);
	MUST(recover(&s, &whole_again) == length && whole_again == whole);
	scene_free(&s);
	return 0;
}
