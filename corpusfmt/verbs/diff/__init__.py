"""Comparing two corpora document by document, by id, in memory that does not grow with them.

``run`` is one comparison of two ``sides``. ``pair_in_order`` walks along both and pairs documents for as long as they
go together. Of the others ``entries`` makes a line each, by which ``pair_by_id`` pairs them. ``ledger`` keeps what
differs, by ``document_numbers``; ``order`` finds the fewest documents that moved, ``fetch`` gets the few documents that
are to be shown, and ``explain`` says what differs in them, with ``texts`` and ``values``. ``difference`` has what comes
out.
"""
