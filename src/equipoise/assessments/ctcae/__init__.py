"""Which CTCAE grade does a laboratory value have? A proposal with its limit; a person decides."""
