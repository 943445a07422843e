#include "config.h"

#include "deliver/destination.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/decimal.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/platform.h"
#include "deliver/maildir_name.h"
#include "deliver/maildir_read.h"
#include "deliver/maildir_search.h"
#include "fs/directory.h"
#include "fs/large_file.h"
#include "fs/trust.h"

enum {
	TOGETHER_FROM = 16,	 /* minimum messages in a batch for a sync of the whole filesystem */
	OPEN_MOST = 256,	 /* maximum files kept open until their own sync */
	OPEN_OTHERS = 20,	 /* open files that are reserved for other uses */
	EARLY = 4 * 1024 * 1024, /* bytes of a message whose writeback starts while the rest arrives */
	SIZES_MOST = sizeof(",S=,W=") + 2 * DECIMAL_MOST,
};

/* A message of the batch: the number of its file in tmp/, and its name in new/. */
struct maildir_file {
	int fd; /* -1: it needs no sync of its own */
	uint32_t number;
	size_t stem; /* length of the name before its sizes */
	char name[MAILDIR_NAME_SIZE + SIZES_MOST];
	struct maildir_size size;
};

struct maildir {
	struct destination base;
	const struct destination_settings *settings;
	int root, tmp, new; /* descriptors of the directories */
	struct maildir_names names;
	struct maildir_file *batch;
	size_t count, capacity;
	uint32_t made;		 /* number of files of this run */
	size_t first_open;	 /* index of the first open file; earlier ones are closed */
	size_t open_most;	 /* maximum files open at once */
	bool together;		 /* the whole filesystem can be synced at once */
	bool open_message;	 /* the last message of the batch is being written */
	struct large_file large; /* writes the open message */
	uint64_t on_the_way;	 /* bytes of the open message whose writeback has started */
};

static bool fail(const struct maildir *m, const char *what, struct error *err)
{
	error_errno(err, ERROR_STORAGE, errno, "the Maildir %s %s", m->settings->path, what);
	if (destination_hint_limit(err))
		return false;
	if (err->temporary)
		return error_hint(err, "free disk space; nothing is deleted from the server until then");
	return error_hint(err, "check its permissions and its disk; nothing is deleted from the server until then");
}

static bool explain_trust(const struct destination_settings *settings, struct error *err)
{
	struct error why = *err;

	error_set(err, ERROR_STORAGE, "nothing is delivered to the Maildir %s: %s", settings->path, why.cause);
	return error_hint(err, "%s", why.hint);
}

/* Opens a directory of the Maildir, but not through a link of another user. */
static bool open_trusted(struct maildir *m, const char *path, int *fd, struct error *err)
{
	*fd = trust_open_directory(path, err);
	if (*fd >= 0)
		return true;
	return errno == 0 ? explain_trust(m->settings, err) : fail(m, "cannot be opened", err);
}

static bool open_directory(struct maildir *m, const char *name, int *fd, struct error *err)
{
	char *path = memory_format("%s/%s", m->settings->path, name);
	bool ok = directory_make(path, err) && open_trusted(m, path, fd, err);

	free(path);
	if (!ok)
		return false;
	if (faccessat(m->root, name, W_OK | X_OK, 0) != 0)
		return fail(m, "cannot be written", err);
	return true;
}

static void maildir_close(struct destination *d)
{
	struct maildir *m = (struct maildir *)d;

	if (m->root >= 0)
		close(m->root);
	if (m->tmp >= 0)
		close(m->tmp);
	if (m->new >= 0)
		close(m->new);
	large_file_free(&m->large);
	free(m->batch);
	free(m);
}

static size_t open_most(void)
{
	size_t most = platform_open_files_most();

	most = most > OPEN_OTHERS ? most - OPEN_OTHERS : 1;
	return most < OPEN_MOST ? most : OPEN_MOST;
}

static bool maildir_open(struct destination **out, const struct destination_settings *settings, struct error *err)
{
	struct maildir *m = memory_zeroed(1, sizeof(*m));
	struct timespec now = {0};
	int cur = -1;
	bool ok = (trust_directory(settings->path, err) || explain_trust(settings, err)) &&
	    directory_make(settings->path, err) &&
	    (!settings->died || (directory_sync(settings->path, err) && directory_sync_above(settings->path, err)));

	m->base.ops = &maildir_ops;
	m->settings = settings;
	clock_gettime(CLOCK_REALTIME, &now);
	maildir_names_start(&m->names, settings->account, settings->maildrop, &now);
	m->tmp = m->new = -1;
	m->root = -1;
	ok = ok && open_trusted(m, settings->path, &m->root, err);
	ok = ok && open_directory(m, "tmp", &m->tmp, err) && open_directory(m, "cur", &cur, err) &&
	    open_directory(m, "new", &m->new, err);
	if (cur >= 0)
		close(cur);
	m->open_most = open_most();
	m->together = ok && platform_can_sync_all(m->tmp);
	if (!ok) {
		maildir_close(&m->base);
		return false;
	}
	*out = &m->base;
	return true;
}

static bool maildir_probe(const struct destination_settings *settings, struct error *err)
{
	static const char *const directories[] = {"tmp", "cur", "new"};
	bool ok = trust_directory(settings->path, err) || explain_trust(settings, err);

	for (size_t i = 0; ok && i < sizeof(directories) / sizeof(directories[0]); i++) {
		char *path = memory_format("%s/%s", settings->path, directories[i]);

		ok = directory_probe(path, err);
		free(path);
	}
	return ok;
}

static void add_sizes(struct maildir_file *f)
{
	char *at = decimal_put(stpcpy(f->name + f->stem, ",S="), f->size.octets);

	*decimal_put(stpcpy(at, ",W="), f->size.crlf_octets) = '\0';
}

static void close_files(struct maildir *m)
{
	for (; m->first_open < m->count; m->first_open++) {
		close(m->batch[m->first_open].fd);
		m->batch[m->first_open].fd = -1;
	}
}

/* Syncs each file by itself. The writeback of all of them starts before the first wait. */
static bool sync_one_by_one(struct maildir *m, struct error *err)
{
	for (size_t i = m->first_open; i < m->count; i++)
		platform_start_writeback(m->batch[i].fd);
	for (size_t i = m->first_open; i < m->count; i++) {
		if (fsync(m->batch[i].fd) != 0)
			return fail(m, "cannot be synced", err);
	}
	close_files(m);
	return true;
}

/* Closes the files that wait for a sync. A sync of the filesystem does not need them open. */
static bool end_waits(struct maildir *m, struct error *err)
{
	if (!m->together)
		return sync_one_by_one(m, err);
	close_files(m);
	return true;
}

/* Syncs the files. For many files, one sync of the filesystem costs less than one per file. */
static bool sync_files(struct maildir *m, struct error *err)
{
	if (!m->together || (m->count < TOGETHER_FROM && m->first_open == 0))
		return sync_one_by_one(m, err);
	return platform_sync_all(m->tmp) || fail(m, "cannot be synced", err);
}

static int make_file(const struct maildir *m, const char *temporary)
{
	return openat(m->tmp, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static bool maildir_begin(struct destination *d, const struct destination_message *message, struct error *err)
{
	struct maildir *m = (struct maildir *)d;
	struct maildir_file *f;
	char temporary[MAILDIR_SHORT_SIZE];

	if (m->count == m->capacity) {
		m->capacity = m->capacity ? m->capacity * 2 : 64;
		m->batch = memory_resize(m->batch, m->capacity, sizeof(*m->batch));
	}
	f = &m->batch[m->count];
	f->size = (struct maildir_size){0};
	f->number = m->made++;
	f->stem = maildir_name_make(&m->names, message->uid, message->now, f->number, f->name);
	maildir_name_in_tmp(&m->names, f->number, temporary);
	f->fd = make_file(m, temporary);
	if (f->fd < 0 && (errno == EMFILE || errno == ENFILE) && m->first_open < m->count) {
		if (!end_waits(m, err))
			return false;
		f->fd = make_file(m, temporary);
	}
	if (f->fd < 0)
		return fail(m, "cannot store a new file", err);
	m->count++;
	m->open_message = true;
	m->on_the_way = 0;
	(void)large_file_begin(&m->large, f->fd, 0, message->octets);
	return true;
}

static bool maildir_write(struct destination *d, const char *bytes, size_t length, struct error *err)
{
	struct maildir *m = (struct maildir *)d;
	struct maildir_file *f = &m->batch[m->count - 1];

	maildir_size_add(&f->size, bytes, length);
	if (!large_file_add(&m->large, bytes, length))
		return fail(m, "cannot be written", err);
	if (!m->large.past_cache && f->size.octets - m->on_the_way >= EARLY) {
		platform_start_writeback(f->fd);
		m->on_the_way = f->size.octets;
	}
	return true;
}

static enum destination_result maildir_finish(struct destination *d, struct error *err)
{
	struct maildir *m = (struct maildir *)d;

	if (!large_file_end(&m->large)) {
		fail(m, "cannot be written", err);
		return DESTINATION_FAILED;
	}
	m->open_message = false;
	add_sizes(&m->batch[m->count - 1]);
	if (((m->together && m->count >= TOGETHER_FROM) || m->count - m->first_open >= m->open_most) &&
	    !end_waits(m, err))
		return DESTINATION_FAILED;
	return DESTINATION_TOOK;
}

static void drop_last(struct maildir *m)
{
	struct maildir_file *f = &m->batch[--m->count];
	char temporary[MAILDIR_SHORT_SIZE];

	maildir_name_in_tmp(&m->names, f->number, temporary);
	unlinkat(m->tmp, temporary, 0);
	if (f->fd >= 0)
		close(f->fd);
	if (m->first_open > m->count)
		m->first_open = m->count;
}

static void maildir_discard(struct destination *d)
{
	struct maildir *m = (struct maildir *)d;

	if (m->open_message)
		drop_last(m);
	m->open_message = false;
}

static void maildir_rollback(struct destination *d)
{
	struct maildir *m = (struct maildir *)d;

	while (m->count > 0)
		drop_last(m);
}

static bool maildir_keep(struct destination *d, size_t count, struct error *err)
{
	struct maildir *m = (struct maildir *)d;

	(void)err;
	while (m->count > count)
		drop_last(m);
	return true;
}

/*
 * Removes the first `count` messages of the batch from new/ after a failure. If that fails, only another run, which
 * recognizes them there, may try again.
 */
static bool take_back(struct maildir *m, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (unlinkat(m->new, m->batch[i].name, 0) != 0 && errno != ENOENT)
			err->saved_errno = 0;
	}
	return false;
}

/* Syncs the data before the names, so that a name in new/ never stands for an incomplete file. */
static bool maildir_commit(struct destination *d, struct error *err)
{
	struct maildir *m = (struct maildir *)d;
	char temporary[MAILDIR_SHORT_SIZE];

	if (!sync_files(m, err))
		return false;
	for (size_t i = 0; i < m->count; i++) {
		maildir_name_in_tmp(&m->names, m->batch[i].number, temporary);
		if (renameat(m->tmp, temporary, m->new, m->batch[i].name) != 0) {
			fail(m, "cannot move a message into new/", err);
			return take_back(m, i, err);
		}
	}
	/* A later sync would prove nothing about these names, so the messages are fetched again instead. */
	if (m->count > 0 && !directory_sync_open(m->new)) {
		fail(m, "cannot be synced", err);
		return take_back(m, m->count, err);
	}
	close_files(m);
	m->count = m->first_open = 0;
	return true;
}

static void maildir_identity(const struct destination *d, const char *maildrop, const char *uid,
    char out[DESTINATION_IDENTITY])
{
	const struct maildir *m = (const struct maildir *)d;

	maildir_name_identity(m->settings->account, maildrop ? maildrop : m->settings->maildrop, uid, out);
}

static bool maildir_find(struct destination *d, int64_t since, const struct destination_finder *finder,
    struct error *err)
{
	const struct maildir *m = (const struct maildir *)d;

	return maildir_search(m->root, m->settings, since, finder, err);
}

const struct destination_ops maildir_ops = {
    .scheme = "maildir",
    .recovery = DESTINATION_BY_NAME,
    .open = maildir_open,
    .probe = maildir_probe,
    .begin = maildir_begin,
    .write = maildir_write,
    .finish = maildir_finish,
    .discard = maildir_discard,
    .commit = maildir_commit,
    .rollback = maildir_rollback,
    .keep = maildir_keep,
    .find = maildir_find,
    .identity = maildir_identity,
    .read = maildir_read,
    .close = maildir_close,
};
