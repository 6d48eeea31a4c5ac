"""The ledger in a database: the same lines, in three tables that refuse to be changed."""
