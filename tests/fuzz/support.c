#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "fuzz.h"

static char *directory;

bool fuzz_error_is_good(const struct error *err)
{
	return err->kind != ERROR_NONE && err->cause[0] && is_plain(err->cause) && is_plain(err->server) &&
	    is_plain(err->hint);
}

static void remove_directory(void)
{
	DIR *names = opendir(directory);
	const struct dirent *entry;

	while (names && (entry = readdir(names)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			fuzz_remove(entry->d_name);
	}
	if (names)
		closedir(names);
	rmdir(directory);
	free(directory);
}

const char *fuzz_directory(void)
{
	const char *place = getenv("TMPDIR");

	if (directory)
		return directory;
	directory = memory_format("%s/mailhaul-fuzz-XXXXXX", place && *place ? place : "/tmp");
	MUST(mkdtemp(directory) != NULL);
	atexit(remove_directory);
	return directory;
}

char *fuzz_path(const char *name)
{
	return memory_format("%s/%s", fuzz_directory(), name);
}

void fuzz_write(const char *name, const void *bytes, size_t length)
{
	char *path = fuzz_path(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	MUST(fd >= 0 && write(fd, bytes, length) == (ssize_t)length);
	close(fd);
	free(path);
}

char *fuzz_read(const char *name, size_t *length)
{
	char *path = fuzz_path(name), *bytes;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	free(path);
	if (fd < 0)
		return NULL;
	MUST(fstat(fd, &st) == 0);
	*length = (size_t)st.st_size;
	bytes = memory_zeroed(*length, 1);
	MUST(read(fd, bytes, *length) == (ssize_t)*length);
	close(fd);
	return bytes;
}

void fuzz_remove(const char *name)
{
	char *path = fuzz_path(name);

	(void)unlink(path);
	free(path);
}
