#include "config.h"

#include "pop3/capability.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mechanism.h"
#include "base/redact.h"

void capability_clear(struct capability *c)
{
	*c = (struct capability){0};
}

/* Takes the next word of *line. Returns its length, or 0 at the end. */
static size_t next_word(const char **line, size_t *left, const char **word)
{
	size_t length = 0;

	while (*left > 0 && **line == ' ') {
		*line += 1;
		*left -= 1;
	}
	*word = *line;
	while (*left > 0 && **line != ' ') {
		*line += 1;
		*left -= 1;
		length++;
	}
	return length;
}

static bool is_known(const char *word, size_t length)
{
	for (size_t i = 0; i < mechanism_count; i++) {
		const char *name = mechanisms[i].sasl;

		if (name && strlen(name) == length && strncasecmp(name, word, length) == 0)
			return true;
	}
	return false;
}

/* Takes mechanisms. If the line has the session's secret, only known ones: the list is recorded and printed. */
static void add_mechanisms(struct capability *c, const char *line, size_t left)
{
	bool secret = redact_finds(line, left);
	const char *word;
	size_t length;
	size_t used = 1;

	strcpy(c->sasl, " ");
	while ((length = next_word(&line, &left, &word)) > 0) {
		if (used + length + 2 > sizeof(c->sasl) || (secret && !is_known(word, length)))
			continue;
		for (size_t i = 0; i < length; i++)
			c->sasl[used++] = (char)toupper((unsigned char)word[i]);
		c->sasl[used++] = ' ';
		c->sasl[used] = '\0';
	}
}

static const struct {
	const char *name;
	size_t offset;
} flags[] = {
    {"TOP", offsetof(struct capability, top)},
    {"UIDL", offsetof(struct capability, uidl)},
    {"USER", offsetof(struct capability, user)},
    {"STLS", offsetof(struct capability, stls)},
    {"PIPELINING", offsetof(struct capability, pipelining)},
    {"UTF8", offsetof(struct capability, utf8)},
    {"AUTH-RESP-CODE", offsetof(struct capability, auth_resp_code)},
};

void capability_add(struct capability *c, const char *line, size_t length)
{
	const char *word;
	size_t word_length = next_word(&line, &length, &word);

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (strlen(flags[i].name) == word_length && strncasecmp(flags[i].name, word, word_length) == 0)
			*(bool *)((char *)c + flags[i].offset) = true;
	}
	if (word_length == 4 && strncasecmp("SASL", word, 4) == 0)
		add_mechanisms(c, line, length);
}

void capability_write(const struct capability *c, struct buf *out)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (*(const bool *)((const char *)c + flags[i].offset))
			buf_append_format(out, "%s\n", flags[i].name);
	}
	if (c->sasl[0])
		buf_append_format(out, "SASL%s\n", c->sasl);
}

bool capability_has_mechanism(const struct capability *c, const char *mechanism)
{
	char padded[64];

	snprintf(padded, sizeof(padded), " %s ", mechanism);
	return strstr(c->sasl, padded) != NULL;
}
