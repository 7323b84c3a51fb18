"""Bring a database to the form this version of hexmon writes."""

import sqlalchemy as sa

HEAD = "r0003"  # the newest revision; reading it here saves loading Alembic at every start


class SchemaError(Exception):
    """The database has a form that this version does not know."""


def upgrade(connection: sa.Connection) -> None:
    """Create or migrate the tables; nothing when they are up to date. Raises SchemaError for a newer database."""
    found = current(connection)
    if found == HEAD:
        return
    # Alembic takes a third of a second to load, and most starts do not need it.
    from alembic import command, util
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "hexmon.storage:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except util.CommandError as error:
        raise SchemaError(f"its form is {found!r}, newer than this hexmon's {HEAD!r}: {error}") from error


def current(connection: sa.Connection) -> str | None:
    """The revision of the database; None for an empty one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return revision
