#include "config.h"

#include "cmd/show_config.h"

#include <stdio.h>
#include <sysexits.h>

#include "cmd/chosen.h"
#include "cmd/command_line.h"
#include "ui/effective.h"

static void show(const struct chosen *c, bool json, bool changed)
{
	(json ? effective_json_top : effective_print_top)(&c->settings, changed);
	for (size_t i = 0; i < c->count; i++)
		(json ? effective_json_account : effective_print_account)(c->accounts[i], changed);
}

int show_config_run(const struct command_line *line)
{
	struct chosen chosen;
	int code = EX_OK;

	if (chosen_load(&chosen, line, &code)) {
		if (line->options & CLI_NAMES) {
			for (size_t i = 0; i < chosen.count; i++)
				puts(chosen.accounts[i]->name);
		} else {
			show(&chosen, line->options & CLI_JSON, line->options & CLI_CHANGED);
		}
	}
	chosen_free(&chosen);
	return code;
}
