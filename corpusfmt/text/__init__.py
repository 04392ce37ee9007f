"""Pure functions over characters and bytes: showing, escaping, scanning, JSON, places in a stream."""
