"""The comments of one address are read from the newest on, however many there are."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_OLD, _NEW = "ix_contact_site_id_fingerprint", "ix_contact_site_id_fingerprint_comment_id"


def upgrade() -> None:
    op.create_index(_NEW, "contact", ["site_id", "fingerprint", "comment_id"])
    op.drop_index(_OLD, "contact")


def downgrade() -> None:
    op.create_index(_OLD, "contact", ["site_id", "fingerprint"])
    op.drop_index(_NEW, "contact")
