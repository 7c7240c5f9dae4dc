"""Statements that tests send past the repositories."""

from pipeline_core.bootstrap import Pipeline


def execute(app: Pipeline, statement: str) -> None:
    with app.open_uow() as uow:
        uow.session.connection.execute(statement.encode())
        uow.commit()


def count(app: Pipeline, table: str) -> int:
    with app.open_uow() as uow:
        [(rows,)] = uow.session.connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchall()
    return int(rows)


def dump(app: Pipeline) -> str:
    """Every row of every table, as text."""
    with app.open_uow() as uow:
        query = uow.session.connection.execute
        tables = query(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'upload_pipeline'"
        ).fetchall()
        return "\n".join(
            str(row)
            for (table,) in tables
            for row in query(f"SELECT t::text FROM upload_pipeline.{table} t").fetchall()
        )
