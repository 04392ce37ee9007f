"""One room per format. Rooms do not import one another; each gives its ``FORMAT`` record."""
