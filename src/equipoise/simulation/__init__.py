"""Virtual subjects, and the rehearsal of a trial."""
