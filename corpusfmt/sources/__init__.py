"""Sources: how they are to be read, which files they are, and what is read of them."""
