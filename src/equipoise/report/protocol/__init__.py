"""The page of a protocol."""
