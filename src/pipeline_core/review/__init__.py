"""Reviewing: what people decide, and what they add."""
