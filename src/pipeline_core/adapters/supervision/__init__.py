"""Keeping the parts of an installation up on one machine: started, started again, stopped, and none left behind."""
