#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "check_main.h"
#include "config/statements.h"

/*
 * Texts and their statements, one line each: its line in the text, its kind and name, its values, "+" for +=, and the
 * mistake in it.
 */
static const struct {
	const char *text, *statements;
} texts[] = {
    {"", ""},
    {"# only a comment", ""},
    {"jobs = 2", "1 option jobs [2]\n"},
    {"a = b c = 'd e'\nf=\"g\"", "1 option a [b]\n1 option c ['d e']\n2 option f [\"g\"]\n"},
    {"a\n=\nb", "1 option a [b]\n"},
    {"a = {b, 'c,}', \"d\n\"}\ne = {}", "1 option a [b 'c,}' \"d\n\"]\n3 option e []\n"},
    {"a = {b, # c}\n d, // e}\n /* f} */ g,}", "1 option a [b d g]\n"},
    {"a += {b}", "1 option a [b] +\n"},
    {"account a {\n b = c }\n", "1 section account [a]\n2 option b [c]\n2 end\n"},
    {"account\n'a'\n{}", "1 section account ['a']\n3 end\n"},
    {"defaults{}", "1 section defaults []\n1 end\n"},
    {"other \"a\" { }", "1 section other [\"a\"]\n1 end\n"},
    {"include('a') b = c", "1 call include ['a']\n1 option b [c]\n"},
    {"include(\n'a', b)", "1 call include ['a' b]\n"},
    {"a = b/c//d # e", "1 option a [b/c//d]\n"},
    {"a = b // c\nd = e /* f\n */ g = h\ni = j", "1 option a [b]\n2 option d [e]\n3 option g [h]\n4 option i [j]\n"},
    {"a = \"b\" # 'c\nd = 'e' // \"f", "1 option a [\"b\"]\n2 option d ['e']\n"},
    {"\xef\xbb\xbf"
     "a\xc2\xa0=\xc2\xa0"
     "b\r\nc = d\r\n",
	"1 option a [b]\n2 option c [d]\n"},
    /* After a mistake, the next statement is right. */
    {"a = 'b\nc = d", "1 option a []: the quote opened on line 1 is never closed\n2 option c [d]\n"},
    {"a = \"b\nc = \"d\"", "1 option a []: the quote opened on line 1 is never closed\n2 option c [\"d\"]\n"},
    {"a = {'b', 'c}\nd = 'e'", "1 option a ['b']: the quote opened on line 1 is never closed\n2 option d ['e']\n"},
    {"a = {\n 'b',\n 'c,\n 'd'\n}\ne = f",
	"1 option a ['b' 'd']: the quote opened on line 3 is never closed\n6 option e [f]\n"},
    {"a = {b,\nc = d", "1 option a [b]: the list opened on line 1 is never closed\n2 option c [d]\n"},
    {"a = b c\nd = e", "1 option a [b]: the value contains blanks and has no quotes\n2 option d [e]\n"},
    {"a = b c }", "1 option a [b]: the value contains blanks and has no quotes\n1 end\n"},
    {"a = b c d = e", "1 option a [b]: the value contains blanks and has no quotes\n1 option d [e]\n"},
    {"a = b{c} d\ne = f", "1 option a [b]: the value contains special characters and has no quotes\n2 option e [f]\n"},
    {"a =\nb = c", "1 option a []: the value is missing\n2 option b [c]\n"},
    {"a = }", "1 option a []: the value is missing\n1 end\n"},
    {"a b\nc = d", "1 other a []: the = is missing\n2 option c [d]\n"},
    {"account a\nb = c }", "1 section account [a]: the { of a section is missing\n2 option b [c]\n2 end\n"},
    {"account 'a {\nb = c", "1 section account []: the quote opened on line 1 is never closed\n2 option b [c]\n"},
    {"account", "1 other account []: the { of a section is missing\n"},
    {"include('a'\nb = c", "1 call include ['a']: the closing ) is missing\n2 option b [c]\n"},
    {"= b\nc = d", "1 other  []: there is other text where the name of an option is expected\n2 option c [d]\n"},
    {"'a' = b\nc = d", "1 other  []: there is other text where the name of an option is expected\n2 option c [d]\n"},
    {"a = b\n/* c\nd = e", "1 option a [b]\n2 other  []: the comment opened on line 2 is never closed\n"},
};

static const char *const kinds[] = {
    [STATEMENT_OPTION] = "option",
    [STATEMENT_SECTION] = "section",
    [STATEMENT_SECTION_END] = "end",
    [STATEMENT_CALL] = "call",
    [STATEMENT_OTHER] = "other",
};

static void describe(struct buf *out, const struct statement *st)
{
	buf_append_format(out, "%u %s", st->line, kinds[st->kind]);
	if (st->kind != STATEMENT_SECTION_END) {
		buf_append_format(out, " %.*s [", (int)st->name.length, st->name.text);
		for (size_t i = 0; i < st->count; i++)
			buf_append_format(out, "%s%.*s", i > 0 ? " " : "", (int)st->values[i].length,
			    st->values[i].text);
		buf_append_format(out, "]%s", st->append ? " +" : "");
	}
	if (st->fault.what[0])
		buf_append_format(out, ": %s", st->fault.what);
	buf_append_string(out, "\n");
}

START_TEST(a_text_is_split_into_statements_with_their_lines)
{
	struct statements s;
	struct statement st;
	struct buf out = {0};

	statements_begin(&s, texts[_i].text);
	while (statements_next(&s, &st))
		describe(&out, &st);
	ck_assert_str_eq(buf_string(&out), texts[_i].statements);
	statements_end(&s);
	buf_free(&out);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("statements");

	LOOP_OVER(check_case(s, "statements"), a_text_is_split_into_statements_with_their_lines, texts);
	return check_main(s);
}
