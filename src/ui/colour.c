#include "config.h"

#include "ui/colour.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool colour_is_wanted(void)
{
	const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(refused && *refused) && terminal && *terminal && strcmp(terminal, "dumb") != 0;
}

void colour_print(bool on, enum colour colour, const char *words)
{
	static const int codes[] = {[COLOUR_GOOD] = 32, [COLOUR_WARNING] = 33, [COLOUR_BAD] = 31};

	if (on)
		printf("\033[%dm%s\033[0m", codes[colour], words);
	else
		fputs(words, stdout);
}
