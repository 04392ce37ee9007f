"""The reports of ``corpusfmt validate``, a module per format, imported when needed."""
