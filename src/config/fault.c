#include "config.h"

#include "config/fault.h"

#include <stdarg.h>
#include <stdio.h>

bool fault_set(struct fault *f, unsigned line, const char *hint, const char *format, ...)
{
	va_list args;

	if (f->what[0])
		return false;
	va_start(args, format);
	vsnprintf(f->what, sizeof(f->what), format, args);
	va_end(args);
	f->hint = hint;
	f->line = line;
	return false;
}
