"""Mutants of the code that escapes and frames, and whether the tests catch them: ``python -m tests.mutation``."""
