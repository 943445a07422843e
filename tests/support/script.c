#include "config.h"

#include "tests/support/script.h"

#include <string.h>

#include "io/channel.h"
#include "io/stream.h"

static enum channel_status script_receive(void *context, void *bytes, size_t size, size_t *got, struct error *err)
{
	struct script *s = context;
	size_t left = s->server_length - s->given;

	(void)err;
	if (left == 0)
		return s->cut ? CHANNEL_END : CHANNEL_WANT_READ;
	if (left > size)
		left = size;
	if (s->piece > 0 && left > s->piece)
		left = s->piece;
	memcpy(bytes, s->server + s->given, left);
	s->given += left;
	*got = left;
	return CHANNEL_DONE;
}

static enum channel_status script_send(void *context, const void *bytes, size_t size, size_t *sent, struct error *err)
{
	struct script *s = context;
	size_t room = sizeof(s->client) - 1 - s->client_length;
	size_t taken = size < room ? size : room;

	(void)err;
	memcpy(s->client + s->client_length, bytes, taken);
	s->client_length += taken;
	s->client[s->client_length] = '\0';
	*sent = size;
	return CHANNEL_DONE;
}

static enum channel_status script_shut(void *context, struct error *err)
{
	(void)context;
	(void)err;
	return CHANNEL_DONE;
}

static void script_close(void *context)
{
	(void)context;
}

static bool script_binding(void *context, struct channel_binding *out)
{
	const struct script *s = context;

	if (!s->binding)
		return false;
	out->type = s->binding;
	out->length = 32;
	memset(out->octets, 'b', out->length);
	return true;
}

struct stream *script_stream(struct script *s)
{
	static const struct channel_ops open_ops = {.receive = script_receive,
	    .send = script_send,
	    .shut = script_shut,
	    .close = script_close};
	static const struct channel_ops secure_ops = {.secure = true,
	    .receive = script_receive,
	    .send = script_send,
	    .shut = script_shut,
	    .close = script_close,
	    .binding = script_binding};

	return stream_make((struct channel){s->secure ? &secure_ops : &open_ops, s, -1}, 60);
}
