/* A test preloads this into the program: a system whose syncfs(2) does not report all errors. */
#include <string.h>
#include <sys/utsname.h>

int uname(struct utsname *name)
{
	memset(name, 0, sizeof(*name));
	strcpy(name->release, "5.4.0");
	return 0;
}
