#ifndef MAILHAUL_BASE_PLATFORM_H
#define MAILHAUL_BASE_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What only some systems can do. Each does the best that the system offers; all is in platform.c. */

/* Overwrites bytes in a way that the compiler does not leave out. */
void platform_wipe(void *bytes, size_t length);

/* Keeps whole pages out of swap and core files. Best effort. */
void platform_lock_pages(void *pages, size_t length);

/* Has no core file made of this process and of those that it starts: memory holds passwords. Best effort. */
void platform_forbid_core_files(void);

/* Starts writing the file's data to the disk without waiting; no promise that it arrives. */
void platform_start_writeback(int fd);

/*
 * Reserves room on the disk for `length` octets from `offset` on without changing the file's size or what is in
 * it. False with errno set (ENOSPC, EDQUOT) only when there is not enough: true also where nothing can be reserved.
 */
bool platform_reserve(int fd, uint64_t offset, uint64_t length);

/* Seconds since the machine was started, with those that it was suspended; -1: the system cannot tell. */
int64_t platform_uptime(void);

/*
 * Says where the numbers of processes count that this one sees: start of the machine, PID namespace, time namespace.
 * Two processes with the same text see the same numbers. False: the system cannot tell.
 */
enum { PLATFORM_PID_SPACE = 96 };
bool platform_pid_space(char out[PLATFORM_PID_SPACE]);

/* When a process was started, in units of its own. False: the system cannot tell, or there is no such process. */
bool platform_process_start(pid_t pid, uint64_t *start);

/* Seconds since a process was started, counted as platform_uptime counts; -1: the system cannot tell. */
int64_t platform_process_age(pid_t pid);

/*
 * A label of a file or directory, which is no part of its content (an extended attribute of the user's). Best effort, never
 * synced; false with errno set where there are none.
 */
bool platform_read_label(const char *path, const char *key, char *out, size_t size, size_t *length);
bool platform_write_label(const char *path, const char *key, const char *text, size_t length);

/* Whether an open file has a label whose key is as long as this one, and has the same first characters, but is another. */
bool platform_has_other_label(int fd, const char *key, size_t same);

/* How many files this process may have open at a time. */
size_t platform_open_files_most(void);

/* How many octets a file that this process writes may have; UINT64_MAX: the system sets no limit. */
uint64_t platform_file_octets_most(void);

/*
 * Whether a directory takes a file with something in it. Tried with one that never has a name, so that nothing stays
 * behind, whatever happens; where there are no such files, only the permissions are looked at. False with errno set.
 */
bool platform_probe_directory(const char *path);

/*
 * Puts everything of the filesystem that fd is on on stable storage, and says what went wrong since fd
 * was opened. Only where platform_can_sync_all says that this can be relied on.
 */
bool platform_sync_all(int fd);
bool platform_can_sync_all(int fd);

/*
 * Whether what is written to fd from now on goes to the disk past the system's cache. On: only where the disk is this
 * machine's and nothing is lost with the cache, such as compression; then offset, length and address of each write have
 * to be multiples of what the disk takes at least. False if that cannot be had.
 */
bool platform_write_past_cache(int fd, bool on);

/* Has what a TCP socket has received acknowledged at once instead of with the next data. */
void platform_acknowledge(int fd);

/* Whether octets travel to the other end of a TCP socket and back in next to no time. False if the system cannot tell. */
bool platform_is_near(int fd);

/* Has this process killed when its parent dies. Returns false if the system cannot. */
bool platform_die_with_parent(void);

#endif
