"""Database triggers that keep votes and decisions as they were made, even against raw SQL.

(Deleting is refused by the models and PROTECT.)
"""

from typing import Any

from django.db import connections

# Table -> what its trigger is called and says.
APPEND_ONLY = {
    "labeling_vote": ("vote_append_only", "votes are append-only: supersede instead of updating"),
    "labeling_decision": ("decision_append_only", "decisions are append-only: supersede instead of updating"),
}

SQLITE = """
CREATE TRIGGER IF NOT EXISTS {name} BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{message}'); END;
"""

POSTGRESQL = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END;
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
"""


def install_guards(using: str = "default", **_: Any) -> None:
    """Install the triggers of the database's kind; repeatable."""
    connection = connections[using]
    tables = connection.introspection.table_names()
    statement = SQLITE if connection.vendor == "sqlite" else POSTGRESQL
    with connection.cursor() as cursor:
        for table, (name, message) in APPEND_ONLY.items():
            if table in tables:
                cursor.execute(statement.format(table=table, name=name, message=message))
