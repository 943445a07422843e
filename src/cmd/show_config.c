#include "config.h"

#include "cmd/show_config.h"

#include <stdio.h>
#include <sysexits.h>

#include "cmd/chosen.h"
#include "cmd/command_line.h"
#include "ui/effective.h"

static void show(const struct chosen *c, bool json, bool changed)
{
	bool apart;

	if (json) {
		effective_json_top(&c->settings, changed);
		for (size_t i = 0; i < c->count; i++)
			effective_json_account(c->accounts[i], changed);
		return;
	}
	apart = effective_print_top(&c->settings, changed);
	for (size_t i = 0; i < c->count; i++) {
		if (apart)
			putchar('\n');
		effective_print_account(c->accounts[i], changed);
		apart = true;
	}
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
