"""The page of re-challenge."""
