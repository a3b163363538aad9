"""Quiz families, one file per topic."""
