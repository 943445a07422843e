#include "config.h"

#include "deliver/mbox_repair.h"

#include <stdlib.h>
#include <unistd.h>

#include "deliver/mbox_file.h"
#include "deliver/mbox_intent.h"
#include "deliver/mbox_match.h"
#include "deliver/mbox_tail.h"
#include "fs/directory.h"

/*
 * Counts the complete extents, from the first on. If the line end before them was lost to a NUL, no reader would find
 * the message, because its From_ line does not begin a line. Then none counts.
 */
static bool count_whole(const struct mbox_file *f, const struct mbox_intent *intent, uint64_t *at, size_t *whole)
{
	char before;
	bool same;

	if (!mbox_tail_before(f, *at, &before))
		return false;
	for (same = before == '\n'; *whole < intent->count && same;) {
		if (!mbox_tail_holds(f, *at, &intent->extents[*whole], &same))
			return false;
		if (same)
			*at += intent->extents[(*whole)++].length;
	}
	return true;
}

/*
 * Finds where the gap before the batch begins, as far as it is NUL. A file without a gap ends with a line end, and so
 * does a file before a gap of one byte. If nothing of the batch follows, this must be the file that was appended to,
 * because another file may end with NULs of its own.
 */
static bool find_lost_gap(const struct mbox_file *f, const struct mbox_intent *intent, uint64_t *end)
{
	uint64_t from = intent->offset > 2 ? intent->offset - 2 : 0;
	char before;

	*end = f->size < intent->offset ? f->size : intent->offset;
	while ((f->size > intent->offset || f->inode == intent->inode) && *end > from) {
		if (!mbox_tail_before(f, *end, &before))
			return false;
		if (before != '\0')
			break;
		--*end;
	}
	return true;
}

/*
 * Sets *end to the end of the file without the NULs after the place of the last extent. If the size was written before
 * the data, it may include reserved space. At most the length of the batch is treated as such; it contains no other
 * mail.
 */
static bool find_seen_end(const struct mbox_file *f, const struct mbox_intent *intent, uint64_t *end)
{
	uint64_t batch = 0, left = f->size > intent->offset ? f->size - intent->offset : 0;
	bool only_nuls = true;

	*end = f->size;
	for (size_t i = 0; i < intent->count && batch <= left; i++)
		batch += intent->extents[i].length <= left - batch ? intent->extents[i].length : left - batch + 1;
	if (batch >= left || left - batch > batch)
		return true;
	if (!mbox_tail_is_nul(f, intent->offset + batch, &only_nuls))
		return false;
	if (only_nuls)
		*end = intent->offset + batch;
	return true;
}

/* Sets *end to where the file must end. Only the remains of a failed append are cut off. */
static bool find_end(const struct mbox_file *f, const struct mbox_intent *intent, size_t whole, uint64_t at,
    uint64_t *end)
{
	struct mbox_file seen = *f;
	char before = '\n';
	bool ours = true;

	*end = f->size;
	if (!find_seen_end(f, intent, &seen.size))
		return false;
	if (at < seen.size) {
		if (!mbox_tail_before(f, at, &before))
			return false;
		ours = before == '\n' || before == '\0';
		if (ours && !mbox_tail_is_ours(&seen, at, intent->extents + whole, intent->count - whole, &ours))
			return false;
	}
	if (!ours)
		return true;
	*end = at;
	return whole > 0 || intent->count == 0 || find_lost_gap(f, intent, end);
}

/* Returns whether a later extent belongs at this offset. Its bytes may equal those of the first. */
static bool is_place_of_later(const struct mbox_intent *intent, uint64_t offset)
{
	uint64_t at = intent->offset;

	for (size_t i = 0; i + 1 < intent->count && at < offset; i++)
		at += intent->extents[i].length;
	return at == offset;
}

/*
 * Returns whether another program has changed the file: messages are missing at their place, which begins at `at`, and
 * a failed append does not explain that. After a failed append, the file ends at that place or has the remains of the
 * append.
 */
static bool was_changed(const struct mbox_file *f, const struct mbox_intent *intent, size_t whole, uint64_t at,
    uint64_t end)
{
	return whole < intent->count && end >= f->size && (at < f->size || at - f->size > 2);
}

/* The messages of an intent that are complete in one place, and where the file must end. */
struct place {
	uint64_t from, to;
	uint64_t end;
	size_t whole;
};

static bool count_row(const struct mbox_file *f, const struct mbox_intent *intent, uint64_t offset, struct place *p)
{
	*p = (struct place){.from = offset, .to = offset};
	return (offset > f->size || count_whole(f, intent, &p->to, &p->whole)) &&
	    find_end(f, intent, p->whole, p->to, &p->end);
}

/*
 * Examines the place of the batch. If something else is there now, it searches the file, because a reader may have
 * added or removed messages before the batch. If the file ends before the batch, the batch was never written.
 */
static bool examine(const struct mbox_file *f, const struct mbox_intent *intent, struct place *p)
{
	struct mbox_intent moved = *intent;
	bool found;

	if (!count_row(f, intent, intent->offset, p))
		return false;
	if (p->whole > 0 || !was_changed(f, intent, p->whole, p->to, p->end))
		return true;
	if (!mbox_tail_find(f, &intent->extents[0], &moved.offset, &found))
		return false;
	if (!found || is_place_of_later(intent, moved.offset))
		return true;
	return count_row(f, &moved, moved.offset, p);
}

static bool find_messages(const struct mbox_file *f, const struct mbox_intent *intent,
    const struct destination_matcher *matcher, struct place *p, bool *found, struct error *err)
{
	if (!examine(f, intent, p))
		return mbox_file_fail(f, "cannot be read", err);
	for (size_t i = 0; i < intent->count; i++)
		found[i] = i < p->whole;
	/* A reader may have marked, moved or removed any of the messages. */
	return !matcher || !was_changed(f, intent, p->whole, p->to, p->end) ||
	    mbox_match(f, intent, p->from, p->to, matcher, found, err);
}

bool mbox_repair(struct mbox_file *f, const struct mbox_intent *intent, const struct destination_matcher *matcher,
    bool *found, struct error *err)
{
	struct place p;
	char *directory;
	bool ok;

	if (!find_messages(f, intent, matcher, &p, found, err))
		return false;
	if (p.end < f->size && ftruncate(f->fd, (off_t)p.end) != 0)
		return mbox_file_fail(f, "cannot be truncated to its last complete message", err);
	/* The earlier run may have been killed before its sync. */
	directory = directory_of(f->path);
	ok = (fsync(f->fd) == 0 || mbox_file_fail(f, "cannot be synced", err)) && directory_sync(directory, err);
	free(directory);
	return ok;
}

bool mbox_repair_look(struct mbox_file *f, const struct mbox_intent *intent, const struct destination_matcher *matcher,
    bool *found, struct error *err)
{
	struct place p;
	bool any = false;

	if (!find_messages(f, intent, matcher, &p, found, err))
		return false;
	for (size_t i = 0; i < intent->count; i++)
		any = any || found[i];
	return !any || fsync(f->fd) == 0 || mbox_file_fail(f, "cannot be synced", err);
}
