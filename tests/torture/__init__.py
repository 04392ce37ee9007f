"""Faults on purpose: runs of the command that are killed, told to stop, or whose calls to the system fail.

``python -m tests.torture`` runs every check over every target; ``make torture`` does that. A target is a line of the
table in ``targets``, a check is a module and a line of the table in ``__main__``. What is promised is judged in one
place (``stage``): after whatever happens, what was there before is there whole, or what the run makes is.
"""
