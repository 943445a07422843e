#ifndef MAILHAUL_BASE_PLATFORM_H
#define MAILHAUL_BASE_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* System-specific functions. Each does the best that the system offers. All of them are in platform.c. */

/* Overwrites bytes in a way that the compiler cannot optimize away. */
void platform_wipe(void *bytes, size_t length);

/* Keeps complete pages out of swap and core files, as far as the system allows. A child has to lock them again. */
void platform_lock_pages(void *pages, size_t length);

/* Sets whether a child gets these complete pages at fork. Returns false if the system gives it all pages. */
bool platform_inherit_pages(void *pages, size_t length, bool on);

/* Prevents core files of this process and its children, because their memory holds passwords. Failure is ignored. */
void platform_forbid_core_files(void);

/*
 * Returns whether the user ID stands for users that do not exist in this user namespace, such as root outside a
 * container without privileges. Nobody here can become such a user.
 */
bool platform_is_unmapped_user(uid_t user);

/* Starts to write the file's data to the disk and does not wait. It gives no guarantee that the data arrives. */
void platform_start_writeback(int fd);

/*
 * Reserves disk space for `length` bytes from `offset` without changing the size or content of the file. Returns
 * false with errno set (ENOSPC, EDQUOT) only when the space is not available. Returns true also where reserving is
 * not supported.
 */
bool platform_reserve(int fd, uint64_t offset, uint64_t length);

/* Returns the seconds since the machine started, including the time it was suspended, or -1 if unknown. */
int64_t platform_uptime(void);

/*
 * Describes the set of process IDs that this process sees: boot, PID namespace and time namespace. Two processes with
 * the same text see the same process IDs. Returns false if the system does not provide this.
 */
enum { PLATFORM_PID_SPACE = 96 };
bool platform_pid_space(char out[PLATFORM_PID_SPACE]);

/*
 * Stores the start time of a process in a system-specific unit. Returns false if it is unknown or no such process
 * exists.
 */
bool platform_process_start(pid_t pid, uint64_t *start);

/* Returns the age of a process in seconds on the clock of platform_uptime, or -1 if unknown. */
int64_t platform_process_age(pid_t pid);

/*
 * Read and write a label of a file or directory: an extended attribute in the user namespace, separate from the
 * content. Labels are never synced and may be lost. Return false with errno set where labels are not supported.
 */
bool platform_read_label(const char *path, const char *key, char *out, size_t size, size_t *length);
bool platform_write_label(const char *path, const char *key, const char *text, size_t length);

/*
 * Returns whether an open file has a different label of the same kind: its key is as long as `key` and starts with
 * the same `same` characters, but is not `key`.
 */
bool platform_has_other_label(int fd, const char *key, size_t same);

/* Returns the number of files this process may have open at the same time, at most 65,536. */
size_t platform_open_files_most(void);

/* Returns the largest file size in bytes that this process may write, or UINT64_MAX without a limit. */
uint64_t platform_file_octets_most(void);

/*
 * Returns whether a non-empty file can be created in a directory. It tries with an unnamed file, which never remains.
 * Where unnamed files are not supported it checks the permissions only. On failure it returns false with errno set.
 */
bool platform_probe_directory(const char *path);

/*
 * platform_sync_all writes everything on the filesystem of fd to stable storage. It fails if any write has failed
 * since fd was opened. It may be used only where platform_can_sync_all returns true.
 */
bool platform_sync_all(int fd);
bool platform_can_sync_all(int fd);

/*
 * Turns direct I/O on fd on or off. Direct I/O bypasses the system's cache. It can be turned on only on local disks
 * where bypassing the cache has no drawback such as lost compression. While it is on, the offset, length and address
 * of each write must be multiples of the smallest block that the disk accepts. Returns false if the mode is not
 * available.
 */
bool platform_write_past_cache(int fd, bool on);

/* Acknowledges data received on a TCP socket at once instead of with the next data sent. */
void platform_acknowledge(int fd);

/* Returns whether the round-trip time of a TCP connection is below 2 ms. Returns false if it is unknown. */
bool platform_is_near(int fd);

/* Has the system kill this process when its parent dies. Returns false if the system cannot do so. */
bool platform_die_with_parent(void);

#endif
