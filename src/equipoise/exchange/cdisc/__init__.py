"""Other people's SDTM in, and what was derived from it out."""
