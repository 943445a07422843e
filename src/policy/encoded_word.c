#include "config.h"

#include "policy/encoded_word.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/buf.h"

enum { CHARSET_MOST = 32 };

/* The parts of an encoded word, "=?CHARSET?B?TEXT?=". The pointers refer to the header field. */
struct word {
	char charset[CHARSET_MOST];
	char encoding; /* 'B' or 'Q' */
	const char *text;
	size_t length;
	const char *end; /* the character after the word */
};

/* The bytes of consecutive words. A character may start in one word and end in the next. */
struct run {
	char charset[CHARSET_MOST]; /* "": no bytes are collected */
	struct buf octets;
};

/*
 * Only these character sets are decoded. Otherwise a sender could choose any conversion of the system, including ones
 * that are rarely used and little tested.
 */
static bool is_usual(const char *charset)
{
	static const char *const names[] = {"utf-8", "us-ascii", "koi8-r", "koi8-u", "iso-2022-jp", "shift_jis",
	    "euc-jp", "euc-kr", "ks_c_5601-1987", "gb2312", "gbk", "gb18030", "big5", "tis-620"};
	static const char *const families[] = {"iso-8859-", "windows-125"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcasecmp(charset, names[i]) == 0)
			return true;
	}
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		size_t length = strlen(families[i]);
		size_t digits = strspn(charset + (strlen(charset) < length ? strlen(charset) : length), "0123456789");

		if (strncasecmp(charset, families[i], length) == 0 && digits > 0 && digits <= 2 &&
		    !charset[length + digits])
			return true;
	}
	return false;
}

/* Parses the encoded word at `text`, if there is one (RFC 2047, section 2). */
static bool parse_word(const char *text, const char *end, struct word *w)
{
	const char *at = text + 2, *mark;
	size_t length;

	if (end - text < 2 || text[0] != '=' || text[1] != '?')
		return false;
	mark = memchr(at, '?', (size_t)(end - at));
	if (!mark || end - mark < 4 || mark[2] != '?')
		return false;
	/* A language may follow the character set (RFC 2231, section 5). */
	length = (size_t)(mark - at);
	if (memchr(at, '*', length))
		length = (size_t)((const char *)memchr(at, '*', length) - at);
	if (length == 0 || length >= sizeof(w->charset))
		return false;
	memcpy(w->charset, at, length);
	w->charset[length] = '\0';
	w->encoding = (char)(mark[1] & ~0x20);
	w->text = mark + 3;
	for (at = w->text; at + 1 < end && *at != '?' && *at != ' '; at++)
		;
	if (at + 1 >= end || at[0] != '?' || at[1] != '=' || !is_usual(w->charset))
		return false;
	w->length = (size_t)(at - w->text);
	w->end = at + 2;
	return w->encoding == 'B' || w->encoding == 'Q';
}

static int hex_value(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *found = c ? strchr(digits, c >= 'a' && c <= 'f' ? c - 0x20 : c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* Decodes the Q encoding: "_" is a blank, and "=XX" is a byte (RFC 2047, section 4.2). */
static bool decode_q(struct buf *out, const char *text, size_t length)
{
	size_t before = out->length;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		if (c == '_')
			c = ' ';

		if (c == '=') {
			int high = i + 2 < length ? hex_value(text[i + 1]) : -1,
			    low = high >= 0 ? hex_value(text[i + 2]) : -1;

			if (low < 0) {
				out->length = before;
				return false;
			}
			c = (char)(high << 4 | low);
			i += 2;
		}
		buf_append(out, &c, 1);
	}
	return true;
}

static bool decode_octets(struct buf *out, const struct word *w)
{
	return w->encoding == 'Q' ? decode_q(out, w->text, w->length) : base64_decode(out, w->text, w->length);
}

/* Converts bytes to UTF-8. Bytes that are invalid in their character set become U+FFFD. */
static void convert(struct buf *out, iconv_t how, char *in, size_t left)
{
	while (left > 0) {
		char *to = buf_reserve(out, 256);
		size_t room = 256;
		size_t result = iconv(how, &in, &left, &to, &room);

		out->length += 256 - room;
		if (result == (size_t)-1 && errno != E2BIG) {
			buf_append_string(out, "\xef\xbf\xbd");
			in++;
			left--;
			(void)iconv(how, NULL, NULL, NULL, NULL);
		}
	}
}

/* Converts and appends the collected bytes. */
static void end_run(struct buf *out, struct run *r)
{
	iconv_t how = (iconv_t)-1;

	if (r->charset[0] && strcasecmp(r->charset, "utf-8") != 0 && strcasecmp(r->charset, "us-ascii") != 0)
		how = iconv_open("UTF-8", r->charset);
	if (how != (iconv_t)-1) {
		convert(out, how, r->octets.data, r->octets.length);
		iconv_close(how);
	} else {
		buf_append(out, r->octets.data ? r->octets.data : "", r->octets.length);
	}
	buf_clear(&r->octets);
	r->charset[0] = '\0';
}

static bool add_word(struct buf *out, struct run *r, const struct word *w)
{
	if (strcasecmp(r->charset, w->charset) != 0)
		end_run(out, r);
	if (!decode_octets(&r->octets, w))
		return false;
	snprintf(r->charset, sizeof(r->charset), "%s", w->charset);
	return true;
}

void encoded_word_decode(struct buf *out, const char *text, size_t length)
{
	const char *end = text + length;
	struct run r = {0};
	struct word w;

	while (text < end) {
		const char *at = text;

		/* Blanks between two encoded words are ignored (RFC 2047, section 6.2). */
		while (r.charset[0] && at < end && (*at == ' ' || *at == '\t'))
			at++;
		if (parse_word(at, end, &w) && add_word(out, &r, &w)) {
			text = w.end;
			continue;
		}
		end_run(out, &r);
		buf_append(out, text++, 1);
	}
	end_run(out, &r);
	buf_free(&r.octets);
}
