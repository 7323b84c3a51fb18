"""Incidents and deliveries: who is to be told of what, and what was sent."""

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _incidents()
    _deliveries()


def _incidents() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("test", sa.Text, nullable=False),
        sa.Column("started", sa.Double, nullable=False),
        sa.Column("ended", sa.Double, nullable=False),
        sa.Column("open", sa.SmallInteger, nullable=False),
        sa.Column("color", sa.SmallInteger, nullable=False),
        sa.Column("worst", sa.SmallInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_index("incident_open", "incident", ["open", "started", "id"])
    op.create_index("incident_square", "incident", ["host", "started", "id", "test"])
    op.create_index("incident_latest", "incident", ["started", "id"])


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("incident", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("test", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("next_at", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("ended", sa.Double, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("lease", sa.Double, nullable=False),
        sa.Column("packed", sa.SmallInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_index("delivery_state", "delivery", ["state", "created", "number"])
    op.create_index("delivery_latest", "delivery", ["created", "number"])
    op.create_index("delivery_incident", "delivery", ["incident", "created", "number"])
    op.create_index("delivery_square", "delivery", ["host", "created", "number", "test"])
