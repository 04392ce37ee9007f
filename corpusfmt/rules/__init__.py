"""One module per rule about documents. Each gives its ``RULE`` record; rules and formats do not meet."""
