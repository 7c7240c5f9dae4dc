"""Whole flows on a real Prefect server. A package, so that its server ends with the last of its tests."""
