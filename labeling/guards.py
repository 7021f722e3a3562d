"""Database triggers that keep a vote as it was cast, even against raw SQL. (Deleting is refused by the models and PROTECT.)"""

from typing import Any

from django.db import connections

SQLITE = """
CREATE TRIGGER IF NOT EXISTS vote_append_only BEFORE UPDATE ON labeling_vote
BEGIN SELECT RAISE(ABORT, 'votes are append-only: supersede instead of updating'); END;
"""

POSTGRESQL = """
CREATE OR REPLACE FUNCTION vote_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'votes are append-only: supersede instead of updating' USING ERRCODE = 'integrity_constraint_violation'; END;
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER vote_append_only BEFORE UPDATE ON labeling_vote FOR EACH ROW EXECUTE FUNCTION vote_append_only();
"""


def install_guards(using: str = "default", **_: Any) -> None:
    """Install the triggers of the database's kind; repeatable."""
    connection = connections[using]
    if "labeling_vote" not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        cursor.execute(SQLITE if connection.vendor == "sqlite" else POSTGRESQL)
