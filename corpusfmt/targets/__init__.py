"""Targets: a file, a row of shards, or a folder with a file per document."""
