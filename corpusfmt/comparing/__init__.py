"""Comparing two corpora document by document, by id, in memory that does not grow with them.

``abreast`` walks along both sides and pairs documents for as long as they go together. Of the others ``entries`` makes
a line each, by which ``joining`` pairs them. ``ledger`` keeps what differs, in ``places``; ``order`` finds the fewest
documents that moved, ``fetching`` gets the few documents that are to be shown, and ``explaining`` says what differs in
them, with ``texts`` and ``values``. ``difference`` has what comes out. Nothing here opens a source.
"""
