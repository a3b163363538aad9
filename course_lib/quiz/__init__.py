"""Quizzes as data: numbers drawn from a seed, a key computed by the reference."""
