"""Connections: one pool a process, each connection in the service role with the schema on its search path."""

from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

from pipeline_core.adapters.db.session import prepare

SCHEMA = "upload_pipeline"
_TUNING = {
    # measured: planning and compiling cost more than these short statements themselves
    "jit": "off",
    "random_page_cost": "1.1",
    "work_mem": "64MB",
}


def connect_options(role: str) -> str:
    """libpq's ``options``: search path, role and tuning of every connection."""
    values = {"search_path": f"{SCHEMA},public,extensions", "role": role, **_TUNING}
    return " ".join(f"-c {name}={value}" for name, value in values.items() if value)


def open_engine(url: str, *, role: str, pool_size: int = 8) -> Engine:
    """A pool of psycopg connections.

    Args:
        url: ``postgresql://…``, any form that libpq knows.
        role: what every connection becomes (``SET ROLE``); empty keeps the login's own.
    """
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=8,
        pool_pre_ping=True,
        connect_args={"options": connect_options(role), "connect_timeout": 10},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: psycopg.Connection[Any], _record: object) -> None:
        prepare(connection)

    return engine
