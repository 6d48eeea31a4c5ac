"""The report of one trial."""
