"""Words and measures that every other room uses."""
