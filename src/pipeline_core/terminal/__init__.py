"""Looks of the command line: progress, tables, checks."""
