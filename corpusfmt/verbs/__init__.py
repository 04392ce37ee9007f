"""A package per verb of the command, with what only that verb needs. Verbs do not import one another."""
