"""What the Airflow of these tests has in its folder `config`: transactions that wait for their turn.

Airflow creates the runs of a backfill in savepoints. Where SQLite is told of a savepoint before anything is written, it
starts a transaction that only reads: if another component writes meanwhile, the first write is refused at once (as
"database is locked"), however long the timeout. A transaction that says at its start that it is going to write waits.
"""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

LONGEST_WAIT = 60
"""Seconds."""


def create_metadata_engine(url: str, *, engine_args: dict[str, Any], connect_args: dict[str, Any]) -> Engine:
    """Airflow calls this in place of its own function of that name."""
    engine = create_engine(url, connect_args={**connect_args, "timeout": LONGEST_WAIT}, **engine_args)

    @event.listens_for(engine, "savepoint")
    def begin(connection: Connection, _name: str) -> None:
        if not connection.connection.dbapi_connection.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
