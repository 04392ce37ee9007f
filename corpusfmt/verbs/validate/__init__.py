"""Validating: one run over sources, in one process or several."""
