"""Routes by subject; each router is a row of ``ROUTERS`` in ``all_routes.py``."""
