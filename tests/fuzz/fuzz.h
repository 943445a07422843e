#ifndef MAILHAUL_TESTS_FUZZ_H
#define MAILHAUL_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct error;

/* The entry point of a target, called by libFuzzer or replay.c. A finding is an abort. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A condition that has to be true for any input. */
#define MUST(what)                                                                                                     \
	do {                                                                                                           \
		if (!(what)) {                                                                                         \
			fprintf(stderr, "%s:%d: this does not hold: %s\n", __FILE__, __LINE__, #what);                 \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

/* The rest of an input. Its first octets control a target; the rest is parsed. */
struct input {
	const uint8_t *at;
	size_t left;
};

/* Takes an octet; 0 if there are no more. */
static inline unsigned take_octet(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->at++;
}

/* Takes a number of two octets, big-endian. */
static inline unsigned take_number(struct input *in)
{
	unsigned high = take_octet(in);

	return high << 8 | take_octet(in);
}

/* Takes `length` octets, or all if there are fewer, into memory that ends where they do. */
static inline char *take_copy(struct input *in, size_t *length)
{
	char *copy;

	if (*length > in->left)
		*length = in->left;
	copy = malloc(*length > 0 ? *length : 1);
	MUST(copy != NULL);
	if (*length == 0)
		return copy;
	memcpy(copy, in->at, *length);
	in->at += *length;
	in->left -= *length;
	return copy;
}

/* Whether a text can be printed on a terminal unchanged: one line without control characters. */
static inline bool is_plain(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	}
	return true;
}

/* Whether an error that a function returned has a message, and all of it is plain. */
bool fuzz_error_is_good(const struct error *err);

/* Returns a directory of this process, made at the first call and removed at the end. */
const char *fuzz_directory(void);

/* Returns the path of a file in that directory; the caller frees it. */
char *fuzz_path(const char *name);

/* Writes a file with this content in that directory; replaces an existing one. */
void fuzz_write(const char *name, const void *bytes, size_t length);

/* Reads a file of that directory; the caller frees the content. Returns NULL if the file does not exist. */
char *fuzz_read(const char *name, size_t *length);

/* Removes a file of that directory if it exists. */
void fuzz_remove(const char *name);

#endif
