"""FastAPI that only answers: ``python -m benchmarks.bare_api PORT FILE``, where the file is what a poll is told."""

import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Response, UploadFile


def make_app(answer: bytes) -> FastAPI:
    """An app with an upload, whose file is read and dropped, and a poll of ``answer``."""
    app = FastAPI()

    @app.post("/api/v2/upload", status_code=202)
    async def upload(file: UploadFile) -> dict[str, object]:
        return {"filename": file.filename, "bytes": len(await file.read())}

    @app.get("/api/v2/jobs/{job_id}")
    def poll(job_id: str) -> Response:
        assert job_id
        return Response(answer, media_type="application/json")

    return app


if __name__ == "__main__":
    uvicorn.run(make_app(Path(sys.argv[2]).read_bytes()), port=int(sys.argv[1]), log_level="warning", access_log=False)
