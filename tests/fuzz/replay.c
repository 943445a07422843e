/*
 * A simple main for a target: runs it once on every file of a corpus, so that each `make check` tests earlier
 * findings. Without arguments the corpus is that of the program's own name (replay-NAME) under $srcdir; otherwise
 * each argument is a file or a directory.
 */
#include "config.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

enum { SECONDS = 60 }; /* limit for one input; none needs a second */

static unsigned replayed;

static void replay_file(const char *path)
{
	FILE *stream = fopen(path, "rb");
	struct stat st;
	uint8_t *bytes;
	size_t size;

	MUST(stream && fstat(fileno(stream), &st) == 0);
	size = (size_t)st.st_size;
	bytes = malloc(size > 0 ? size : 1);
	MUST(bytes && fread(bytes, 1, size, stream) == size);
	fclose(stream);
	/* The last name printed is that of the input that failed. */
	printf("# %s\n", path);
	fflush(stdout);
	alarm(SECONDS);
	LLVMFuzzerTestOneInput(bytes, size);
	alarm(0);
	free(bytes);
	replayed++;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void replay_path(const char *path)
{
	struct dirent **entries;
	char inside[4096];
	struct stat st;
	int count;

	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode)) {
		replay_file(path);
		return;
	}
	count = scandir(path, &entries, is_visible, alphasort);
	for (int i = 0; i < count; i++) {
		snprintf(inside, sizeof(inside), "%s/%s", path, entries[i]->d_name);
		replay_file(inside);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = strstr(slash ? slash : argv[0], "replay-");
	const char *srcdir = getenv("srcdir");
	char corpus[4096];

	name = name ? name + strlen("replay-") : "?";
	snprintf(corpus, sizeof(corpus), "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".", name);
	printf("1..1\n");
	for (int i = 1; i < argc; i++)
		replay_path(argv[i]);
	if (argc == 1)
		replay_path(corpus);
	if (replayed == 0)
		printf("# there is nothing in %s\n", corpus);
	printf("%s 1 - %s replays its corpus\n", replayed > 0 ? "ok" : "not ok", name);
	return replayed > 0 ? 0 : 1;
}
