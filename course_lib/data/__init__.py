"""Images that the course works on, each with its source and licence."""
