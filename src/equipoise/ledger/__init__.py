"""Entries in order: what happened, and proof that nothing was changed."""
