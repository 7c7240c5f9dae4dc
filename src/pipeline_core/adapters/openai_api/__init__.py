"""Shared parts of the adapters of OpenAI-compatible endpoints: the client, its deadline, pace, and errors."""
