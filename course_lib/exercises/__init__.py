"""Exercises as data: a reference, cases, a judge and the mistakes that students make."""
