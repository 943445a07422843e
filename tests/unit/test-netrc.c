#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "check_main.h"
#include "config/netrc.h"

/* Files in which "me" at "pop.example.org" is looked up. */
static const struct {
	const char *text, *password; /* password NULL: no entry */
} files[] = {
    {"machine pop.example.org login me password secret", "secret"},
    {"machine pop.example.org\n\tlogin me\n\tpassword secret\n", "secret"},
    {"machine POP.Example.org password secret login me", "secret"},
    {"machine pop.example.org login me account x password secret", "secret"},
    {"machine pop.example.org login me password \"two words\"", "two words"},
    {"machine pop.example.org login me password \"a\\\"b\\\\c\"", "a\"b\\c"},
    {"machine pop.example.org login me password \"open", "open"},
    {"machine pop.example.org login \"me\" password se\"cret", "se\"cret"},
    {"machine pop.example.org login me password password", "password"},
    {"machine pop.example.org login me password machine", "machine"},
    {"machine a login me password one\nmachine pop.example.org login me password two", "two"},
    {"machine pop.example.org login you password one\nmachine pop.example.org login me password two", "two"},
    {"machine pop.example.org login me password one machine pop.example.org login me password two", "one"},
    {"macdef init\nmachine pop.example.org login me password one\n\nmachine pop.example.org login me password two",
	"two"},
    {"# machine pop.example.org login me password one\nmachine pop.example.org login me password two", "two"},
    {"machine pop.example.org login me password secret extra words", "secret"},
    {"", NULL},
    {"machine", NULL},
    {"machine pop.example.org", NULL},
    {"machine pop.example.org login me", NULL},
    {"machine pop.example.org login me password", NULL},
    {"machine pop.example.org login me password \"\"", NULL},
    {"machine pop.example.org password secret", NULL},
    {"default login me password secret", NULL},
    {"machine pop.example.org login me\ndefault login me password secret", NULL},
    {"machine pop.example.org login me\nmachine b password secret", NULL},
    {"machine example.org login me password secret", NULL},
    {"machine pop.example.org login Me password secret", NULL},
    {"macdef init\nmachine pop.example.org login me password one", NULL},
};

START_TEST(an_entry_must_name_the_machine_and_the_login)
{
	struct buf password = {0};
	bool found = netrc_find(files[_i].text, "pop.example.org", "me", &password);

	ck_assert_int_eq(found, files[_i].password != NULL);
	if (found)
		ck_assert_str_eq(buf_string(&password), files[_i].password);
	buf_free(&password);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("netrc");
	TCase *c = check_case(s, "netrc");

	LOOP_OVER(c, an_entry_must_name_the_machine_and_the_login, files);
	return check_main(s);
}
