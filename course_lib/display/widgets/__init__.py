"""The widgets, one file per topic."""
