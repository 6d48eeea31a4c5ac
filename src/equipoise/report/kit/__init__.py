"""What every document is made of."""
