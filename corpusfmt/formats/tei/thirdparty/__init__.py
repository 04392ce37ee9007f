"""The TEI that others publish: from the events of one ``TEI`` element to its text and what its header says.

``elements`` says what becomes of each element, ``steps`` has it ready for use; ``flow`` and ``letters`` are how text
grows; ``acts``, ``aside``, ``choosing`` and ``notes`` are what elements do beside; ``header`` and ``heading`` read
headers; ``choices`` are the reader's; ``to_text`` puts it together.
"""
