"""The decision log is append-only: the database itself refuses to change or delete a row of it."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SQLITE = """
CREATE TRIGGER decision_no_{verb} BEFORE {verb} ON decision
BEGIN SELECT RAISE(ABORT, 'the decision log is append-only'); END
"""
_FUNCTION = """
CREATE FUNCTION decision_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the decision log is append-only'; END $$
"""
_ROWS = """
CREATE TRIGGER decision_no_change BEFORE UPDATE OR DELETE ON decision
FOR EACH ROW EXECUTE FUNCTION decision_is_append_only()
"""
_TRUNCATE = """
CREATE TRIGGER decision_no_truncate BEFORE TRUNCATE ON decision
FOR EACH STATEMENT EXECUTE FUNCTION decision_is_append_only()
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        statements = (_FUNCTION, _ROWS, _TRUNCATE)
    else:
        statements = (_SQLITE.format(verb="UPDATE"), _SQLITE.format(verb="DELETE"))
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        statements = (
            "DROP TRIGGER decision_no_truncate ON decision",
            "DROP TRIGGER decision_no_change ON decision",
            "DROP FUNCTION decision_is_append_only()",
        )
    else:
        statements = ("DROP TRIGGER decision_no_UPDATE", "DROP TRIGGER decision_no_DELETE")
    for statement in statements:
        op.execute(statement)
