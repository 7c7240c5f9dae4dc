"""Rate limits: counted in PostgreSQL, or in Redis by a setting."""
