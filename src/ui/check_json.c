#include "config.h"

#include "ui/check_json.h"

#include <stdio.h>
#include <string.h>

#include "config/account.h"
#include "ui/check_result.h"
#include "ui/jsonl.h"

enum shape { TEXT, NUMBER, FLAG, TIME, LIST };

/* The facts "SECTION.MEMBER". A member without a fact is omitted; a list without facts is empty. */
static const struct {
	const char *section, *member;
	enum shape shape;
} members[] = {
    {"times", "resolve", NUMBER},
    {"times", "connect", NUMBER},
    {"times", "tls", NUMBER},
    {"times", "greeting", NUMBER},
    {"times", "login", NUMBER},
    {"times", "listing", NUMBER},
    {"tls", "version", TEXT},
    {"tls", "cipher", TEXT},
    {"tls", "key_exchange", TEXT},
    {"tls", "recording", TEXT},
    {"tls", "verified", FLAG},
    {"tls", "ocsp", TEXT},
    {"certificate", "subject", TEXT},
    {"certificate", "names", LIST},
    {"certificate", "issuer", TEXT},
    {"certificate", "not_before", TIME},
    {"certificate", "not_after", TIME},
    {"certificate", "days_left", NUMBER},
    {"certificate", "sha256", TEXT},
    {"certificate", "pin", TEXT},
    {"capabilities", "before_tls", LIST},
    {"capabilities", "before_login", LIST},
    {"capabilities", "after_login", LIST},
    {"login", "offered", LIST},
    {"login", "mechanism", TEXT},
    {"login", "channel_binding", TEXT},
    {"maildrop", "messages", NUMBER},
    {"maildrop", "bytes", NUMBER},
    {"maildrop", "expire", TEXT},
    {"maildrop", "login_delay", NUMBER},
    {"plan", "fetch", NUMBER},
    {"plan", "fetch_bytes", NUMBER},
    {"plan", "delete", NUMBER},
    {"plan", "delete_bytes", NUMBER},
    {"plan", "leave", NUMBER},
    {"destination", "kind", TEXT},
    {"destination", "path", TEXT},
    {"destination", "writable", FLAG},
    {"state", "readable", FLAG},
    {"state", "writable", FLAG},
    {"state", "last_run", TIME},
};

static struct jsonl *list_of(const struct check_result *r, const char *name)
{
	struct jsonl *list = jsonl_array();

	for (const struct fact *f = NULL; (f = check_result_next(r, name, f));)
		jsonl_text(list, NULL, f->text);
	return list;
}

static void add_member(struct jsonl *section, const struct check_result *r, size_t index)
{
	const char *member = members[index].member;
	char name[sizeof(r->facts->name)];
	int64_t number;

	snprintf(name, sizeof(name), "%s.%s", members[index].section, member);
	if (members[index].shape == LIST) {
		jsonl_add(section, member, list_of(r, name));
		return;
	}
	if (!check_result_text(r, name))
		return;
	number = check_result_number(r, name, 0);
	switch (members[index].shape) {
	case TEXT:
		jsonl_text(section, member, check_result_text(r, name));
		break;
	case FLAG:
		jsonl_flag(section, member, number != 0);
		break;
	case TIME:
		jsonl_time(section, member, number);
		break;
	default:
		jsonl_number(section, member, number);
		break;
	}
}

/* Returns the server and every address that was tried. An address has a failure unless it answered. */
static struct jsonl *address_of(const struct check_result *r)
{
	struct jsonl *address = jsonl_object(), *tried = jsonl_array();

	jsonl_text(address, "server", r->account->server);
	jsonl_number(address, "port", r->account->port);
	jsonl_text(address, "used", check_result_address(r));
	for (const struct fact *f = NULL; (f = check_result_next(r, "address.tried", f));) {
		const struct fact *next = f + 1 < r->facts + r->fact_count ? f + 1 : NULL;
		struct jsonl *one = jsonl_object();

		jsonl_text(one, "address", f->text);
		jsonl_text(one, "error", next && strcmp(next->name, "address.failure") == 0 ? next->text : NULL);
		jsonl_add(tried, NULL, one);
	}
	jsonl_add(address, "tried", tried);
	return address;
}

static struct jsonl *problems_of(const struct check_result *r)
{
	struct jsonl *problems = jsonl_array();

	for (size_t i = 0; i < r->problem_count; i++) {
		jsonl_add(problems, NULL, jsonl_failure(r->problems[i].step, &r->problems[i].err));
	}
	return problems;
}

struct jsonl *check_json(const struct check_result *r)
{
	struct jsonl *line = jsonl_line("check", r->account->name), *section = NULL;

	jsonl_flag(line, "ok", r->problem_count == 0);
	jsonl_add(line, "address", address_of(r));
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (i == 0 || strcmp(members[i].section, members[i - 1].section) != 0) {
			section = jsonl_object();
			jsonl_add(line, members[i].section, section);
		}
		add_member(section, r, i);
	}
	jsonl_add(line, "warnings", list_of(r, "warnings"));
	jsonl_add(line, "problems", problems_of(r));
	return line;
}
