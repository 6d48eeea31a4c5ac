"""What happened to one person."""
