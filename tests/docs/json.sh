#!/bin/sh
# mailhaul-json(5) and the schema describe the same members.
# shellcheck disable=SC2016,SC2317 # check runs them
# shellcheck source=tests/docs/lib.sh
. "${srcdir:-.}/tests/docs/lib.sh"
schema=$source/conf/mailhaul.schema.json

# In the schema an object's members are the keys of "properties".
python3 - "$schema" >"$work/schema-members" <<'PY' || bail 'the schema cannot be read'
import json, sys

def members(value):
    if isinstance(value, dict):
        properties = value.get("properties")
        if isinstance(properties, dict):
            yield from properties
        for item in value.values():
            yield from members(item)

with open(sys.argv[1], encoding="utf-8") as file:
    print("\n".join(sorted(set(members(json.load(file))))))
PY

# Every Ic of the page except the words of the command line and of the configuration.
awk '/^\.(It |Pp |Ic )|^\./ { for (i = 1; i < NF; i++) if ($i == "Ic" || $i == ".Ic") print $(i + 1) }' "$json_page" |
  grep -vx -e mailhaul -e tls_pins >"$work/page-members"
echo mailhaul >>"$work/page-members"

check 'schema and mailhaul-json(5) have the same members' \
  same 'the schema' "$work/schema-members" 'mailhaul-json(5)' "$work/page-members"

types() {
  python3 -c 'import json, sys
for entry in json.load(open(sys.argv[1]))["oneOf"]: print(entry["$ref"].rpartition("/")[2])' "$schema"
}
types >"$work/types"
sed -n 's/^\.Dq \([a-z-]*\)$/\1/p' "$json_page" >"$work/quoted"
types_are_told() { [ -s "$work/types" ] && ! grep -vxFf "$work/quoted" "$work/types"; }
check 'mailhaul-json(5) has each type of the schema' types_are_told

version_is_right() {
  grep -q "JSONL_VERSION = $(python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))["$defs"]["version"]["const"])' "$schema") }" "$source/src/ui/jsonl.h"
}
check 'schema and source have the same version' version_is_right

done_testing
