"""Tasks can be imported wherever flows are read, whatever the environment says there."""

import os
import subprocess
import sys


def test_importing_flows_reads_no_settings() -> None:
    environment = {**os.environ, "UPLOAD_PIPELINE_MAX_RETRIES": "many"}
    command = [sys.executable, "-c", "import pipeline_core.flows.process_document, pipeline_core.flows.deep_scan"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
