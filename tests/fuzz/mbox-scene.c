#include "config.h"

#include "mbox-scene.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/memory.h"
#include "deliver/mbox_file.h"
#include "deliver/mboxrd.h"

/* A message as a program writes it that omits the date. */
const char scene_foreign[] = "From them@example.net\nSubject: theirs\n\ntheirs\n\n";

enum { MESSAGE_MOST = 150000 };

/* Makes the earlier content, and determines where our batch would begin. */
static void begin(struct scene *s, struct input *in)
{
	size_t length = take_octet(in);
	char *old = take_copy(in, &length);
	char *path = fuzz_path("mbox");
	struct mbox_file f;
	struct error err;

	fuzz_write("mbox", old, length);
	MUST(mbox_file_open(&f, path, &err) && mbox_file_lock(&f, &err));
	MUST(f.size == length && f.gap <= 2);
	buf_append(&s->before, old, length);
	s->gap = f.gap;
	s->intent.offset = f.size + f.gap;
	s->intent.device = f.device + (s->flags & SCENE_DEVICE ? 1 : 0);
	s->intent.inode = f.inode + (s->flags & SCENE_INODE ? 1 : 0);
	mbox_file_close(&f);
	free(path);
	free(old);
}

/*
 * Adds a message to the batch as deliver/mbox does. The length's three high bits give the repetitions of its text,
 * so that small inputs make messages that are read in several pieces.
 */
static void add_message(struct scene *s, struct mbox_extent *e, struct input *in)
{
	unsigned number = take_number(in), times = 1U << (number >> 13);
	size_t length = number % 8192, start = s->batch.length;
	char *body = take_copy(in, &length);
	struct mboxrd quoting;
	struct digest digest;

	mboxrd_start(&quoting, false, "me@example.org", 1234567890, &s->batch);
	for (unsigned i = 0; i < times && (i == 0 || s->batch.length < MESSAGE_MOST); i++)
		mboxrd_add(&quoting, body, length, &s->batch);
	mboxrd_end(&quoting, &s->batch);
	free(body);
	e->length = s->batch.length - start;
	e->head_length = e->length < MBOX_HEAD_MOST ? (size_t)e->length : MBOX_HEAD_MOST;
	memcpy(e->head, s->batch.data + start, e->head_length);
	digest_start(&digest);
	digest_add(&digest, s->batch.data + start, (size_t)e->length);
	digest_end(&digest, e->sha256);
}

/* Applies what the system lost of the append, and of the earlier content. */
static void lose(struct scene *s, struct input *in)
{
	size_t start = s->before.length - s->written, from, length;

	if (s->flags & SCENE_BEFORE) {
		for (size_t i = 0; i + 2 < start; i++)
			s->before.data[i] ^= 1;
	}
	if ((s->flags & SCENE_NULS) == 0 || s->written == 0)
		return;
	from = take_number(in) % s->written;
	length = take_number(in) * 8UL;
	length = length < s->written - from ? length : s->written - from;
	memset(s->before.data + start + from, 0, length);
}

/* Makes the file that the crash left, with the changes of other programs. */
static void crash(struct scene *s, struct input *in)
{
	struct buf append = {0};

	buf_append(&append, "\n\n", s->gap);
	buf_append(&append, s->batch.data, s->batch.length);
	if (s->written > append.length)
		s->written = append.length;
	buf_append(&s->before, append.data, s->written);
	buf_free(&append);
	lose(s, in);
	if ((s->flags & SCENE_OTHERS) == SCENE_CAREFUL && s->before.length > 0 &&
	    s->before.data[s->before.length - 1] != '\n')
		buf_append_string(&s->before, "\n");
	if ((s->flags & SCENE_OTHERS) == SCENE_RAW)
		buf_append(&s->before, in->at, in->left);
	else if ((s->flags & SCENE_OTHERS) != 0)
		buf_append_string(&s->before, scene_foreign);
	if ((s->flags & SCENE_CHANGED) && s->before.length > 0)
		s->before.data[take_number(in) % s->before.length] ^= 1;
}

static void damage(struct mbox_intent *intent, struct input *in)
{
	intent->offset += take_number(in) - 32768UL;
	for (size_t i = 0; i < intent->count; i++) {
		if (take_octet(in) & 1)
			intent->extents[i].length = take_number(in) * (uint64_t)(take_octet(in) & 1 ? 1 : INT64_MAX);
		if (take_octet(in) & 1)
			intent->extents[i].head_length = take_number(in) % (MBOX_HEAD_MOST + 1);
	}
}

void scene_make(struct scene *s, struct input *in)
{
	*s = (struct scene){.flags = take_octet(in)};
	s->intent.count = take_octet(in) % 4;
	s->intent.extents = memory_zeroed(s->intent.count + 1, sizeof(*s->intent.extents));
	s->written = take_number(in);
	if (s->written >= 32768)
		s->written = (s->written - 32768) * 8;
	begin(s, in);
	for (size_t i = 0; i < s->intent.count; i++)
		add_message(s, &s->intent.extents[i], in);
	crash(s, in);
	if (s->flags & SCENE_DAMAGED)
		damage(&s->intent, in);
	fuzz_write("mbox", s->before.data, s->before.length);
}

void scene_free(struct scene *s)
{
	mbox_intent_free(&s->intent);
	buf_free(&s->before);
	buf_free(&s->batch);
}
