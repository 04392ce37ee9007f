"""Fixing files in place: what is fixed, the edits of a stream, the new file, the unified diff."""
