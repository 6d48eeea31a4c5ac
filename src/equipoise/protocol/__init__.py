"""The trial as declared."""
