"""Converting: one run, its report, the refused documents that are kept, the receipt."""
