"""Which release is this? Every entry, result and report carries it."""

VERSION = "0.1.0"
