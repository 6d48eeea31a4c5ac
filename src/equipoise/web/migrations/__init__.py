"""Tables of accounts and drafts; a new trial needs none."""
