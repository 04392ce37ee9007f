"""File systems by scheme. Each module here is that of one scheme, and defines ``FILE_SYSTEM``."""
