"""Checking one source: the findings of its format, of the rules and of the schemas, and which of them count."""
