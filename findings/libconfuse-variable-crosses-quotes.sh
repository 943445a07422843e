#!/bin/sh
# libConfuse: in double quotes, "${" starts an environment variable whose name extends to the next "}" in the file, even
# beyond the closing quote. In a list, the values that follow vanish without an error. A "#" before an option counts as
# three lines, so that errors are reported for a line that the file does not have.
. "$(dirname "$0")/lib.sh"

packages libconfuse2=3.3-3 libconfuse-dev=3.3-3
cat >read.c <<'C'
#include <confuse.h>
#include <stdio.h>

static int show_line(cfg_t *cfg, cfg_opt_t *option)
{
	printf("%s is in line %d\n", option->name, cfg->line);
	return 0;
}

static void read_text(const char *title, const char *text)
{
	cfg_opt_t options[] = {CFG_STR_LIST("list", NULL, CFGF_NONE), CFG_STR("name", NULL, CFGF_NONE), CFG_END()};
	cfg_t *cfg = cfg_init(options, CFGF_NONE);
	int result;

	cfg_set_validate_func(cfg, "name", show_line);
	result = cfg_parse_buf(cfg, text);
	printf("%s: result %d, %u values\n", title, result, cfg_size(cfg, "list"));
	for (unsigned i = 0; i < cfg_size(cfg, "list"); i++)
		printf("%s: value <%s>\n", title, cfg_getnstr(cfg, "list", i));
	cfg_free(cfg);
}

int main(void)
{
	printf("%s\n", confuse_version);
	read_text("alone", "list = {\"a ${ b\"}\n");
	read_text("followed", "list = {\"a ${ b\", \"c } d\", \"e\"}\n");
	read_text("commented", "# one\n# two\nname = x\n");
	return 0;
}
C
# shellcheck disable=SC2046 # one file
gcc -Iroot/usr/include -o read read.c $(find root/usr/lib -name 'libconfuse.so.2')
run ./read 2>&1 | tee out
expect 'the } that ends the list ends the name, so that the list has no end' '^alone: result 1, 0 values$' out
expect 'two of three values are left, without an error' '^followed: result 0, 2 values$' out
expect 'the first two are one' '^followed: value <a  d>$' out
expect 'the third line is counted as the seventh' '^name is in line 7$' out
