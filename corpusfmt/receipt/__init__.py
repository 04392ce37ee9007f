"""The receipt of a conversion, which ``convert`` writes and ``verify`` reads: its sections, and digests."""
