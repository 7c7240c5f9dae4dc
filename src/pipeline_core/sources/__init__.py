"""Keeping in step with places that documents come from: comparing what a place shows with what is known of it."""
