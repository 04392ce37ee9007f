"""The nouns and the pure functions. Nothing here opens a file, asks the clock or knows a format by name."""
