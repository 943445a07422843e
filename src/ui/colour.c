#include "config.h"

#include "ui/colour.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool colour_terminal(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
}

bool colour_is_refused(void)
{
	const char *refused = getenv("NO_COLOR");

	return refused && *refused;
}

bool colour_is_wanted(void)
{
	return colour_terminal(STDOUT_FILENO) && !colour_is_refused();
}

void colour_print(bool on, enum colour colour, const char *words)
{
	static const int codes[] = {[COLOUR_GOOD] = 32, [COLOUR_WARNING] = 33, [COLOUR_BAD] = 31};

	if (on)
		printf("\033[%dm%s\033[0m", codes[colour], words);
	else
		fputs(words, stdout);
}
