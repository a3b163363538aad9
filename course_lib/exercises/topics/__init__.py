"""The exercises, one file per topic; a new file is found by itself."""
