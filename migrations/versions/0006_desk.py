"""What the desk asks for: whose decision stands, how urgent a comment is, second opinions, and search."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_comment_site_id_id", ["site_id", "id"], None),
    ("ix_comment_site_id_status_rank_id", ["site_id", "status", "rank", "id"], None),
    ("ix_comment_site_id_thread_id_status_id", ["site_id", "thread_id", "status", "id"], None),
    ("ix_comment_site_id_moderated_by_id", ["site_id", "moderated_by", "id"], None),
    ("ix_comment_author_id_id", ["author_id", "id"], None),
    (
        "ix_comment_unmoderated",
        ["site_id", "status", "moderated_by", "id"],
        "status = 'approved' AND moderated_by IS NULL",
    ),
    ("ix_comment_opinion", ["site_id", "id"], "opinion_by IS NOT NULL"),
)
_EDITS = (
    "ix_comment_edit_waiting",
    ["site_id", "status", "id"],
    "status = 'approved' AND published_revision < latest_revision",
)
_TRIGGERS = {
    "insert": "AFTER INSERT ON search_text BEGIN {add} END",
    "delete": "AFTER DELETE ON search_text BEGIN {take} END",
    "update": "AFTER UPDATE ON search_text BEGIN {take} {add} END",
}
_ADD = "INSERT INTO search_index (rowid, words, names) VALUES (new.id, new.words, new.names);"
_TAKE = (
    "INSERT INTO search_index (search_index, rowid, words, names) VALUES ('delete', old.id, old.words, old.names);"
)


def upgrade() -> None:
    op.add_column("comment", sa.Column("moderated_by", sa.Uuid(), nullable=True))
    op.add_column("comment", sa.Column("moderated_reason", sa.String(length=20), nullable=True))
    op.add_column("comment", sa.Column("rank", sa.Integer(), server_default="1000", nullable=False))
    op.add_column("comment", sa.Column("opinion_by", sa.Uuid(), nullable=True))
    # Made anew behind the others: of indexes that fit as well as each other SQLite takes the youngest.
    op.drop_index(_EDITS[0], "comment")
    for name, columns, where in (*_INDEXES, _EDITS):
        condition = None if where is None else sa.text(where)
        op.create_index(name, "comment", columns, sqlite_where=condition, postgresql_where=condition)
    op.create_table(
        "search_text",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_search_text_comment_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_search_text_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_text")),
        sa.UniqueConstraint("comment_id", name=op.f("uq_search_text_comment_id")),
    )
    op.create_index("ix_search_text_site_id_id", "search_text", ["site_id", "id"])
    _postgresql() if op.get_bind().dialect.name == "postgresql" else _sqlite()


def _postgresql() -> None:
    """No parser of the database's own: the words come ready made."""
    for of in ("words", "names"):
        op.execute(
            f"CREATE INDEX ix_search_text_{of} ON search_text USING gin (array_to_tsvector(string_to_array({of}, ' ')))"
        )


def _sqlite() -> None:
    """``ascii`` takes every letter outside of ASCII for part of a word; what is between words is one space."""
    op.execute(
        "CREATE VIRTUAL TABLE search_index USING fts5"
        " (words, names, content='search_text', content_rowid='id', tokenize='ascii')"
    )
    # An erased word must leave the index itself, not only be marked as gone.
    op.execute("INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1)")
    for name, event in _TRIGGERS.items():
        op.execute(f"CREATE TRIGGER search_text_{name} {event.format(add=_ADD, take=_TAKE)}")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in _TRIGGERS:
            op.execute(f"DROP TRIGGER search_text_{name}")
        op.execute("DROP TABLE search_index")
    op.drop_table("search_text")
    for name, _, _ in reversed(_INDEXES):
        op.drop_index(name, "comment")
    for column in ("opinion_by", "rank", "moderated_reason", "moderated_by"):
        op.drop_column("comment", column)
