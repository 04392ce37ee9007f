"""Third-party TEI: from the events of one ``TEI`` element to its text and its metadata.

``elements`` says what becomes of each element, ``steps`` has it ready for use; ``flow`` and ``letters`` are how text
grows; ``acts``, ``aside``, ``choosing`` and ``notes`` are what elements do beside; ``header`` and ``heading`` read
headers; ``choices`` are the reader's; ``to_text`` puts it together.
"""
