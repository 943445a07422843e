/*
 * An mbox after a crash. Input: flags (1 and 2: who wrote behind us: nobody, a program that looks for
 * a line end first, one that does not, or the input; 4: the intent is damaged; 8: an octet was
 * changed), how many messages, how many octets of gap and batch were written before the crash (two;
 * from 32768 on in steps of eight), how long what was there before is (one), that, and each message
 * (two octets of length, then it).
 */
#include "config.h"

#include "base/error.h"
#include "mbox-scene.h"
#include "store/mbox_file.h"

/* The file after recovery, which has to be the file before it, or its beginning. */
static size_t recover(const struct scene *s, size_t *whole)
{
	char *path = fuzz_path("mbox"), *after;
	struct mbox_file f;
	struct error err;
	size_t length;

	MUST(mbox_file_open(&f, path, &err) && mbox_file_recover(&f, &s->intent, whole, &err));
	mbox_file_close(&f);
	free(path);
	after = fuzz_read("mbox", &length);
	MUST(after && length <= s->before.length);
	MUST(length == 0 || memcmp(after, s->before.data, length) == 0);
	free(after);
	return length;
}

static void check(const struct scene *s, size_t length, size_t whole)
{
	const struct mbox_extent *torn = &s->intent.extents[whole];
	const char *cut = s->before.length > length ? s->before.data + length : NULL, *theirs;
	size_t cut_length = s->before.length - length, at = (size_t)s->intent.offset;
	bool honest = !(s->flags & (SCENE_DAMAGED | SCENE_CHANGED));

	MUST(whole <= s->intent.count);
	for (size_t i = 0; i < whole; i++)
		at += (size_t)s->intent.extents[i].length;
	if (whole > 0 && honest)
		MUST(memcmp(s->before.data + s->intent.offset, s->batch.data, at - (size_t)s->intent.offset) == 0);
	if (cut) {
		size_t head = cut_length < torn->head_length ? cut_length : torn->head_length;

		MUST(whole < s->intent.count && length == at && cut_length <= torn->length);
		MUST(head > 0 && memcmp(cut, torn->head, head) == 0);
		MUST(!memmem(cut, cut_length, "\nFrom ", 6));
		theirs = memmem(cut, cut_length, scene_foreign, strlen(scene_foreign));
		MUST(!theirs || theirs[-1] == '>'); /* then it looks like a line of ours that was quoted */
	}
	/*
	 * Nobody interfered: what was whole is found, what was torn goes; unless its text looks as if
	 * somebody had begun a message in it.
	 */
	if (honest && (s->flags & SCENE_OTHERS) == 0) {
		MUST(length == at || s->written < s->gap ||
		    memmem(s->before.data + at + 1, s->before.length - at - 1, "From ", 5));
		MUST(whole == s->intent.count || at + s->intent.extents[whole].length > s->before.length);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	size_t length, whole, whole_again;
	struct scene s;

	scene_make(&s, &in);
	length = recover(&s, &whole);
	check(&s, length, whole);
	MUST(recover(&s, &whole_again) == length && whole_again == whole);
	scene_free(&s);
	return 0;
}
