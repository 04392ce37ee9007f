"""One package or module per format. They do not import one another; each gives its ``FORMAT`` record."""
