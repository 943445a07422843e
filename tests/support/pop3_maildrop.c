#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64
#include "pop3_maildrop.h"

#include "pop3_wire.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	CHUNK = 64 * 1024,
	LOCK_TRIES = 1500, /* half a minute, for a busy machine */
	LOCK_PAUSE_NS = 20 * 1000 * 1000,
};

struct message {
	char *name;
	char uid[MAILDROP_UID_MAX + 1];
	bool wire_form;
	bool deleted, sent;
	bool measured;
	uint64_t octets;
};

struct pop3_maildrop {
	int directory;
	struct message *messages;
	size_t count, room;
	size_t hidden; /* further messages that are not shown */
	bool sliced;
};

/* ---- opening ---- */

static bool is_graphic(unsigned char c)
{
	return c > 0x20 && c < 0x7f && c != '%';
}

/*
 * Makes a UID from a file name. It stays readable; other octets are escaped, and a long name is cut and made unique
 * by its hash (FNV-1a).
 */
static void make_uid(char uid[static MAILDROP_UID_MAX + 1], const char *name)
{
	static const char hex[] = "0123456789abcdef";
	const size_t cut = MAILDROP_UID_MAX - 17;
	uint64_t hash = 14695981039346656037U;
	size_t used = 0;
	bool whole = true;

	for (const char *p = name; *p; p++) {
		unsigned char c = (unsigned char)*p;
		size_t need = is_graphic(c) ? 1 : 3;
		hash = (hash ^ c) * 1099511628211U;
		whole = whole && used + need <= MAILDROP_UID_MAX;
		if (!whole)
			continue;
		if (need == 1) {
			uid[used++] = *p;
			continue;
		}
		uid[used++] = '%';
		uid[used++] = hex[c >> 4];
		uid[used++] = hex[c & 15];
	}
	if (whole)
		uid[used] = '\0';
	else
		(void)snprintf(uid + cut, MAILDROP_UID_MAX + 1 - cut, "~%016" PRIx64, hash);
}

static bool add(struct pop3_maildrop *m, const char *name)
{
	static const char suffix[] = ".wire";
	if (m->count == m->room) {
		size_t room = m->room ? 2 * m->room : 64;
		struct message *grown = realloc(m->messages, room * sizeof(*grown));
		if (!grown)
			return false;
		m->messages = grown;
		m->room = room;
	}
	struct message *message = &m->messages[m->count];
	memset(message, 0, sizeof(*message));
	message->name = strdup(name);
	if (!message->name)
		return false;
	size_t len = strlen(name);
	message->wire_form = len >= sizeof(suffix) - 1 && strcmp(name + len - (sizeof(suffix) - 1), suffix) == 0;
	make_uid(message->uid, name);
	m->count++;
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct message *x = a, *y = b;
	return strcmp(x->name, y->name);
}

static bool list_directory(struct pop3_maildrop *m)
{
	int fd = openat(m->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;
	bool ok = true;

	if (!dir) {
		if (fd >= 0)
			(void)close(fd);
		return false;
	}
	while (ok && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' || fstatat(m->directory, entry->d_name, &st, 0) != 0 ||
		    !S_ISREG(st.st_mode))
			continue;
		ok = add(m, entry->d_name);
	}
	(void)closedir(dir);
	if (m->count > 1)
		qsort(m->messages, m->count, sizeof(*m->messages), by_name);
	return ok;
}

static bool lock_directory(int fd)
{
	const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		(void)nanosleep(&pause, NULL);
	}
	return false;
}

enum pop3_maildrop_status pop3_maildrop_open(const char *dir, struct pop3_maildrop **maildrop)
{
	enum pop3_maildrop_status status = MAILDROP_BROKEN;
	struct pop3_maildrop *m = calloc(1, sizeof(*m));
	*maildrop = NULL;
	if (!m)
		return status;
	m->directory = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->directory >= 0 && !lock_directory(m->directory))
		status = MAILDROP_IN_USE;
	else if (m->directory >= 0 && list_directory(m))
		status = MAILDROP_OK;
	if (status == MAILDROP_BROKEN)
		warn("%s", dir);
	if (status == MAILDROP_OK)
		*maildrop = m;
	else
		pop3_maildrop_close(m);
	return status;
}

void pop3_maildrop_close(struct pop3_maildrop *m)
{
	if (!m)
		return;
	if (m->directory >= 0)
		(void)close(m->directory);
	for (size_t i = 0; i < m->count + m->hidden; i++)
		free(m->messages[i].name);
	free(m->messages);
	free(m);
}

/* ---- looking ---- */

size_t pop3_maildrop_count(const struct pop3_maildrop *m)
{
	return m->count;
}

const char *pop3_maildrop_uid(const struct pop3_maildrop *m, size_t i)
{
	return m->messages[i].uid;
}

bool pop3_maildrop_deleted(const struct pop3_maildrop *m, size_t i)
{
	return m->messages[i].deleted;
}

void pop3_maildrop_delete(struct pop3_maildrop *m, size_t i)
{
	m->messages[i].deleted = true;
}

void pop3_maildrop_reset(struct pop3_maildrop *m)
{
	for (size_t i = 0; i < m->count; i++)
		m->messages[i].deleted = false;
}

void pop3_maildrop_slice(struct pop3_maildrop *m, size_t count)
{
	m->sliced = true;
	if (count < m->count) {
		m->hidden = m->count - count;
		m->count = count;
	}
}

static void hide(const struct pop3_maildrop *m, const char *name)
{
	char hidden[NAME_MAX + 2];
	(void)snprintf(hidden, sizeof(hidden), ".%s", name);
	if (renameat(m->directory, name, m->directory, hidden) != 0)
		warn("%s", name);
}

bool pop3_maildrop_commit(struct pop3_maildrop *m)
{
	bool ok = true;
	for (size_t i = 0; i < m->count; i++) {
		if (m->sliced && m->messages[i].sent && !m->messages[i].deleted)
			hide(m, m->messages[i].name);
		if (m->messages[i].deleted && unlinkat(m->directory, m->messages[i].name, 0) != 0 && errno != ENOENT) {
			warn("%s", m->messages[i].name);
			ok = false;
		}
	}
	return ok;
}

static int open_message(const struct pop3_maildrop *m, size_t i)
{
	return openat(m->directory, m->messages[i].name, O_RDONLY | O_CLOEXEC);
}

static ssize_t read_chunk(int fd, char *chunk, size_t size)
{
	ssize_t n;
	do {
		n = read(fd, chunk, size);
	} while (n < 0 && errno == EINTR);
	return n;
}

/* Gets the size of the content of a ".wire" file, which is already stuffed, without its terminator. */
static bool wire_content_size(int fd, uint64_t *size)
{
	struct stat st;
	char end[3] = "";
	if (fstat(fd, &st) != 0)
		return false;
	if (st.st_size >= 3 && pread(fd, end, 3, st.st_size - 3) == 3 && memcmp(end, ".\r\n", 3) == 0)
		st.st_size -= 3;
	*size = (uint64_t)st.st_size;
	return true;
}

static bool measure_wire(int fd, uint64_t *octets)
{
	char chunk[CHUNK];
	uint64_t left, stuffed = 0;
	char before = '\r', last = '\n'; /* the beginning counts as after a CRLF */
	if (!wire_content_size(fd, &left))
		return false;
	*octets = left;
	while (left > 0) {
		ssize_t n = read_chunk(fd, chunk, left < CHUNK ? (size_t)left : CHUNK);
		if (n <= 0)
			return false;
		for (ssize_t i = 0; i < n; i++) {
			if (chunk[i] == '.' && last == '\n' && before == '\r')
				stuffed++;
			before = last;
			last = chunk[i];
		}
		left -= (uint64_t)n;
	}
	*octets -= stuffed;
	return true;
}

static bool measure_raw(int fd, uint64_t *octets)
{
	char chunk[CHUNK], last = '\n';
	ssize_t n;
	*octets = 0;
	while ((n = read_chunk(fd, chunk, CHUNK)) > 0) {
		const char *end = chunk + n, *lf = chunk;
		*octets += (uint64_t)n;
		while ((lf = memchr(lf, '\n', (size_t)(end - lf))) != NULL) {
			if ((lf > chunk ? lf[-1] : last) != '\r')
				++*octets;
			lf++;
		}
		last = end[-1];
	}
	if (last != '\n')
		*octets += 2;
	return n == 0;
}

bool pop3_maildrop_octets(struct pop3_maildrop *m, size_t i, uint64_t *octets)
{
	struct message *message = &m->messages[i];
	if (!message->measured) {
		int fd = open_message(m, i);
		if (fd < 0)
			return false;
		message->measured =
		    message->wire_form ? measure_wire(fd, &message->octets) : measure_raw(fd, &message->octets);
		(void)close(fd);
	}
	*octets = message->octets;
	return message->measured;
}

/* ---- sending ---- */

/* The sender's position in the message, independent of its chunks. */
struct sender {
	struct pop3_wire *wire;
	void (*put)(struct pop3_wire *wire, const void *data, size_t len);
	bool stuffed; /* the octets are in wire form already */
	bool limited; /* TOP: lines_left counts */
	bool in_header;
	bool at_start; /* of a line */
	bool after_cr;
	uint64_t line_octets;
	uint64_t lines_left;
};

static bool sender_done(const struct sender *s)
{
	return s->wire->failed || (s->limited && !s->in_header && s->lines_left == 0);
}

static void send_piece(struct sender *s, const char *data, size_t len)
{
	if (len == 0)
		return;
	if (s->at_start && *data == '.' && !s->stuffed)
		s->put(s->wire, ".", 1); /* RFC 1939, section 3 */
	s->put(s->wire, data, len);
	s->at_start = false;
	s->after_cr = data[len - 1] == '\r';
	s->line_octets += len;
}

static void send_lf(struct sender *s)
{
	if (s->after_cr || s->stuffed)
		s->put(s->wire, "\n", 1);
	else
		s->put(s->wire, "\r\n", 2);
	if (s->stuffed && !s->after_cr) {
		s->at_start = false;
		s->line_octets++;
		return;
	}
	if (!s->in_header)
		s->lines_left--;
	else if (s->line_octets == (s->after_cr ? 1 : 0))
		s->in_header = false;
	s->at_start = true;
	s->after_cr = false;
	s->line_octets = 0;
}

static void send_chunk(struct sender *s, const char *data, size_t len)
{
	while (len > 0 && !sender_done(s)) {
		const char *lf = memchr(data, '\n', len);
		size_t piece = lf ? (size_t)(lf - data) : len;
		send_piece(s, data, piece);
		if (!lf)
			return;
		send_lf(s);
		data += piece + 1;
		len -= piece + 1;
	}
}

/* Sends at most LIMIT octets of the file, then ends the last line and the message. */
static void send_message(struct sender *s, int fd, uint64_t limit)
{
	char chunk[CHUNK];
	while (limit > 0 && !sender_done(s)) {
		ssize_t n = read_chunk(fd, chunk, limit < CHUNK ? (size_t)limit : CHUNK);
		if (n < 0)
			pop3_wire_drop(s->wire);
		if (n <= 0)
			break;
		send_chunk(s, chunk, (size_t)n);
		limit -= (uint64_t)n;
	}
	if (!s->at_start)
		s->put(s->wire, "\r\n", 2);
	s->put(s->wire, ".\r\n", 3);
}

static void send_as_is(int fd, struct pop3_wire *wire)
{
	char chunk[CHUNK];
	ssize_t n;
	while (!wire->failed && (n = read_chunk(fd, chunk, CHUNK)) != 0) {
		if (n < 0)
			pop3_wire_drop(wire);
		else
			pop3_wire_write_body(wire, chunk, (size_t)n);
	}
}

void pop3_maildrop_send(struct pop3_maildrop *m, size_t i, struct pop3_wire *wire)
{
	struct sender s = {.wire = wire, .put = pop3_wire_write_body, .at_start = true};
	int fd = open_message(m, i);
	if (fd < 0) {
		pop3_wire_drop(wire);
		return;
	}
	if (m->messages[i].wire_form)
		send_as_is(fd, wire);
	else
		send_message(&s, fd, UINT64_MAX);
	m->messages[i].sent = true;
	(void)close(fd);
}

void pop3_maildrop_send_top(const struct pop3_maildrop *m, size_t i, uint64_t lines, struct pop3_wire *wire)
{
	struct sender s = {.wire = wire,
	    .put = pop3_wire_write,
	    .stuffed = m->messages[i].wire_form,
	    .limited = true,
	    .in_header = true,
	    .at_start = true,
	    .lines_left = lines};
	uint64_t limit = UINT64_MAX;
	int fd = open_message(m, i);
	if (fd < 0 || (s.stuffed && !wire_content_size(fd, &limit)))
		pop3_wire_drop(wire);
	else
		send_message(&s, fd, limit);
	if (fd >= 0)
		(void)close(fd);
}
