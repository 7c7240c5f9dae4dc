"""This machine: private files, rotated logs, temporary folders and the processes that are shared or guarded."""
