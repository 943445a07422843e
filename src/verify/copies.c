#include "config.h"

#include "verify/copies.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "config/account.h"
#include "deliver/maildir_name.h"

bool copies_can_read(const struct account *a)
{
	return a->delivery.to.ops->read != NULL;
}

bool copies_are_there(const struct account *a, struct error *err)
{
	char *path;
	bool there;

	if (!copies_can_read(a)) {
		error_set(err, ERROR_CONFIG,
		    "the account delivers to a command, so the location of its messages is unknown");
		return error_hint(err, "name other accounts");
	}
	path = memory_format(destination_has_names(a->delivery.to.ops) ? "%s/new" : "%s", a->delivery.to.path);
	there = access(path, F_OK) == 0;
	if (!there) {
		error_errno(err, ERROR_STORAGE, errno, "the destination %s cannot be read", path);
		error_hint(err, "mount its disk; to start with an empty destination, run: %s %s",
		    destination_has_names(a->delivery.to.ops) ? "mkdir -p" : "touch", path);
	}
	free(path);
	return there;
}

static void header_digits(const unsigned char header[DIGEST_SHORT], char out[DESTINATION_IDENTITY])
{
	digest_hex(out, header, (DESTINATION_IDENTITY - 1) / 2);
}

void copies_identity(const struct account *a, const char *maildrop, const char *uid,
    const unsigned char header[DIGEST_SHORT], char out[DESTINATION_IDENTITY])
{
	out[0] = '\0';
	if (!destination_has_names(a->delivery.to.ops))
		header_digits(header, out);
	else if (maildrop && uid[0])
		maildir_name_identity(a->name, maildrop, uid, out);
}

static void start_reading(struct copies *c)
{
	marks_start(&c->marks);
	header_start(&c->header);
	core_start(&c->core);
}

static void take_octets(void *context, const char *bytes, size_t length)
{
	struct copies *c = context;

	marks_add(&c->marks, bytes, length);
	header_add(&c->header, bytes, length);
	if (c->cored)
		core_add(&c->core, bytes, length);
}

/* Makes digits from the part of a file's name that no reader changes. */
static void name_digits(const char *path, char out[DESTINATION_IDENTITY])
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	unsigned char octets[DIGEST_SIZE];
	struct digest d;

	digest_start(&d);
	digest_add(&d, name, strcspn(name, ":,"));
	digest_end(&d, octets);
	digest_hex(out, octets, (DESTINATION_IDENTITY - 1) / 2);
}

static bool wants_file(void *context, const struct archive_message *m)
{
	const struct copies *c = context;

	return !c->wants || c->wants(c->context, m);
}

static void take_message(void *context, const struct archive_message *m)
{
	struct copies *c = context;
	struct copy *copy;

	if (c->count == c->capacity) {
		c->capacity = c->capacity ? c->capacity * 2 : 256;
		c->list = memory_resize(c->list, c->capacity, sizeof(*c->list));
	}
	copy = &c->list[c->count++];
	*copy = (struct copy){.octets = m->octets,
	    .crlf_octets = m->crlf_octets,
	    .when = m->when,
	    .device = m->device,
	    .inode = m->inode,
	    .links = m->links,
	    .offset = m->offset,
	    .own = m->identity[0] != '\0',
	    .elsewhere = m->elsewhere,
	    .torn = m->torn,
	    .compressed = m->compressed,
	    .original = m->original,
	    .original_crlf = m->original_crlf,
	    .failure = m->failure};
	copy->marked = marks_end(&c->marks, copy->whole, copy->bare);
	copy->bare_crlf_octets = m->crlf_octets - c->marks.mark_octets;
	copy->identifying = header_end(&c->header, copy->key.header);
	if (c->cored)
		core_end(&c->core, &copy->core);
	start_reading(c);
	snprintf(copy->key.identity, sizeof(copy->key.identity), "%s", m->identity);
	if (!destination_has_names(c->account->delivery.to.ops))
		header_digits(copy->key.header, copy->key.identity);
	else if (!copy->own)
		name_digits(m->path, copy->key.identity);
	/* An unreadable file is not a copy, whatever its readable part contains. */
	if (copy->failure) {
		memset(copy->whole, 0, sizeof(copy->whole));
		memset(copy->bare, 0, sizeof(copy->bare));
	}
	memcpy(copy->key.sha256, copy->whole, sizeof(copy->whole));
	copy->path = c->texts.length;
	buf_append(&c->texts, m->path, strlen(m->path) + 1);
}

static int by_inode(const void *a, const void *b)
{
	const struct copy *x = a, *y = b;

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	return (x->inode > y->inode) - (x->inode < y->inode);
}

/* A file that could not be opened has no known inode. */
static bool is_same_file(const struct copy *a, const struct copy *b)
{
	return a == b || (a->inode != 0 && by_inode(a, b) == 0);
}

/* Sorts by file. Of the entries of one file, a taken one comes first, then one in the account's own directories. */
static int by_file(const void *a, const void *b)
{
	const struct copy *x = a, *y = b;
	int order = by_inode(a, b);

	if (order == 0)
		order = (y->taken > x->taken) - (y->taken < x->taken);
	return order != 0 ? order : (x->elsewhere > y->elsewhere) - (x->elsewhere < y->elsewhere);
}

/*
 * Keeps as many entries per file as it has names. A file that a reader renames while the directory is read may be seen
 * twice. Programs that save space link messages with the same text to one file.
 */
static void drop_doubles(struct copies *c)
{
	size_t kept = 0, names = 0;

	if (c->count > 0)
		qsort(c->list, c->count, sizeof(*c->list), by_file);
	for (size_t i = 0; i < c->count; i++) {
		const struct copy *copy = &c->list[i];

		names = kept > 0 && is_same_file(copy, &c->list[kept - 1]) ? names + 1 : 1;
		if (names == 1 || names <= copy->links)
			c->list[kept++] = *copy;
	}
	c->count = kept;
}

bool copies_read(struct copies *c, bool own, bool sync, struct error *err)
{
	const struct account *a = c->account;
	const struct destination_settings settings = {.account = a->name,
	    .path = a->delivery.to.path,
	    .label = c->label};
	struct archive_reader reader = {.context = c,
	    .own = own,
	    .sync = sync,
	    .wants = wants_file,
	    .octets = take_octets,
	    .message = take_message};
	bool ok;

	start_reading(c);
	ok = a->delivery.to.ops->read(&settings, &reader, err);
	c->changed = reader.changed;
	if (destination_has_names(a->delivery.to.ops))
		drop_doubles(c);
	return ok;
}

void copies_compare(struct copies *c, bool bare)
{
	for (size_t i = 0; i < c->count; i++) {
		struct copy *copy = &c->list[i];

		if (!copy->taken)
			memcpy(copy->key.sha256, bare ? copy->bare : copy->whole, sizeof(copy->key.sha256));
	}
}

bool copies_has_file(const struct copies *c, size_t known, const struct archive_message *m)
{
	const struct copy key = {.device = m->device, .inode = m->inode};
	const struct copy *found = known > 0 ? bsearch(&key, c->list, known, sizeof(*c->list), by_inode) : NULL;

	if (!found || m->links <= 1)
		return found;
	while (found > c->list && by_inode(found - 1, &key) == 0)
		found--;
	for (; found < c->list + known && by_inode(found, &key) == 0; found++) {
		if (strcmp(c->texts.data + found->path, m->path) == 0)
			return true;
	}
	return false;
}

bool copies_is_left(const struct copies *c, size_t i)
{
	if (!destination_has_names(c->account->delivery.to.ops))
		return !c->list[i].taken;
	if (!c->list[i].own || (i > 0 && is_same_file(&c->list[i - 1], &c->list[i])))
		return false;
	for (size_t k = i; k < c->count && is_same_file(&c->list[i], &c->list[k]); k++) {
		if (c->list[k].taken)
			return false;
	}
	return true;
}

void copies_clear(struct copies *c)
{
	c->count = 0;
	buf_clear(&c->texts);
}

void copies_free(struct copies *c)
{
	free(c->list);
	buf_free(&c->texts);
	c->list = NULL;
	c->count = c->capacity = 0;
}
