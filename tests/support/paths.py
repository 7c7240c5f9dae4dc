"""Folders that tests read from."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "samples"
SHARED = ROOT.parent / "shared" / "data"
"""Real documents that stand next to the repository on some machines; what needs them is skipped elsewhere."""
