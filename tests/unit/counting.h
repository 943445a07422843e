#ifndef MAILHAUL_TESTS_COUNTING_H
#define MAILHAUL_TESTS_COUNTING_H

#include <stddef.h>
#include <stdint.h>

#include "policy/evidence.h"

/* Servers that count sizes in different ways, and their messages. */

enum { OTHERS_MOST = 12, LINE = 40 };

/* How a server computes the size of a message. */
enum counting {
	EXACT,
	LF,	   /* line ends count as one octet */
	LF_NO_END, /* the same, without the line end that the server adds */
	DOTS,	   /* stuffed dots are counted */
	THIRD,
	THREEFOLD,
	ZERO,
	ROUNDED_UP,  /* to 1024 octets */
	KILOBYTES,   /* in kilobytes, rounded up */
	TERMINATOR,  /* the terminator is counted */
	NO_END,	     /* the line end that the server adds is not counted */
	CONSTANT,    /* a small constant, whatever the message */
	SIZE_OF_ALL, /* a constant that could be a message's size */
	LACKING,     /* forty octets too few */
	ADDING,	     /* RETR adds a field to the header */
	GROWING,     /* too large by the square of the number of lines */
	ESTIMATED,   /* a tenth too large or too small */
	NOT_GIVEN,
};

/* A message of `lines` lines of LINE octets, of which every fourth begins with a dot. */
static inline struct evidence_sizes message(uint64_t lines)
{
	return (struct evidence_sizes){
	    .listed = EVIDENCE_NO_SIZE,
	    .said = EVIDENCE_NO_SIZE,
	    .sent = lines * LINE,
	    .wire = lines * LINE,
	    .lf = lines * (LINE - 1),
	    .dots = lines / 4,
	};
}

static inline uint64_t give(enum counting counting, const struct evidence_sizes *s)
{
	switch (counting) {
	case LF:
		return s->lf;
	case LF_NO_END:
		return s->lf - 1;
	case DOTS:
		return s->wire + s->dots;
	case THIRD:
		return s->wire / 3;
	case THREEFOLD:
		return s->wire * 3;
	case ZERO:
		return 0;
	case ROUNDED_UP:
		return (s->wire + 1023) / 1024 * 1024;
	case KILOBYTES:
		return (s->wire + 1023) / 1024;
	case TERMINATOR:
		return s->wire + 3;
	case NO_END:
		return s->wire - 2;
	case CONSTANT:
		return 7;
	case SIZE_OF_ALL:
		return 1001;
	case LACKING:
		return s->wire + 40;
	case ADDING:
		return s->wire - 55;
	case GROWING:
		return s->wire + (s->wire / LINE) * (s->wire / LINE) / 20 + 1;
	case ESTIMATED:
		return s->wire % 3 == 0 ? s->wire * 11 / 10 : s->wire * 9 / 10;
	case NOT_GIVEN:
		return EVIDENCE_NO_SIZE;
	default:
		return s->wire;
	}
}

/* Numbers of lines of the other messages, no two of the same size. */
static const uint64_t lines[OTHERS_MOST] = {3, 7, 12, 20, 31, 47, 70, 101, 150, 210, 330, 480};

static inline void note_others(struct evidence *e, enum counting list, enum counting retr, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct evidence_sizes s = message(lines[i]);

		s.listed = give(list, &s);
		s.said = give(retr, &s);
		evidence_note(e, &s);
	}
}

/* The sizes of a message of `whole` lines of which `sent` lines are received. */
static inline struct evidence_sizes come(uint64_t whole, uint64_t sent, uint64_t added, enum counting list,
    enum counting retr)
{
	const struct evidence_sizes meant = message(whole);
	struct evidence_sizes s = message(sent);

	s.sent += added;
	s.wire += added;
	s.lf += added > 0 ? added - 1 : 0;
	s.listed = give(list, &meant);
	s.said = give(retr, &meant);
	return s;
}

#endif
