#include "config.h"

#include "state/witness.h"

#include "base/digest.h"
#include "base/memory.h"
#include "base/platform.h"
#include "state/private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINE_MOST = 42,
	PATH_OCTETS = 4, /* bytes used of the path's digest */
};

/* Makes the key of a label. Accounts with the same name and different states may share a Maildir. */
static char *make_key(const char *account, const char *state_path)
{
	unsigned char sha256[DIGEST_SIZE];
	struct digest digest;
	char hex[2 * PATH_OCTETS + 1];

	digest_start(&digest);
	digest_add(&digest, state_path, strlen(state_path));
	digest_end(&digest, sha256);
	digest_hex(hex, sha256, PATH_OCTETS);
	return memory_format("%s.%s", account, hex);
}

void state_witness_read(struct state_witness *w, const char *directory, const char *account, const char *state_path)
{
	char text[STATE_WITNESS_RUNS * LINE_MOST + 1], *at = text;
	size_t length;

	*w = (struct state_witness){.directory = memory_copy_string(directory), .key = make_key(account, state_path)};
	if (!platform_read_label(directory, w->key, text, sizeof(text) - 1, &length))
		return;
	text[length] = '\0';
	while (w->count < STATE_WITNESS_RUNS && *at) {
		int64_t number, began;
		int used = 0;

		if (sscanf(at, "%" SCNd64 " %" SCNd64 "%n", &number, &began, &used) != 2 || at[used] != '\n' ||
		    (w->count > 0 && number <= w->runs[w->count - 1].number))
			break;
		w->runs[w->count].number = number;
		w->runs[w->count++].began = began;
		at += used + 1;
	}
}

int64_t state_witness_after(const struct state_witness *w, int64_t number)
{
	int64_t first = 0;

	for (size_t i = 0; i < w->count; i++) {
		if (w->runs[i].number > number && (first == 0 || w->runs[i].began < first))
			first = w->runs[i].began;
	}
	return first;
}

static bool put(const struct state_witness *w)
{
	char text[STATE_WITNESS_RUNS * LINE_MOST + 1];
	size_t length = 0;

	for (size_t i = 0; i < w->count; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%" PRId64 " %" PRId64 "\n",
		    w->runs[i].number, w->runs[i].began);
	return platform_write_label(w->directory, w->key, text, length);
}

int64_t state_witness_last(const struct state_witness *w)
{
	return w->count > 0 ? w->runs[w->count - 1].number : 0;
}

bool state_witness_note(struct state_witness *w, int64_t number, int64_t began)
{
	int64_t replaced = state_witness_after(w, number - 1);

	if (!w->directory)
		return false;
	while (w->count > 0 && w->runs[w->count - 1].number >= number)
		w->count--;
	if (w->count == STATE_WITNESS_RUNS) {
		w->count--;
		memmove(w->runs, w->runs + 1, w->count * sizeof(w->runs[0]));
	}
	w->runs[w->count].number = number;
	w->runs[w->count++].began = replaced > 0 && replaced < began ? replaced : began;
	return put(w);
}

void state_witness_free(struct state_witness *w)
{
	free(w->directory);
	free(w->key);
	*w = (struct state_witness){0};
}
