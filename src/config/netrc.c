#include "config.h"

#include "config/netrc.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"

static const char blanks[] = " \t\r\n";

/* Stores the next word in *word. Returns false at the end of the text. */
static bool next_word(const char **text, struct buf *word)
{
	const char *c = *text + strspn(*text, blanks);
	bool quoted = *c == '"', any = *c;

	buf_clear(word);
	for (c += quoted; *c && (quoted ? *c != '"' : !strchr(blanks, *c)); c++) {
		if (quoted && *c == '\\' && c[1])
			c++;
		buf_append(word, c, 1);
	}
	*text = c + (quoted && *c);
	return any;
}

/* A macro extends to the next empty line. */
static void skip_macro(const char **text)
{
	const char *end = strstr(*text, "\n\n");

	*text = end ? end + 2 : *text + strlen(*text);
}

bool netrc_find(const char *text, const char *machine, const char *login, struct buf *password)
{
	struct buf word = {0};
	bool here = false, ours = false, known = false;

	buf_reserve(&word, strlen(text) + 1);
	while (!(here && ours && known) && next_word(&text, &word)) {
		const char *key = buf_string(&word);

		if (strcmp(key, "machine") == 0 || strcmp(key, "default") == 0) {
			here = *key == 'm' && next_word(&text, &word) && strcasecmp(buf_string(&word), machine) == 0;
			ours = known = false;
		} else if (strcmp(key, "login") == 0) {
			ours = next_word(&text, &word) && strcmp(buf_string(&word), login) == 0;
		} else if (strcmp(key, "password") == 0) {
			known = next_word(&text, &word) && word.length > 0;
			buf_clear(password);
			buf_append(password, word.data, word.length);
		} else if (strcmp(key, "macdef") == 0) {
			skip_macro(&text);
		} else if (*key == '#') {
			text += strcspn(text, "\n");
		} else if (strcmp(key, "account") == 0) {
			(void)next_word(&text, &word);
		}
	}
	buf_wipe(&word);
	return here && ours && known;
}
