#include "config.h"

#include "base/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif
#ifdef __linux__
#include <sys/xattr.h>
#endif
#if defined(HAVE_SYNCFS) && defined(HAVE_SYS_VFS_H)
#define CAN_SYNC_ALL
#include <sys/utsname.h>
#include <sys/vfs.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef HAVE_EXPLICIT_BZERO
void platform_wipe(void *bytes, size_t length)
{
	explicit_bzero(bytes, length);
}
#else
void platform_wipe(void *bytes, size_t length)
{
	volatile unsigned char *p = bytes;

	while (length-- > 0)
		*p++ = 0;
}
#endif

#ifdef MADV_DONTDUMP
void platform_lock_pages(void *pages, size_t length)
{
	(void)mlock(pages, length);
	(void)madvise(pages, length, MADV_DONTDUMP);
}
#else
void platform_lock_pages(void *pages, size_t length)
{
	(void)mlock(pages, length);
}
#endif

#ifdef MADV_DONTFORK
bool platform_inherit_pages(void *pages, size_t length, bool on)
{
	return madvise(pages, length, on ? MADV_DOFORK : MADV_DONTFORK) == 0;
}
#else
bool platform_inherit_pages(void *pages, size_t length, bool on)
{
	(void)pages;
	(void)length;
	(void)on;
	return false;
}
#endif

#ifdef HAVE_SYNC_FILE_RANGE
void platform_start_writeback(int fd)
{
	(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}
#else
void platform_start_writeback(int fd)
{
	(void)fd;
}
#endif

#if defined(HAVE_FALLOCATE) && defined(FALLOC_FL_KEEP_SIZE)
bool platform_reserve(int fd, uint64_t offset, uint64_t length)
{
	int failure;

	do
		failure =
		    length > 0 && fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)length) != 0 ? errno : 0;
	while (failure == EINTR);
	errno = failure;
	return failure != ENOSPC && failure != EDQUOT;
}
#else
bool platform_reserve(int fd, uint64_t offset, uint64_t length)
{
	(void)fd;
	(void)offset;
	(void)length;
	return true;
}
#endif

#ifdef CLOCK_BOOTTIME
int64_t platform_uptime(void)
{
	struct timespec up;

	return clock_gettime(CLOCK_BOOTTIME, &up) == 0 ? (int64_t)up.tv_sec : -1;
}
#else
int64_t platform_uptime(void)
{
	return -1;
}
#endif

#ifdef __linux__
/* Returns whether /proc shows the process IDs that this process sees, and not those of an outer namespace. */
static bool has_own_proc(void)
{
	char text[32];
	ssize_t length = readlink("/proc/self", text, sizeof(text) - 1);

	if (length <= 0)
		return false;
	text[length] = '\0';
	return strtol(text, NULL, 10) == (long)getpid();
}

/* Appends the name of one of this process's namespaces, or nothing on systems without that kind of namespace. */
static void add_namespace(char *out, size_t size, const char *path)
{
	size_t used = strlen(out);
	ssize_t length;

	if (used + 2 >= size)
		return;
	out[used++] = ' ';
	length = readlink(path, out + used, size - used - 1);
	out[used + (size_t)(length > 0 ? length : 0)] = '\0';
}

bool platform_pid_space(char out[PLATFORM_PID_SPACE])
{
	FILE *file = has_own_proc() ? fopen("/proc/sys/kernel/random/boot_id", "re") : NULL;
	bool ok = file && fgets(out, PLATFORM_PID_SPACE, file) && out[0] != '\n';

	if (file)
		fclose(file);
	if (!ok)
		return false;
	out[strcspn(out, "\n")] = '\0';
	add_namespace(out, PLATFORM_PID_SPACE, "/proc/self/ns/pid");
	add_namespace(out, PLATFORM_PID_SPACE, "/proc/self/ns/time");
	return true;
}

/* The start time is field 22 of /proc/PID/stat. Field 2 is a name in parentheses that may contain any character. */
bool platform_process_start(pid_t pid, uint64_t *ticks)
{
	char path[64], text[1024];
	const char *at;
	FILE *file;
	size_t length;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	file = has_own_proc() ? fopen(path, "re") : NULL;
	if (!file)
		return false;
	length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[length] = '\0';
	at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at && sscanf(at, " %" SCNu64, ticks) == 1;
}

int64_t platform_process_age(pid_t pid)
{
	long ticks_a_second = sysconf(_SC_CLK_TCK);
	int64_t up = platform_uptime();
	uint64_t start;

	if (up < 0 || ticks_a_second <= 0 || !platform_process_start(pid, &start))
		return -1;
	start /= (uint64_t)ticks_a_second;
	return start < (uint64_t)up ? up - (int64_t)start : 0;
}
#else
bool platform_pid_space(char out[PLATFORM_PID_SPACE])
{
	out[0] = '\0';
	return false;
}

bool platform_process_start(pid_t pid, uint64_t *start)
{
	(void)pid;
	(void)start;
	return false;
}

int64_t platform_process_age(pid_t pid)
{
	(void)pid;
	return -1;
}
#endif

#ifdef __linux__
bool platform_read_label(const char *path, const char *key, char *out, size_t size, size_t *length)
{
	char name[256];
	ssize_t n;

	snprintf(name, sizeof(name), "user.mailhaul.%s", key);
	n = getxattr(path, name, out, size);
	*length = n > 0 ? (size_t)n : 0;
	return n >= 0;
}

bool platform_write_label(const char *path, const char *key, const char *text, size_t length)
{
	char name[256];

	snprintf(name, sizeof(name), "user.mailhaul.%s", key);
	return setxattr(path, name, text, length, 0) == 0;
}

bool platform_has_other_label(int fd, const char *key, size_t same)
{
	static const char space[] = "user.mailhaul.";
	char names[8192];
	ssize_t size = flistxattr(fd, names, sizeof(names));

	for (ssize_t at = 0; at < size; at += (ssize_t)strlen(names + at) + 1) {
		const char *name = names + at;

		if (strncmp(name, space, sizeof(space) - 1) != 0)
			continue;
		name += sizeof(space) - 1;
		if (strncmp(name, key, same) == 0 && strlen(name) == strlen(key) && strcmp(name, key) != 0)
			return true;
	}
	return false;
}
#else
bool platform_read_label(const char *path, const char *key, char *out, size_t size, size_t *length)
{
	(void)path;
	(void)key;
	(void)out;
	(void)size;
	*length = 0;
	errno = EOPNOTSUPP;
	return false;
}

bool platform_write_label(const char *path, const char *key, const char *text, size_t length)
{
	(void)path;
	(void)key;
	(void)text;
	(void)length;
	errno = EOPNOTSUPP;
	return false;
}

bool platform_has_other_label(int fd, const char *key, size_t same)
{
	(void)fd;
	(void)key;
	(void)same;
	return false;
}
#endif

size_t platform_open_files_most(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (size_t)limit.rlim_cur : 65536;
}

uint64_t platform_file_octets_most(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? (uint64_t)limit.rlim_cur
										       : UINT64_MAX;
}

#ifdef O_TMPFILE
bool platform_probe_directory(const char *path)
{
	static const char octets[4096];
	int fd = open(path, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600), failure = 0;

	/* This filesystem or system does not support O_TMPFILE. */
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL || errno == ENOENT))
		return access(path, W_OK | X_OK) == 0;
	if (fd < 0)
		return false;
	errno = ENOSPC; /* for a short write */
	if (write(fd, octets, sizeof(octets)) != (ssize_t)sizeof(octets))
		failure = errno;
	if (close(fd) != 0 && failure == 0)
		failure = errno;
	errno = failure;
	return failure == 0;
}
#else
bool platform_probe_directory(const char *path)
{
	return access(path, W_OK | X_OK) == 0;
}
#endif

#ifdef CAN_SYNC_ALL
static const unsigned long ext4 = 0xef53, xfs = 0x58465342, btrfs = 0x9123683e, f2fs = 0xf2f52010, tmpfs = 0x01021994;

static bool is_one_of(int fd, const unsigned long *types, size_t count)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) != 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		if ((unsigned long)fs.f_type == types[i])
			return true;
	}
	return false;
}

/*
 * Returns whether fd is on a local disk or on tmpfs. On other filesystems a sync may not reach the storage behind
 * them.
 */
static bool is_local(int fd)
{
	const unsigned long types[] = {ext4, xfs, btrfs, f2fs, tmpfs};

	return is_one_of(fd, types, sizeof(types) / sizeof(types[0]));
}

/*
 * Returns whether direct I/O is known to work well. btrfs is excluded because direct I/O skips compression; tmpfs is
 * the cache itself.
 */
static bool has_cache_aside(int fd)
{
	const unsigned long types[] = {ext4, xfs};

	return is_one_of(fd, types, sizeof(types) / sizeof(types[0]));
}

/* Returns whether syncfs reports all write errors, as it does since Linux 5.8. */
static bool reports_errors(void)
{
	struct utsname name;
	unsigned major, minor;

	return uname(&name) == 0 && sscanf(name.release, "%u.%u", &major, &minor) == 2 &&
	    (major > 5 || (major == 5 && minor >= 8));
}

bool platform_can_sync_all(int fd)
{
	return is_local(fd) && reports_errors();
}

bool platform_sync_all(int fd)
{
	return syncfs(fd) == 0;
}

bool platform_write_past_cache(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || (on && !has_cache_aside(fd)))
		return false;
	return fcntl(fd, F_SETFL, on ? flags | O_DIRECT : flags & ~O_DIRECT) == 0;
}
#else
bool platform_can_sync_all(int fd)
{
	(void)fd;
	return false;
}

bool platform_sync_all(int fd)
{
	(void)fd;
	errno = ENOSYS;
	return false;
}

bool platform_write_past_cache(int fd, bool on)
{
	(void)fd;
	return !on;
}
#endif

#ifdef __linux__
/*
 * One byte is too small for a core file. It is also the only limit that programs which read core files from a pipe
 * respect.
 */
enum { CORE_OCTETS = 1 };
#else
enum { CORE_OCTETS = 0 };
#endif

/* PR_SET_DUMPABLE would also prevent core files, but it keeps debuggers and strace away from the user's own process. */
void platform_forbid_core_files(void)
{
	const struct rlimit limit = {CORE_OCTETS, CORE_OCTETS};

	(void)setrlimit(RLIMIT_CORE, &limit);
}

#ifdef __linux__
bool platform_is_unmapped_user(uid_t user)
{
	FILE *stream = fopen("/proc/sys/kernel/overflowuid", "re");
	unsigned long overflow = 65534, first, outside, count, lines = 0;
	bool mapped = false;

	if (stream && fscanf(stream, "%lu", &overflow) != 1)
		overflow = 65534;
	if (stream)
		fclose(stream);
	if (user != overflow || !(stream = fopen("/proc/self/uid_map", "re")))
		return false;
	for (; fscanf(stream, "%lu %lu %lu", &first, &outside, &count) == 3; lines++)
		mapped = mapped || (user >= first && user - first < count);
	fclose(stream);
	return lines > 0 && !mapped;
}
#else
bool platform_is_unmapped_user(uid_t user)
{
	(void)user;
	return false;
}
#endif

#ifdef HAVE_SYS_PRCTL_H
bool platform_die_with_parent(void)
{
	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
}
#else
bool platform_die_with_parent(void)
{
	return false;
}
#endif

#ifdef TCP_INFO
bool platform_is_near(int fd)
{
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_rtt < 2000 /* microseconds */;
}
#else
bool platform_is_near(int fd)
{
	(void)fd;
	return false;
}
#endif

#ifdef TCP_QUICKACK
void platform_acknowledge(int fd)
{
	int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}
#else
void platform_acknowledge(int fd)
{
	(void)fd;
}
#endif
