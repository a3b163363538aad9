"""Pictures and widgets: arrays in, things to look at out."""
