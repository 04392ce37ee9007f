"""The nouns and the records: documents, metadata, findings, rules, losses, formats, errors."""
