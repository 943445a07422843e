#!/usr/bin/env python3
"""Examines JSON lines.

Usage: json_lines.py flat FILE         prints each member of each line as PATH=VALUE ("tls.version=1.3",
                                       "problems.0.step=TLS"): texts unquoted, everything else as JSON; objects and
                                       arrays are also printed as one value
       json_lines.py valid FILE SCHEMA checks that there are lines, that all of them are JSON, and that all fit the
                                       schema; prints what does not; exits with 77 if Python has no module
                                       jsonschema
"""

import json
import sys


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def flatten(value, path):
    if path:
        print(f"{path}={value if isinstance(value, str) else json.dumps(value)}")
    within = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in within:
        flatten(item, f"{path}.{key}" if path else key)


def flat(path):
    for value in lines(path):
        flatten(value, "")


def valid(path, schema_path):
    try:
        import jsonschema
    except ImportError:
        sys.exit(77)
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    found = lines(path)
    for value in found:
        # The error for its own type is clearer than the errors for all types.
        entry = {"$ref": f"#/$defs/{value['type']}"}
        if entry not in schema["oneOf"]:
            sys.exit(f"the schema knows no type {value['type']}")
        jsonschema.validate(value, dict(schema, oneOf=[entry]), jsonschema.Draft202012Validator)
    sys.exit(0 if found else "no line")


{"flat": flat, "valid": valid}[sys.argv[1]](*sys.argv[2:])
