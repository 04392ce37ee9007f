"""RELAX NG by derivatives: where a document is invalid, to the column, and what was expected there.

libxml2 decides quickly and well whether a document is valid, but tells places by the line of some element near by. So a
document that it turned away is walked once more, here, to find the places. The method is James Clark's, "An algorithm
for RELAX NG validation" (2002). Datatypes are asked of libxml2.

The modules: ``safety`` (what a schema may refer to); ``loading``, with ``names`` and ``values`` (from a schema to
patterns); ``patterns`` (what may still come); ``derivatives`` (what is left after an event); ``walking`` (over a
document).
"""
