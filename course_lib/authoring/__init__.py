"""From a topic's source to student notebooks, nbgrader and Otter releases, and the leak check."""
