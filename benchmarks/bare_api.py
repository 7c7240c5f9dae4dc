"""FastAPI that writes as durably and does nothing else: ``python -m benchmarks.bare_api PORT URL FOLDER ROW``.

``ROW`` is a file: what one upload keeps in PostgreSQL, and what a poll is told.
"""

import os
import sys
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import uvicorn
from fastapi import FastAPI, Response, UploadFile
from psycopg_pool import ConnectionPool

_TABLE = "CREATE TABLE IF NOT EXISTS public.bare_uploads (upload_id uuid PRIMARY KEY, kept text NOT NULL)"
_INSERT = "INSERT INTO public.bare_uploads VALUES (%s, %s)"
_SELECT = "SELECT kept FROM public.bare_uploads WHERE upload_id = %s"
_CONNECTIONS = 16


def make_app(url: str, folder: Path, row: str) -> FastAPI:
    """An app with an upload, whose bytes and row survive a power cut when it answers, and a poll of that row."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_TABLE)
    pool = ConnectionPool(url, min_size=1, max_size=_CONNECTIONS, open=True)
    app = FastAPI()

    # both in threads, as ours: what they wait for is the disk and the database
    @app.post("/api/v2/upload", status_code=202)
    def upload(file: UploadFile) -> dict[str, object]:
        upload_id = uuid4()
        size = write_durably(folder, str(upload_id), file.file.read())
        with pool.connection() as connection:
            connection.execute(_INSERT, (upload_id, row))
        return {"job_id": str(upload_id), "filename": file.filename, "bytes": size}

    @app.get("/api/v2/jobs/{job_id}")
    def poll(job_id: UUID) -> Response:
        with pool.connection() as connection:
            [(kept,)] = connection.execute(_SELECT, (job_id,)).fetchall()
        return Response(kept, media_type="application/json")

    return app


def write_durably(folder: Path, name: str, data: bytes) -> int:
    """Write a file, flush it and the folder that names it; returns the number of bytes."""
    with (folder / name).open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return len(data)


if __name__ == "__main__":
    port, url, folder, row = sys.argv[1:]
    app = make_app(url, Path(folder), Path(row).read_text("utf-8"))
    uvicorn.run(app, port=int(port), log_level="warning", access_log=False)
