"""The review console: server-rendered pages on which people decide, in the same application as the HTTP API."""
