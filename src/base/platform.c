#include "config.h"

#include "base/platform.h"

#include <fcntl.h>
#include <signal.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif
#include <string.h>

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

#ifdef HAVE_SYS_PRCTL_H
bool platform_die_with_parent(void)
{
	return prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) == 0;
}
#else
bool platform_die_with_parent(void)
{
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
