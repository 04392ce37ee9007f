"""Pure functions over characters and bytes: display, escaping, scanning, JSON, positions in a stream."""
