"""The reference implementation: arrays in, arrays out."""
