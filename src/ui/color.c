#include "config.h"

#include "ui/color.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool color_terminal(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
}

bool color_is_refused(void)
{
	const char *refused = getenv("NO_COLOR");

	return refused && *refused;
}

bool color_is_wanted(void)
{
	return color_terminal(STDOUT_FILENO) && !color_is_refused();
}

void color_print(bool on, enum color color, const char *words)
{
	static const int codes[] = {[COLOR_GOOD] = 32, [COLOR_WARNING] = 33, [COLOR_BAD] = 31};

	if (on)
		printf("\033[%dm%s\033[0m", codes[color], words);
	else
		fputs(words, stdout);
}
