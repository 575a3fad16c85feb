"""The number of a search row is made by the service, as every id is: no counter that all machines would have to ask."""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

#: As service.domain.ids.number_of has it, for the release before this one while it still runs: it says no number.
_MILLISECOND = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"
_BY_THE_CLOCK = f"{_MILLISECOND} << 21 | CAST(random() * 2097151 AS bigint)"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE search_text ALTER COLUMN id SET DEFAULT {_BY_THE_CLOCK}")
        op.execute("DROP SEQUENCE search_text_id_seq")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE search_text_id_seq OWNED BY search_text.id")
        op.execute("SELECT setval('search_text_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM search_text), false)")
        op.execute("ALTER TABLE search_text ALTER COLUMN id SET DEFAULT nextval('search_text_id_seq')")
