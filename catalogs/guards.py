"""Database triggers that keep releases as they were made, even against raw SQL; publishing happens once.

(Deleting is refused by the model.)
"""

from typing import Any

from django.db import connections

TABLE = "catalogs_release"
FIXED = "uuid, galaxy_id, catalog_id, version, options, manifest_text, content_sha256, created_by_id, created_at"
MESSAGE = "releases are for good: only publishing and withdrawing change one, and once"

SQLITE = [
    f"CREATE TRIGGER IF NOT EXISTS release_fixed BEFORE UPDATE OF {FIXED} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END;",
    f"""CREATE TRIGGER IF NOT EXISTS release_one_way BEFORE UPDATE OF published_at, withdrawn_at ON {TABLE}
    WHEN (OLD.published_at IS NOT NULL AND NEW.published_at IS NOT OLD.published_at)
      OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NOT OLD.withdrawn_at)
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END;""",
]
POSTGRESQL = [
    f"""CREATE OR REPLACE FUNCTION release_fixed() RETURNS trigger AS $$
    BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END;
    $$ LANGUAGE plpgsql""",
    f"CREATE OR REPLACE TRIGGER release_fixed BEFORE UPDATE OF {FIXED} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION release_fixed()",
    f"""CREATE OR REPLACE TRIGGER release_one_way BEFORE UPDATE OF published_at, withdrawn_at ON {TABLE} FOR EACH ROW
    WHEN ((OLD.published_at IS NOT NULL AND NEW.published_at IS DISTINCT FROM OLD.published_at)
       OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at))
    EXECUTE FUNCTION release_fixed()""",
]


def install_guards(using: str = "default", **_: Any) -> None:
    """Install the triggers of the database's kind; repeatable."""
    connection = connections[using]
    if TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        for statement in SQLITE if connection.vendor == "sqlite" else POSTGRESQL:
            cursor.execute(statement)
