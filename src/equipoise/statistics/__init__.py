"""Numbers in, numbers out: the statistics of a trial, knowing no trial."""
