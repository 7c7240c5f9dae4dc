"""Rows of views: one frozen type for each kind of row, shared by db, services, the API, the client and the terminal.

The fields are the columns, and the JSON: they stand nowhere else.
"""
