"""The command line starts quickly: help imports nothing heavy."""

import subprocess
import sys

_HEAVY = (
    "prefect", "sqlalchemy", "psycopg", "pydantic", "numpy", "wordllama", "structlog", "openai", "httpx", "boto3",
)  # fmt: skip


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['pipeline', '--help']\n"
        "import pipeline_core.cli.entry as entry\n"
        "try: entry.main()\n"
        f"except SystemExit: print('loaded', [name for name in {_HEAVY!r} if name in sys.modules])\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "Documents in, reviewed knowledge out." in said
    assert said.splitlines()[-1] == "loaded []"
