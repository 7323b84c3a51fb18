"""The first tables: the board, its history, planned commands, agents' messages."""

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table("meta", sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False))
    _board()
    _history()


def _board() -> None:
    op.create_table(
        "status",
        sa.Column("host", sa.Text, primary_key=True),
        sa.Column("test", sa.Text, primary_key=True),
        sa.Column("color", sa.SmallInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "schedule",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("command", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "client_message",
        sa.Column("host", sa.Text, primary_key=True),
        sa.Column("collector", sa.Text, primary_key=True),
        sa.Column("received", sa.Double, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


def _history() -> None:
    op.create_table(
        "square",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("test", sa.Text, nullable=False),
        sa.UniqueConstraint("host", "test", name="square_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "change",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("square", NUMBER, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("color", sa.SmallInteger, nullable=False),
        sa.Column("before", sa.SmallInteger),
        sa.Column("before_since", sa.Double, nullable=False),
        sa.Column("downtime", sa.SmallInteger, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("disabled_text", sa.LargeBinary, nullable=False),
        sa.Column("packed", sa.SmallInteger, nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("change_square", "change", ["square", "at", "id"])
    op.create_index("change_latest", "change", ["at", "id"])
    op.create_table("erased", sa.Column("square", NUMBER, primary_key=True, autoincrement=False))
