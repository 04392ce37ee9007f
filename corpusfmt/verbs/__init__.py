"""A package for each verb of the command: what it does, and what it alone needs. Verbs do not import one another."""
