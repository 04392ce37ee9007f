"""RELAX NG schemas for XML.

``validator`` is what others use: lxml in a child process (``asking``, ``child``), or ``jing``. ``grammar`` finds the
places, by derivatives.
"""
