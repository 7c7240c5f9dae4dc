"""Ours beside other software that does part of it: one run, taking turns, each in an environment of its own."""
