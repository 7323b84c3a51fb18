"""Run by Alembic: migrate over the connection that hexmon has opened, in one transaction."""

from alembic import context

from hexmon.storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
