"""Bring a database up to date with the plain SQL files in ``sql/migrations``."""

from pipeline_core.adapters.db.queries import sql_folder


def _backend(url: str):  # type: ignore[no-untyped-def]
    from yoyo import get_backend

    return get_backend(url.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg://", 1))


def pending(url: str) -> list[str]:
    """Names of the migrations that the database lacks, in order."""
    from yoyo import read_migrations

    backend = _backend(url)
    return [m.id for m in backend.to_apply(read_migrations(str(sql_folder() / "migrations")))]


def migrate(url: str) -> list[str]:
    """Apply what is missing, each file in a transaction, one process at a time; answers with their names."""
    from yoyo import read_migrations

    backend = _backend(url)
    migrations = read_migrations(str(sql_folder() / "migrations"))
    if not backend.to_apply(migrations):
        return []
    with backend.lock():
        wanted = backend.to_apply(migrations)
        names = [migration.id for migration in wanted]
        backend.apply_migrations(wanted)
    return names
