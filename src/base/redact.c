#include "config.h"

#include "base/redact.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/platform.h"
#include "base/secret.h"

enum {
	BASE64_LEAST = 4,     /* shortest base64 text that is decoded */
	ATTRIBUTE_LEAST = 10, /* shortest message of SCRAM that is masked */
	CODE_MOST = 24,	      /* longest response code that remains of a text */
};

static const char mask[] = "****";

static struct {
	const struct secret *secret; /* belongs to the caller of redact_begin */
	char proof[REDACT_PROOF_MOST];
	size_t proof_length;
	bool hidden[REDACT_TEXT_MOST]; /* by octet of the text */
	bool whole;		       /* the whole text is withheld */
	char sextets[REDACT_TEXT_MOST];
	char decoded[REDACT_TEXT_MOST];
	char out[REDACT_TEXT_MOST + sizeof(mask)];
} state;

/* A secret to look for. */
struct needle {
	const char *text;
	size_t length;
	bool brief;	/* so short that its neighbors matter */
	bool guessable; /* what a mask covers could be guessed */
};

static bool is_all(const struct needle *n, int (*is)(int c))
{
	for (size_t i = 0; i < n->length; i++) {
		if (!is((unsigned char)n->text[i]))
			return false;
	}
	return true;
}

void redact_begin(const struct secret *secret)
{
	redact_end();
	state.secret = secret && secret_length(secret) > 0 ? secret : NULL;
}

void redact_proof(const char *proof, size_t length)
{
	platform_wipe(state.proof, sizeof(state.proof));
	state.proof_length = length < sizeof(state.proof) ? length : sizeof(state.proof);
	memcpy(state.proof, proof, state.proof_length);
}

void redact_end(void)
{
	state.secret = NULL;
	platform_wipe(state.proof, sizeof(state.proof));
	state.proof_length = 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads up to `most` digits to a base. Returns how many there are. */
static size_t read_digits(const char *text, size_t left, unsigned base, size_t most, uint32_t *number)
{
	size_t count = 0;

	for (*number = 0; count < most && count < left; count++) {
		int digit = hex_digit(text[count]);

		if (digit < 0 || (unsigned)digit >= base)
			break;
		*number = *number * base + (unsigned)digit;
	}
	return count;
}

/* A piece of a text, decoded: some octets of the text stand for `count` octets. */
struct piece {
	char octets[4];
	size_t count;
};

static size_t put_octet(struct piece *p, uint32_t octet, size_t taken)
{
	p->octets[0] = (char)octet;
	p->count = 1;
	return taken;
}

/* Puts a character as UTF-8 (RFC 3629). */
static size_t put_character(struct piece *p, uint32_t code, size_t taken)
{
	if (code < 0x80)
		return put_octet(p, code, taken);
	p->count = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (size_t i = p->count; i-- > 1; code >>= 6)
		p->octets[i] = (char)(0x80 | (code & 0x3f));
	p->octets[0] = (char)((0xf00 >> p->count) | code);
	return taken;
}

/* Reads \xHH, \uHHHH, \OOO, \n, or a backslash before any other character. */
static size_t read_backslash(const char *text, size_t left, struct piece *p)
{
	static const char letters[] = "n\nr\rt\t";
	const char *letter;
	uint32_t number;
	size_t digits;

	if (left > 3 && text[1] == 'x' && read_digits(text + 2, left - 2, 16, 2, &number) == 2)
		return put_octet(p, number, 4);
	if (left > 5 && text[1] == 'u' && read_digits(text + 2, left - 2, 16, 4, &number) == 4)
		return put_character(p, number, 6);
	digits = read_digits(text + 1, left - 1, 8, 3, &number);
	if (digits > 0)
		return put_octet(p, number, 1 + digits);
	letter = left > 1 ? memchr(letters, text[1], sizeof(letters) - 1) : NULL;
	return put_octet(p, (unsigned char)(letter && (letter - letters) % 2 == 0 ? letter[1] : text[left > 1]),
	    left > 1 ? 2 : 1);
}

/* Reads &#N;, &#xH; or one of the five names of XML. */
static size_t read_entity(const char *text, size_t left, struct piece *p)
{
	static const char *const names[] = {"&amp;", "&lt;<", "&gt;>", "&quot;\"", "&apos;'"};
	uint32_t number;
	bool hex = left > 2 && (text[2] | 0x20) == 'x';
	size_t digits, prefix = hex ? 3 : 2;

	if (left > prefix && text[1] == '#') {
		digits = read_digits(text + prefix, left - prefix, hex ? 16 : 10, 6, &number);
		if (digits > 0 && left > prefix + digits && text[prefix + digits] == ';')
			return put_character(p, number, prefix + digits + 1);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t length = strcspn(names[i], ";") + 1;

		if (left >= length && memcmp(text, names[i], length) == 0)
			return put_octet(p, (unsigned char)(names[i][length] ? names[i][length] : '&'), length);
	}
	return put_octet(p, '&', 1);
}

/* Reads one character, which may be escaped. */
static size_t read_escaped(const char *text, size_t left, struct piece *p)
{
	uint32_t number;

	if ((*text == '%' || *text == '=') && read_digits(text + 1, left - 1, 16, 2, &number) == 2)
		return put_octet(p, number, 3);
	if (*text == '\\')
		return read_backslash(text, left, p);
	if (*text == '&')
		return read_entity(text, left, p);
	if ((*text == '"' || *text == '\'') && left > 1 && text[1] == *text)
		return put_octet(p, (unsigned char)*text, 2);
	return put_octet(p, (unsigned char)*text, 1);
}

/* Reads one octet in hexadecimal, after what may separate it from the octet before. */
static size_t read_hex(const char *text, size_t left, bool first, struct piece *p)
{
	uint32_t number;
	size_t before = 0;

	if (!first && left > 0 && memchr(" :-,", *text, 4))
		before++;
	if (!first && left > before + 1 && (text[before] == '0' || text[before] == '\\') && text[before + 1] == 'x')
		before += 2;
	if (read_digits(text + before, left - before, 16, 2, &number) < 2)
		return 0;
	return put_octet(p, number, before + 2);
}

enum form { LITERAL, ESCAPED, MIXED, HEXADECIMAL, FORMS };

static bool is_same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t read_piece(enum form form, const char *text, size_t left, char wanted, bool first, struct piece *p)
{
	if (form == HEXADECIMAL)
		return read_hex(text, left, first, p);
	if (left == 0)
		return 0;
	if (form == LITERAL || (form == MIXED && is_same(*text, wanted)))
		return put_octet(p, (unsigned char)*text, 1);
	if (*text == '+' && wanted == ' ')
		return put_octet(p, ' ', 1);
	return read_escaped(text, left, p);
}

/* Returns the length of the control characters and terminal sequences at the start of a text. */
static size_t count_controls(const char *text, size_t left, char wanted)
{
	size_t count = 0;

	while (count < left && text[count] != wanted && iscntrl((unsigned char)text[count])) {
		bool sequence = text[count] == '\033' && count + 1 < left && text[count + 1] == '[';

		count++;
		if (!sequence)
			continue;
		while (++count < left && (text[count] < '@' || text[count] > '~'))
			continue;
		count += count < left;
	}
	return count;
}

/* Returns the length of the needle in this form at the start of a text, or 0. */
static size_t match(enum form form, const char *text, size_t left, const struct needle *n)
{
	size_t at = 0, have = 0;

	while (have < n->length) {
		struct piece p;
		size_t taken;

		if (have > 0)
			at += count_controls(text + at, left - at, n->text[have]);
		taken = read_piece(form, text + at, left - at, n->text[have], have == 0, &p);
		if (taken == 0 || p.count > n->length - have)
			return 0;
		for (size_t i = 0; i < p.count; i++) {
			if (!is_same(p.octets[i], n->text[have++]))
				return 0;
		}
		at += taken;
	}
	return at;
}

static void hide(size_t start, size_t length, bool whole)
{
	memset(state.hidden + start, true, length);
	state.whole |= whole;
}

/* Returns whether no letter or digit will be shown next to a part of the text. */
static bool is_apart(const char *text, size_t length, size_t start, size_t end)
{
	return (start == 0 || state.hidden[start - 1] || !isalnum((unsigned char)text[start - 1])) &&
	    (end == length || state.hidden[end] || !isalnum((unsigned char)text[end]));
}

static bool find(const char *text, size_t length, const struct needle *n)
{
	bool found = false;

	for (size_t at = 0; at < length; at++) {
		for (enum form form = LITERAL; form < FORMS; form++) {
			size_t size = match(form, text + at, length - at, n);

			if (size == 0 || (n->brief && !is_apart(text, length, at, at + size)))
				continue;
			hide(at, size, n->guessable);
			found = true;
		}
	}
	return found;
}

/* Returns the value of a character in base64 (RFC 4648, 4. and 5.), or -1. */
static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/*
 * Reads base64 text, whose characters may be escaped, into state.sextets, and sets their number. Returns the length of
 * the text with its padding.
 */
static size_t read_base64(const char *text, size_t left, size_t *count)
{
	bool padded = false;
	size_t at = 0;

	for (*count = 0; at < left;) {
		struct piece p;
		bool escaped = text[at] == '%' || text[at] == '\\';
		size_t taken =
		    escaped ? read_escaped(text + at, left - at, &p) : put_octet(&p, (unsigned char)text[at], 1);
		int value = p.count == 1 ? base64_value(p.octets[0]) : -1;

		if (p.octets[0] == '=')
			padded = true;
		else if (padded || value < 0)
			break;
		else
			state.sextets[(*count)++] = (char)value;
		at += taken;
	}
	return at;
}

/* Decodes the sextets from one of them on into state.decoded. Returns how many octets that makes. */
static size_t decode_from(size_t first, size_t count)
{
	uint32_t bits = 0;
	size_t length = 0;

	for (size_t i = first; i < count; i++) {
		bits = bits << 6 | (unsigned char)state.sextets[i];
		if ((i - first) % 4 > 0)
			state.decoded[length++] = (char)(bits >> (6 - 2 * ((i - first) % 4)));
	}
	return length;
}

/* Returns whether the decoded text has the needle. A short one counts only as a password, alone or as PLAIN has it. */
static bool is_decoded(size_t length, const struct needle *n)
{
	const char *last = state.decoded + length - n->length;

	if (n->brief)
		return length >= n->length && memcmp(last, n->text, n->length) == 0 &&
		    (length == n->length || last[-1] == '\0');
	for (size_t at = 0; at < length; at++) {
		if (match(LITERAL, state.decoded + at, length - at, n) > 0)
			return true;
	}
	return false;
}

/* Returns whether a text begins like a message of SCRAM with a nonce, a salt, a count, or a proof of either side. */
static bool is_scram(const char *text, size_t length)
{
	static const char attributes[] = {'c', 'i', 'p', 'r', 's', 'v'};

	return length >= ATTRIBUTE_LEAST && text[1] == '=' && memchr(attributes, *text, sizeof(attributes));
}

static bool is_base64_secret(size_t count, const struct needle *needles, size_t needle_count, bool *whole)
{
	for (size_t first = 0; first < 4 && first < count; first++) {
		size_t length = decode_from(first, count);

		for (size_t i = 0; i < needle_count; i++) {
			if (first > 0 && needles[i].brief)
				continue;
			*whole = needles[i].brief;
			if (is_decoded(length, &needles[i]))
				return true;
		}
		*whole = false;
		if (first == 0 && is_scram(state.decoded, length))
			return true;
	}
	return false;
}

static bool find_base64(const char *text, size_t length, const struct needle *needles, size_t needle_count)
{
	bool found = false, whole = false;

	for (size_t at = 0, size; at<length; at += size> 0 ? size : 1) {
		size_t count;

		size = read_base64(text + at, length - at, &count);
		if (count < (needle_count > 0 && needles[0].brief ? 2 : BASE64_LEAST) ||
		    !is_base64_secret(count, needles, needle_count, &whole))
			continue;
		hide(at, size, whole);
		found = true;
	}
	return found;
}

/* Finds words that are messages of SCRAM, not encoded. */
static bool find_scram(const char *text, size_t length)
{
	bool found = false;

	for (size_t at = 0; at < length; at++) {
		size_t size = 0;

		if (at > 0 && isalnum((unsigned char)text[at - 1]))
			continue;
		while (at + size < length && !isspace((unsigned char)text[at + size]))
			size++;
		if (!is_scram(text + at, size))
			continue;
		hide(at, size, false);
		found = true;
		at += size - 1;
	}
	return found;
}

/* Marks in state.hidden what must not be shown. Returns whether there is something. */
static bool search(const char *text, size_t length)
{
	struct needle needles[2];
	size_t count = 0;
	bool found;

	if (!state.secret)
		return false;
	needles[count] = (struct needle){.text = secret_text(state.secret), .length = secret_length(state.secret)};
	needles[count].brief = needles[count].length <= REDACT_SHORT_MOST;
	needles[count].guessable = needles[count].brief ||
	    (needles[count].length <= REDACT_PLAIN_MOST &&
		(is_all(&needles[count], isalpha) || is_all(&needles[count], isdigit)));
	count++;
	if (state.proof_length > 0)
		needles[count++] = (struct needle){.text = state.proof, .length = state.proof_length};
	memset(state.hidden, false, length);
	state.whole = false;
	/* Whether a brief secret is apart depends on what is hidden beside it, so it is searched last. */
	found = find_scram(text, length);
	found |= find_base64(text, length, needles, count);
	while (count > 0)
		found |= find(text, length, &needles[--count]);
	platform_wipe(state.sextets, length);
	platform_wipe(state.decoded, length);
	return found;
}

bool redact_finds(const char *text, size_t length)
{
	return search(text, length < REDACT_TEXT_MOST ? length : REDACT_TEXT_MOST);
}

/* Returns the length of the response code (RFC 2449, 8.) at the start of a text, or 0. */
static size_t code_length(const char *text, size_t length)
{
	size_t size = 1;

	if (length == 0 || *text != '[')
		return 0;
	while (size < length && size < CODE_MOST && !state.hidden[size] &&
	    (isupper((unsigned char)text[size]) || text[size] == '/' || text[size] == '-'))
		size++;
	return size < length && text[size] == ']' && !state.hidden[size] ? size + 1 : 0;
}

static size_t put_mask(size_t at)
{
	memcpy(state.out + at, mask, sizeof(mask) - 1);
	return at + sizeof(mask) - 1;
}

const char *redact(const char *text, size_t *length)
{
	size_t count = *length < REDACT_TEXT_MOST ? *length : REDACT_TEXT_MOST, used = 0;

	if (!search(text, count))
		return text;
	if (state.whole) {
		used = code_length(text, count);
		memcpy(state.out, text, used);
		if (used > 0)
			state.out[used++] = ' ';
		*length = put_mask(used);
		return state.out;
	}
	for (size_t at = 0; at < count; at++) {
		if (!state.hidden[at])
			state.out[used++] = text[at];
		else if (at == 0 || !state.hidden[at - 1])
			used = put_mask(used);
	}
	*length = used;
	return state.out;
}
