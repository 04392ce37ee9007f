"""Fixing files in their places: what is to be fixed, the edits of a stream, the new file, the unified diff."""
