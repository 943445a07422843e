#ifndef MAILHAUL_TESTS_FUZZ_H
#define MAILHAUL_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct error;

/* A target's entry; libFuzzer, or replay.c, calls it. A finding is an abort. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What has to hold, whatever the input. */
#define MUST(what) \
	do { \
		if (!(what)) { \
			fprintf(stderr, "%s:%d: this does not hold: %s\n", __FILE__, __LINE__, #what); \
			abort(); \
		} \
	} while (0)

/* What is left of an input. Its first octets steer a target, the rest is what is parsed. */
struct input {
	const uint8_t *at;
	size_t left;
};

/* Takes an octet; 0 when none is left. */
static inline unsigned take_octet(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->at++;
}

/* Takes a number of two octets, the high one first. */
static inline unsigned take_number(struct input *in)
{
	unsigned high = take_octet(in);

	return high << 8 | take_octet(in);
}

/* Takes `length` octets, or all where there are fewer, into memory that ends where they do. */
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

/* Whether a text can be shown on a terminal as it is: one line without control characters. */
static inline bool is_plain(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	}
	return true;
}

/* Whether an error that a function returned says something, and all of it is plain. */
bool fuzz_error_is_good(const struct error *err);

/* A directory of this process alone, made at the first call and removed at the end. */
const char *fuzz_directory(void);

/* The path of a file in that directory; the caller frees it. */
char *fuzz_path(const char *name);

/* Makes a file of this content in that directory, in the place of what was there. */
void fuzz_write(const char *name, const void *bytes, size_t length);

/* Reads a file of that directory; the caller frees the content. NULL if there is none. */
char *fuzz_read(const char *name, size_t *length);

/* Removes a file of that directory, if it is there. */
void fuzz_remove(const char *name);

#endif
