#include "config.h"

#include "deliver/mbox_intent.h"

#include <stdlib.h>

void mbox_intent_free(struct mbox_intent *intent)
{
	free(intent->path);
	free(intent->extents);
	*intent = (struct mbox_intent){0};
}
