#include "config.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"

void log_line(const struct log *log, enum log_level level, const char *format, ...)
{
	char raw[1024], text[2048];
	va_list args;

	if (!log || !log->write || level > log->level)
		return;
	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	escape_text(text, sizeof(text), raw, strlen(raw));
	log->write(log->context, level, text);
}

void log_fact(const struct log *log, const char *name, const char *format, ...)
{
	char raw[LOG_FACT_SIZE], text[LOG_FACT_SIZE];
	va_list args;

	if (!log || !log->fact)
		return;
	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	escape_text(text, sizeof(text), raw, strlen(raw));
	log->fact(log->context, name, text, 0);
}

void log_number(const struct log *log, const char *name, int64_t number)
{
	if (log && log->fact)
		log->fact(log->context, name, NULL, number);
}
