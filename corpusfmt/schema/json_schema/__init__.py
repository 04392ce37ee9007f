"""JSON Schemas for records and metadata (docs/json-schema.md).

``validator`` is what others use. ``loading`` reads a schema; ``graph`` and ``flattening`` measure it. ``fast`` says
what is valid, ``reference`` explains, and ``bench`` has both; ``asking`` and ``child`` are a process with limits.
``profile`` and ``shape`` infer a schema; ``drift`` compares what was inferred.
"""
