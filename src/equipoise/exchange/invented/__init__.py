"""A person who would be admitted, made from a protocol."""
