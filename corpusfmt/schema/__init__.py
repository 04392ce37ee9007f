"""Schemas that documents are validated against: RELAX NG for XML, JSON Schema for records and metadata."""
