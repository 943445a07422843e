"""Makes a state an older one with the same content, as far as the old tables have room for it.

usage: old_state.py SCHEMA_H VERSION DATABASE

SCHEMA_H is src/state/schema.h. The tables are made by its steps, as the old version of mailhaul made them.
"""

import os
import re
import sqlite3
import sys


def steps(path):
    """Returns the texts of state_migrations."""
    with open(path, encoding="ascii") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.DOTALL)
    body = text[text.index("state_migrations[] = {") :]
    body = body[: body.index("\n};")]
    # A step ends with a comma outside the quotes.
    return ["".join(re.findall(r'"([^"]*)"', step)) for step in re.findall(r'(?:[^",]|"[^"]*")+', body) if '"' in step]


def columns(db, schema, table):
    return [row[1] for row in db.execute(f"PRAGMA {schema}.table_info({table})")]


def main():
    schema, version, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    os.rename(path, path + ".new")
    db = sqlite3.connect(path)
    for step in steps(schema)[:version]:
        db.executescript(step)
    db.execute("ATTACH ? AS new", (path + ".new",))
    for (table,) in db.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
        both = ", ".join(name for name in columns(db, "main", table) if name in columns(db, "new", table))
        if both:
            db.execute(f"INSERT INTO main.{table}({both}) SELECT {both} FROM new.{table}")
    db.commit()
    db.executescript(f"DETACH new; PRAGMA application_id = {0x6D686C31}; PRAGMA user_version = {version}")
    db.close()
    os.remove(path + ".new")


main()
