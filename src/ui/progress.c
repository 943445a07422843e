#include "config.h"

#include "ui/progress.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/memory.h"
#include "config/account.h"
#include "fetch/event.h"
#include "io/deadline.h"
#include "ui/charset.h"
#include "ui/color.h"
#include "ui/progress_line.h"

enum {
	DRAW_MS = 100,	   /* interval between drawings */
	IDLE_MS = 1000,	   /* interval when only the time has changed */
	PATIENCE_MS = 300, /* delay before the first drawing, so that short runs show no bars */
};

struct bar {
	bool running;
	struct progress_line line;
};

struct progress {
	struct account *const *accounts;
	size_t count;
	struct bar *bars;
	struct progress_style style;
	struct buf frame;
	int *drawn; /* columns of each line on the screen, from the top */
	size_t drawn_count;
	bool changed;
	int64_t drawn_at;
};

static volatile sig_atomic_t resized, continued;

static void note_signal(int number)
{
	if (number == SIGCONT)
		continued = 1;
	else
		resized = 1;
}

struct progress *progress_open(struct account *const *accounts, size_t count)
{
	struct sigaction action = {.sa_handler = note_signal, .sa_flags = SA_RESTART};
	struct progress *p;

	if (!color_terminal(STDERR_FILENO))
		return NULL;
	p = memory_zeroed(1, sizeof(*p));
	p->accounts = accounts;
	p->count = count;
	p->bars = memory_zeroed(count, sizeof(*p->bars));
	p->drawn = memory_zeroed(count, sizeof(*p->drawn));
	p->style = (struct progress_style){.utf8 = charset_is_utf8(), .color = !color_is_refused()};
	for (size_t i = 0; i < count; i++) {
		int length = (int)strlen(accounts[i]->name);

		p->style.name_columns = length > p->style.name_columns ? length : p->style.name_columns;
	}
	p->drawn_at = deadline_clock() + PATIENCE_MS - DRAW_MS;
	sigemptyset(&action.sa_mask);
	sigaction(SIGWINCH, &action, NULL);
	sigaction(SIGCONT, &action, NULL);
	return p;
}

void progress_begin(struct progress *p, size_t index)
{
	if (!p)
		return;
	/* A password command may write to the terminal. */
	progress_clear(p);
	p->bars[index] = (struct bar){.running = true};
	p->changed = true;
}

void progress_advance(struct progress *p, size_t index, const struct advance *advance)
{
	if (!p)
		return;
	progress_line_advance(&p->bars[index].line, advance, deadline_clock());
	p->changed = true;
}

void progress_end(struct progress *p, size_t index)
{
	if (!p)
		return;
	p->bars[index].running = false;
	p->changed = true;
}

/* Returns whether mailhaul may draw on the terminal. In the background the terminal belongs to the shell. */
static bool in_foreground(void)
{
	pid_t group = tcgetpgrp(STDERR_FILENO);

	return group < 0 || group == getpgrp();
}

static void measure(int *columns, size_t *rows)
{
	struct winsize size;
	bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0;

	*columns = known && size.ws_col > 0 ? size.ws_col : 80;
	*rows = known && size.ws_row > 0 ? size.ws_row : 24;
}

/*
 * Moves the cursor to the start of the bars. On a terminal that has become narrower, each line may now take several
 * rows, because nearly all terminals rewrap lines.
 */
static void go_up(struct progress *p, int columns)
{
	int rows = 0;

	for (size_t i = 0; i < p->drawn_count; i++)
		rows += p->drawn[i] > columns ? (p->drawn[i] + columns - 1) / columns : 1;
	buf_append_string(&p->frame, "\r");
	if (rows > 0)
		buf_append_format(&p->frame, "\033[%dA", rows);
}

/* Writes the frame. A write error is ignored: the next frame follows soon, or the terminal is gone. */
static void put_frame(struct progress *p)
{
	size_t done = 0;

	while (done < p->frame.length) {
		ssize_t n = write(STDERR_FILENO, p->frame.data + done, p->frame.length - done);

		if (n < 0 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	buf_clear(&p->frame);
}

/* Draws the bars, each with a line end, so that the cursor stays below them for other output. */
static void draw(struct progress *p)
{
	int columns;
	size_t rows, count = 0;

	measure(&columns, &rows);
	go_up(p, columns);
	for (size_t i = 0; i < p->count && count + 1 < rows; i++) {
		if (!p->bars[i].running)
			continue;
		p->drawn[count++] = progress_line_write(&p->bars[i].line, p->accounts[i]->name, &p->style, columns - 1,
		    deadline_clock(), &p->frame);
		buf_append_string(&p->frame, "\033[K\n");
	}
	buf_append_string(&p->frame, "\033[J");
	p->drawn_count = count;
	put_frame(p);
}

void progress_clear(struct progress *p)
{
	int columns;
	size_t rows;

	if (!p || p->drawn_count == 0)
		return;
	measure(&columns, &rows);
	go_up(p, columns);
	buf_append_string(&p->frame, "\033[J");
	p->drawn_count = 0;
	p->changed = true;
	put_frame(p);
}

int progress_tick(struct progress *p)
{
	int left;

	if (!p)
		return -1;
	if (continued) { /* the shell has written below the bars */
		p->drawn_count = 0;
		continued = 0;
	}
	p->changed |= resized;
	resized = 0;
	left = deadline_left(p->drawn_at + (p->changed ? DRAW_MS : IDLE_MS));
	if (left > 0)
		return left;
	if (in_foreground())
		draw(p);
	p->changed = false;
	p->drawn_at = deadline_clock();
	return IDLE_MS;
}

void progress_close(struct progress **p)
{
	if (!*p)
		return;
	progress_clear(*p);
	signal(SIGWINCH, SIG_DFL);
	signal(SIGCONT, SIG_DFL);
	buf_free(&(*p)->frame);
	free((*p)->bars);
	free((*p)->drawn);
	free(*p);
	*p = NULL;
}
