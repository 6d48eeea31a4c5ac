"""What does the analysis of a trial say? Frozen classes, their JSON and its schema."""
