#define _POSIX_C_SOURCE 200809L
#include "sample_mail.h"

#include "whole_file.h"

#include <err.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
	char *octets;
	size_t len, room;
};

/*
 * A sample is given as the content of its file: literally, or by a function that adds text after `octets`. The wire
 * form and the expected content of a ".wire" sample are both written by hand, so that one error cannot hide
 * another.
 */
struct sample {
	const char *name;
	const char *octets;
	size_t len;
	void (*more)(struct text *text);
	const char *expect; /* NULL: derived from the octets */
};

#define LITERAL(text) (text), sizeof(text) - 1

/* A typical header, with EOL after each line. */
#define HEADER_EOL(number, from, subject, eol)                                                                         \
	"Received: from mx.example.org (mx.example.org [192.0.2.25])" eol                                              \
	"\tby mail.example.org with ESMTPS id 4Xy7" number eol                                                         \
	"\tfor <demo@example.org>; Mon, 02 Mar 2026 09:15:" number " +0100" eol "From: " from eol                      \
	"To: Demo <demo@example.org>" eol "Subject: " subject eol "Date: Mon, 02 Mar 2026 09:15:" number " +0100" eol  \
	"Message-ID: <20260302.0915" number ".sample@example.org>" eol

#define ADA "Ada Example <ada@example.org>"
#define HEADER(number, subject) HEADER_EOL(number, ADA, subject, "\n")
#define HEADER_CRLF(number, subject) HEADER_EOL(number, ADA, subject, "\r\n")

static void *grow(void *p, size_t size)
{
	void *q = realloc(p, size);
	if (!q) {
		warnx("out of memory");
		abort();
	}
	return q;
}

static void append(struct text *text, const char *octets, size_t len)
{
	if (len == 0)
		return;
	if (text->room - text->len < len) {
		text->room = 2 * text->room + len + 64;
		text->octets = grow(text->octets, text->room);
	}
	memcpy(text->octets + text->len, octets, len);
	text->len += len;
}

static void append_times(struct text *text, const char *octets, size_t len, size_t times)
{
	while (times-- > 0)
		append(text, octets, len);
}

static void every_octet(struct text *text)
{
	for (int i = 0; i < 256; i++) {
		char c = (char)(unsigned char)i;
		append(text, &c, 1);
	}
	append(text, "\n", 1);
}

static void one_long_line(struct text *text)
{
	append_times(text, LITERAL("0123456789abcdef"), 65536);
	append(text, "\n", 1);
}

static void line_of_998(struct text *text)
{
	append_times(text, "x", 1, 998);
	append(text, LITERAL("\n.\n"));
	append_times(text, ".", 1, 998);
	append(text, "\n", 1);
}

/* Lines of varying length, some with a leading dot, so that they meet every border of a buffer. */
static void two_megabytes(struct text *text)
{
	static const char letters[] = "The quick brown fox jumps over the lazy dog, and the dog lets it pass by.";
	uint32_t state = 1;
	while (text->len < (size_t)2 * 1024 * 1024) {
		state = state * 1664525U + 1013904223U;
		if ((state >> 24) % 8 == 0)
			append(text, ".", 1);
		append(text, letters, (state >> 16) % sizeof(letters));
		append(text, "\n", 1);
	}
}

static void attachment(struct text *text)
{
	append_times(text, LITERAL("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA\n"), 40);
	append(text, LITERAL("WjR9awAAAABJRU5ErkJggg==\n--=_sample--\n"));
}

static const struct sample samples[] = {
    {.name = "01-plain.eml",
	LITERAL(HEADER("01", "Lunch on Friday") "\nHello,\n\nshall we meet at noon?\n\n-- \nAda\n")},
    {.name = "02-crlf.eml", LITERAL(HEADER_CRLF("02", "Re: Lunch on Friday") "\r\nNoon is fine.\r\n\r\nAda\r\n")},
    {.name = "03-leading-dots.eml", LITERAL(HEADER("03", "Leading dots") "\n.\n..\n...\n.x\n..x\nx.\n .\n. \n.\n")},
    {.name = "04-empty.eml", LITERAL("")},
    {.name = "05-header-only.eml", LITERAL(HEADER("05", "A header and no blank line"))},
    {.name = "06-body-only.eml", LITERAL("Just a note, no header at all.\n\nSecond paragraph.\n")},
    {.name = "07-nul.eml",
	LITERAL(HEADER("07", "NUL octets") "X-Null: a\0b\n\n\0\nbefore\0after\n\0\0\0\n.\0.\nend\0\n")},
    {.name = "08-every-octet.eml",
	LITERAL(HEADER("08", "Every octet") "Content-Transfer-Encoding: 8bit\n\n"),
	.more = every_octet},
    {.name = "09-lone-cr.eml",
	LITERAL(HEADER("09", "Lone carriage returns") "\none\rtwo\n\rthree\n\r\r\r.four\nend\r")},
    {.name = "10-lone-lf.wire",
	LITERAL(HEADER_CRLF("10", "Lone line feeds") "\r\none\ntwo\r\n\nthree\n\r\n..four\r\n\n.five\r\n.\r\n"),
	.expect = HEADER("10", "Lone line feeds") "\none\ntwo\n\nthree\n\n.four\n\n.five\n"},
    {.name = "11-lone-lf-dot.wire",
	LITERAL(HEADER_CRLF("11", "No end") "\r\nnot\n.\nthe\n.\r\nend\n.\n.\r\n\n.\r\nyet\r\r\n.\r\n"),
	.expect = HEADER("11", "No end") "\nnot\n.\nthe\n.\nend\n.\n.\n\n.\nyet\r\n"},
    {.name = "12-long-line.eml", LITERAL(HEADER("12", "One line of a megabyte") "\n"), .more = one_long_line},
    {.name = "13-line-998.eml", LITERAL(HEADER("13", "The longest line of RFC 5322") "\n"), .more = line_of_998},
    {.name = "14-no-final-newline.eml", LITERAL(HEADER("14", "No final newline") "\nThe end comes at once.")},
    {.name = "15-blank-lines.eml", LITERAL(HEADER("15", "Blank lines at the end") "\n\n\nText\n\n\n\n\n\n\n\n\n")},
    {.name = "16-from-lines.eml",
	LITERAL(HEADER("16", "From the archive") "\nFrom here on\n>From there\n>>From afar\n"
						 "From \nfrom below\n From aside\n>>>>From "
						 "ben@example.org Mon Mar  2 09:15:16 2026\n\n"
						 "From ada@example.org Mon Mar  2 09:15:16 2026\n")},
    {.name = "17-null-return-path.eml",
	LITERAL("Return-Path: <>\n" HEADER_EOL("17", "Mail Delivery System <postmaster@example.org>",
	    "Undelivered mail", "\n") "Auto-Submitted: auto-replied\n\nNobody is there.\n")},
    {.name = "18-odd-return-path.eml",
	LITERAL("Return-Path: <\"odd name <>; $(id) \\\" x\"@example.org>\n" HEADER("18",
	    "An odd sender") "\nThe address above is valid.\n")},
    {.name = "19-mime.eml",
	LITERAL(HEADER("19", "Photo") "MIME-Version: 1.0\n"
				      "Content-Type: multipart/mixed; boundary=\"=_sample\"\n\n"
				      "This is a MIME message.\n--=_sample\n"
				      "Content-Type: text/plain; charset=utf-8\n"
				      "Content-Transfer-Encoding: quoted-printable\n\n"
				      "Gr=C3=BC=C3=9Fe =E2=80=93 see the photo.\n--=_sample\n"
				      "Content-Type: image/png; name=\"dot.png\"\n"
				      "Content-Transfer-Encoding: base64\n"
				      "Content-Disposition: attachment; filename=\"dot.png\"\n\n"),
	.more = attachment},
    {.name = "20-utf8-header.eml",
	LITERAL(HEADER_EOL("20", "J\xc3\xb6rg Bei\xc3\x9fpiel <j\xc3\xb6rg@example.org>",
	    "Gr\xc3\xbc\xc3\x9f"
	    "e \xe2\x82\xac \xf0\x9f\x93\xac =?utf-8?B?w6TDtsO8?=",
	    "\n") "Content-Type: text/plain; charset=utf-8\n\nSch\xc3\xb6ne Gr\xc3\xbc\xc3\x9f"
		  "e\n")},
    {.name = "21-cr-cr-lf.eml",
	LITERAL(HEADER_CRLF("21", "CR CR LF") "\r\none\r\r\ntwo\r\r\r\n\r\r\n.\r\r\nend\r\r\n")},
    {.name = "22-two-megabytes.eml", LITERAL(HEADER("22", "Two megabytes") "\n"), .more = two_megabytes},
    {.name = "23-cr-before-dot.eml",
	LITERAL(HEADER("23", "CR before a dot") "\ntext\r.\n\r.\n\r..\n\r.\r\n.\r.\n.\r\r\nend\n")},
    {.name = "24-folded-header.eml",
	LITERAL(HEADER("24", "Folded,\n\tand folded\n  again") "X-Empty:\nX-Dot:\n .\n\nBody\n")},
    {.name = "25-one-dot.eml", LITERAL(".\n")},
    {.name = "26-one-newline.eml", LITERAL("\n")},
};

/*
 * Computes what a client stores for a raw file. The server turns each LF without CR into CRLF and ends the last
 * line; the client turns each CRLF into LF. So CR LF becomes LF, and CR CR LF becomes CR LF.
 */
static void expect_of_raw(const struct text *raw, struct text *expect)
{
	for (size_t i = 0; i < raw->len; i++) {
		bool before_lf = i + 1 < raw->len && raw->octets[i + 1] == '\n';
		if (raw->octets[i] != '\r' || !before_lf)
			append(expect, &raw->octets[i], 1);
	}
	if (raw->len > 0 && raw->octets[raw->len - 1] != '\n')
		append(expect, "\n", 1);
}

static bool write_text(const char *dir, const char *suffix, const char *name, const struct text *text)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s%s/%s", dir, suffix, name);
	if (n < 0 || (size_t)n >= sizeof(path)) {
		warnx("%s: the path is too long", dir);
		return false;
	}
	return whole_file_write(path, text->octets, text->len, 0644);
}

static bool write_sample(const char *dir, const struct sample *sample)
{
	struct text raw = {NULL, 0, 0}, expect = {NULL, 0, 0};
	append(&raw, sample->octets, sample->len);
	if (sample->more)
		sample->more(&raw);
	if (sample->expect)
		append(&expect, sample->expect, strlen(sample->expect));
	else
		expect_of_raw(&raw, &expect);
	bool ok = write_text(dir, "", sample->name, &raw) && write_text(dir, ".expect", sample->name, &expect);
	free(raw.octets);
	free(expect.octets);
	return ok;
}

bool sample_mail_write(const char *dir)
{
	char base[PATH_MAX], expect[PATH_MAX];
	int n = snprintf(base, sizeof(base), "%s", dir);
	size_t len = strlen(base);
	while (len > 1 && base[len - 1] == '/')
		base[--len] = '\0';
	if (n < 0 || (size_t)n >= sizeof(base) - sizeof(".expect")) {
		warnx("%s: the path is too long", dir);
		return false;
	}
	memcpy(expect, base, len);
	memcpy(expect + len, ".expect", sizeof(".expect"));
	if (!whole_file_make_directory(base, 0755) || !whole_file_make_directory(expect, 0755))
		return false;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		if (!write_sample(base, &samples[i]))
			return false;
	return true;
}
