"""How alembic reaches the database: through the same drivers as the server, on either engine."""

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from zerofee.adapters.sql.schema import METADATA


def run(connection: Connection) -> None:
    """Run the migrations that are asked for, all of them in one transaction: DDL is part of it on both engines."""
    context.configure(connection=connection, target_metadata=METADATA)
    with context.begin_transaction():
        context.run_migrations()


async def run_alone(url: str) -> None:
    """Connect to `url`, and run."""
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


connected = context.config.attributes.get("connection")
if connected is not None:
    run(connected)
else:
    # At the desk: `alembic -x url=sqlite+aiosqlite:///zerofee.db revision --autogenerate -m "…"`.
    asyncio.run(run_alone(context.get_x_argument(as_dictionary=True)["url"]))
