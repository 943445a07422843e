#include "config.h"

#include "deliver/destination.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/memory.h"
#include "deliver/mbox_file.h"
#include "deliver/mbox_intent.h"
#include "deliver/mbox_read.h"
#include "deliver/mbox_repair.h"
#include "deliver/mbox_spool.h"
#include "deliver/mboxrd.h"
#include "fs/directory.h"
#include "fs/lock.h"

struct mbox {
	struct destination base;
	const struct destination_settings *settings;
	char *directory, *spool_directory;
	struct mbox_spool spool; /* the batch to be appended */
	struct mbox_intent intent;
	size_t capacity; /* capacity of intent.extents */
	bool open_message;
	uint64_t message_start; /* offset of the open message in the spool */
	struct mboxrd quoting;
	struct digest digest;  /* digest of the message's extent */
	struct buf out;	       /* quoted output that is not in the spool yet */
	struct mbox_file file; /* open and locked between prepare and commit or rollback */
};

/*
 * Returns the directory for the spool of an mbox in `directory`. The caller frees it. It is the same directory, unless
 * only the existing mbox in it may be written, as in /var/mail on many systems.
 */
static char *find_spool_directory(const char *path, const char *directory)
{
	bool other = access(path, W_OK) == 0 && access(directory, W_OK | X_OK) != 0;

	return memory_copy_string(other ? directory_for_spools() : directory);
}

/* Checks the file, and the directory that must hold a new one or the spool. */
static bool mbox_probe(const struct destination_settings *settings, struct error *err)
{
	char *directory = directory_of(settings->path), *spool = find_spool_directory(settings->path, directory);
	bool ok = mbox_file_may_be_at(settings->path, err) && mbox_file_probe(settings->path, err) &&
	    directory_probe(spool, err);

	free(directory);
	free(spool);
	return ok;
}

static bool mbox_open(struct destination **out, const struct destination_settings *settings, struct error *err)
{
	struct mbox *m;
	struct stat st;
	bool ok;

	if (lstat(settings->path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode)) {
		error_set(err, ERROR_STORAGE, "the mbox %s is not a regular file", settings->path);
		return error_hint(err, "name a file in deliver_to, or use maildir: for a directory");
	}
	m = memory_zeroed(1, sizeof(*m));
	m->base.ops = &mbox_ops;
	m->settings = settings;
	m->directory = directory_of(settings->path);
	m->spool.fd = -1;
	m->file.fd = -1;
	m->intent.path = memory_copy_string(settings->path);
	*out = &m->base;
	/* The file is created now, so that an unusable path is reported before anything is fetched. */
	ok = mbox_file_may_be_at(settings->path, err) && directory_make(m->directory, err) &&
	    mbox_file_open(&m->file, settings->path, err) && lock_check(m->file.fd, settings->path, err);
	mbox_file_close(&m->file);
	m->spool_directory = find_spool_directory(settings->path, m->directory);
	if (!ok)
		destination_close(out);
	return ok;
}

/* Moves the quoted output to the spool, and to the digest and head of the message's extent. */
static bool spool_out(struct mbox *m, struct error *err)
{
	struct mbox_extent *e = &m->intent.extents[m->intent.count - 1];
	size_t room = MBOX_HEAD_MOST - e->head_length;
	size_t taken = m->out.length < room ? m->out.length : room;
	bool ok;

	memcpy(e->head + e->head_length, m->out.data, taken);
	e->head_length += taken;
	digest_add(&m->digest, m->out.data, m->out.length);
	ok = mbox_spool_add(&m->spool, m->spool_directory, m->out.data, m->out.length, err);
	buf_clear(&m->out);
	return ok;
}

static bool mbox_begin(struct destination *d, const struct destination_message *message, struct error *err)
{
	struct mbox *m = (struct mbox *)d;

	if (m->intent.count == m->capacity) {
		m->capacity = m->capacity ? m->capacity * 2 : 64;
		m->intent.extents = memory_resize(m->intent.extents, m->capacity, sizeof(*m->intent.extents));
	}
	m->intent.extents[m->intent.count++] = (struct mbox_extent){0};
	m->open_message = true;
	m->message_start = m->spool.length;
	digest_start(&m->digest);
	buf_clear(&m->out);
	mboxrd_start(&m->quoting, m->settings->crlf, message->sender, message->now, &m->out);
	return spool_out(m, err);
}

static bool mbox_write(struct destination *d, const char *bytes, size_t length, struct error *err)
{
	struct mbox *m = (struct mbox *)d;

	mboxrd_add(&m->quoting, bytes, length, &m->out);
	return m->out.length == 0 || spool_out(m, err);
}

static enum destination_result mbox_finish(struct destination *d, struct error *err)
{
	struct mbox *m = (struct mbox *)d;
	struct mbox_extent *e = &m->intent.extents[m->intent.count - 1];

	mboxrd_end(&m->quoting, &m->out);
	if (!spool_out(m, err))
		return DESTINATION_FAILED;
	e->length = m->spool.length - m->message_start;
	digest_end(&m->digest, e->sha256);
	m->open_message = false;
	return DESTINATION_TOOK;
}

static void mbox_discard(struct destination *d)
{
	struct mbox *m = (struct mbox *)d;
	struct error ignored;

	if (!m->open_message)
		return;
	m->open_message = false;
	m->intent.count--;
	if (!mbox_spool_cut(&m->spool, m->message_start, &ignored))
		m->base.ops->rollback(d);
}

static bool mbox_prepare(struct destination *d, const struct mbox_intent **intent, struct error *err)
{
	struct mbox *m = (struct mbox *)d;

	if (!mbox_file_open(&m->file, m->settings->path, err) || !mbox_file_lock(&m->file, err))
		return false;
	m->intent.offset = m->file.size + m->file.gap;
	m->intent.device = m->file.device;
	m->intent.inode = m->file.inode;
	*intent = &m->intent;
	return true;
}

static void forget_batch(struct mbox *m)
{
	mbox_spool_clear(&m->spool);
	m->intent.count = 0;
	mbox_file_close(&m->file);
}

static bool mbox_commit(struct destination *d, struct error *err)
{
	struct mbox *m = (struct mbox *)d;

	if (m->intent.count == 0)
		return true;
	if (!mbox_file_append(&m->file, &m->spool, m->directory, err))
		return false;
	forget_batch(m);
	return true;
}

static void mbox_rollback(struct destination *d)
{
	forget_batch((struct mbox *)d);
}

static bool mbox_keep(struct destination *d, size_t count, struct error *err)
{
	struct mbox *m = (struct mbox *)d;
	uint64_t length = 0;

	for (size_t i = 0; i < count; i++)
		length += m->intent.extents[i].length;
	m->intent.count = count;
	return mbox_spool_cut(&m->spool, length, err);
}

/* Returns whether there is no file at the path of an intent. The account may deliver to another path by now. */
static bool is_gone(const char *path)
{
	return access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* Returns whether the account delivers to this file, under this path or another one. */
static bool is_own(const struct mbox *m, const char *path)
{
	struct stat own, st;

	return m &&
	    (strcmp(path, m->settings->path) == 0 ||
		(stat(path, &st) == 0 && stat(m->settings->path, &own) == 0 && st.st_dev == own.st_dev &&
		    st.st_ino == own.st_ino));
}

static bool mbox_recover(struct destination *d, const struct mbox_intent *intent,
    const struct destination_matcher *matcher, bool *found, struct error *err)
{
	const struct mbox *m = d && d->ops == &mbox_ops ? (const struct mbox *)d : NULL;
	struct mbox_file file = {.fd = -1};
	const char *path = intent->path;
	bool ok;

	memset(found, 0, intent->count * sizeof(*found));
	if (is_gone(path)) {
		/* The file or its directories may have been moved along with the configuration. */
		if (!m || is_gone(m->settings->path))
			return true;
		path = m->settings->path;
	}
	/* Device numbers change with each mount, and a restored file has another inode, so the content decides. */
	if (is_own(m, path))
		ok = mbox_file_open(&file, path, err) && mbox_file_lock(&file, err) &&
		    mbox_repair(&file, intent, matcher, found, err);
	else
		ok = mbox_file_open_reading(&file, path, err) && mbox_repair_look(&file, intent, matcher, found, err);
	mbox_file_close(&file);
	return ok;
}

static void mbox_close(struct destination *d)
{
	struct mbox *m = (struct mbox *)d;

	mbox_spool_free(&m->spool);
	mbox_intent_free(&m->intent);
	buf_free(&m->out);
	free(m->directory);
	free(m->spool_directory);
	free(m);
}

const struct destination_ops mbox_ops = {
    .scheme = "mbox",
    .recovery = DESTINATION_BY_INTENT,
    .batch_octets = MBOX_SPOOL_BATCH,
    .wants_sender = true,
    .open = mbox_open,
    .probe = mbox_probe,
    .begin = mbox_begin,
    .write = mbox_write,
    .finish = mbox_finish,
    .discard = mbox_discard,
    .prepare = mbox_prepare,
    .commit = mbox_commit,
    .rollback = mbox_rollback,
    .keep = mbox_keep,
    .recover = mbox_recover,
    .read = mbox_read,
    .close = mbox_close,
};
