#include "config.h"

#include "deliver/maildir_content.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

#include "deliver/maildir_name.h"

enum { FIRST = 15, LAST = 4 };

/* The bytes at both ends of a file. Bytes that the file lacks are 0. */
struct ends {
	unsigned char first[FIRST], last[LAST];
};

static const struct {
	const char *octets;
	size_t length;
} magic[] = {
    {"BZh", 3},
    {"\x28\xb5\x2f\xfd", 4},
    {"\xfd"
     "7zXZ",
	5},
    {"Dovecot-LZ4\r\x2a\x9b\xc5", 15},
};

static bool read_ends(int fd, uint64_t size, struct ends *e)
{
	size_t first = size < FIRST ? (size_t)size : FIRST, last = size < LAST ? (size_t)size : LAST;

	*e = (struct ends){0};
	return pread(fd, e->first, first, 0) == (ssize_t)first &&
	    pread(fd, e->last + LAST - last, last, (off_t)(size - last)) == (ssize_t)last;
}

/* Recognizes gzip (RFC 1952). */
static bool is_gzip(const struct ends *e)
{
	return e->first[0] == 0x1f && e->first[1] == 0x8b;
}

/*
 * Recognizes bzip2, zstd, xz and Dovecot's LZ4, whose files do not contain the original size. No header field begins
 * with these bytes.
 */
static bool is_compressed(const struct ends *e)
{
	for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++) {
		if (memcmp(e->first, magic[i].octets, magic[i].length) == 0)
			return i > 0 || (e->first[3] >= '1' && e->first[3] <= '9');
	}
	return false;
}

/* Returns whether the file is shorter only because its line ends differ. */
static bool has_crlf_size(int fd, uint64_t octets)
{
	struct maildir_size size = {0};
	char piece[4096];
	ssize_t n;

	while ((n = pread(fd, piece, sizeof(piece), (off_t)size.octets)) > 0)
		maildir_size_add(&size, piece, (size_t)n);
	return n < 0 || size.crlf_octets == octets;
}

enum maildir_content maildir_content(int fd, const char *name)
{
	uint64_t named = maildir_name_size(name, 'S'), size;
	struct ends ends;
	struct stat st;

	if (fstat(fd, &st) != 0 || !read_ends(fd, (uint64_t)st.st_size, &ends))
		return MAILDIR_ORIGINAL;
	size = (uint64_t)st.st_size;
	if (is_gzip(&ends))
		return MAILDIR_ORIGINAL;
	if (is_compressed(&ends))
		return named > 0 && size != named ? MAILDIR_COMPRESSED : MAILDIR_ORIGINAL;
	/* Each message ends with a line end. NULs replace data that was not written. */
	if (size > 0 && ends.last[LAST - 1] == '\0')
		return MAILDIR_TORN;
	if (size < named)
		return has_crlf_size(fd, maildir_name_size(name, 'W')) ? MAILDIR_ORIGINAL : MAILDIR_TORN;
	return named > 0 && size > named ? MAILDIR_CHANGED : MAILDIR_ORIGINAL;
}

/* Decompresses z->next_in. Returns Z_OK if more data must follow, Z_STREAM_END if it may end here, or an error. */
static int pass_piece(z_stream *z, void (*take)(void *context, const char *bytes, size_t length), void *context)
{
	char out[65536];
	int rc;

	do {
		z->next_out = (Bytef *)out;
		z->avail_out = sizeof(out);
		rc = inflate(z, Z_NO_FLUSH);
		if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
			return rc;
		take(context, out, sizeof(out) - z->avail_out);
		/* Another member may follow (RFC 1952, section 2.2). */
		if (rc == Z_STREAM_END && z->avail_in > 0 && inflateReset(z) != Z_OK)
			return Z_STREAM_ERROR;
	} while (z->avail_in > 0 || z->avail_out == 0);
	return rc == Z_STREAM_END ? rc : Z_OK;
}

/* gzread is not used: with zlib 1.3.2 it reports no error if the data ends too early. */
static bool pass_gzip(int fd, void (*take)(void *context, const char *bytes, size_t length), void *context)
{
	unsigned char in[16384];
	z_stream z = {0};
	int rc = inflateInit2(&z, MAX_WBITS + 16);
	ssize_t n = 1;

	if (rc != Z_OK)
		return false;
	while ((rc == Z_OK || rc == Z_STREAM_END) && n != 0) {
		n = read(fd, in, sizeof(in));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = Z_ERRNO;
		if (n <= 0)
			continue;
		if (rc == Z_STREAM_END && inflateReset(&z) != Z_OK)
			break;
		z.next_in = in;
		z.avail_in = (uInt)n;
		rc = pass_piece(&z, take, context);
	}
	(void)inflateEnd(&z);
	if (rc == Z_STREAM_END && n == 0)
		return true;
	if (rc != Z_ERRNO)
		errno = EBADMSG;
	return false;
}

static bool pass_plain(int fd, void (*take)(void *context, const char *bytes, size_t length), void *context)
{
	char piece[65536];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		take(context, piece, (size_t)n);
	}
	return true;
}

/* Returns whether a reader has compressed the file with gzip. */
static bool was_gzipped(const struct ends *e, uint64_t size, const char *name)
{
	return is_gzip(e) && size != maildir_name_size(name, 'S');
}

/* Sets *is to whether a reader has compressed the file with gzip, and starts at its beginning. */
static bool check_gzip(int fd, const char *name, bool *is)
{
	struct ends ends;
	struct stat st;

	if (fstat(fd, &st) != 0 || lseek(fd, 0, SEEK_SET) != 0 || !read_ends(fd, (uint64_t)st.st_size, &ends))
		return false;
	*is = was_gzipped(&ends, (uint64_t)st.st_size, name);
	return true;
}

/* The last four bytes of gzip data are the size of the original, modulo 2^32. */
uint64_t maildir_content_size(int fd, const char *name)
{
	struct stat st = {0};
	struct ends e;

	if (fstat(fd, &st) != 0 || !read_ends(fd, (uint64_t)st.st_size, &e) ||
	    !was_gzipped(&e, (uint64_t)st.st_size, name))
		return (uint64_t)st.st_size;
	return e.last[0] | (uint64_t)e.last[1] << 8 | (uint64_t)e.last[2] << 16 | (uint64_t)e.last[3] << 24;
}

bool maildir_content_pass(int fd, const char *name, void (*take)(void *context, const char *bytes, size_t length),
    void *context)
{
	bool gzip;

	return check_gzip(fd, name, &gzip) && (gzip ? pass_gzip(fd, take, context) : pass_plain(fd, take, context));
}

static void take_nothing(void *context, const char *bytes, size_t length)
{
	(void)context;
	(void)bytes;
	(void)length;
}

bool maildir_content_is_sound(int fd, const char *name)
{
	bool gzip;

	return check_gzip(fd, name, &gzip) && (!gzip || pass_gzip(fd, take_nothing, NULL));
}
