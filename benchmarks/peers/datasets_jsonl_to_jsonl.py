"""JSON Lines read and written again by datasets, with an empty cache."""

import sys
from tempfile import TemporaryDirectory

from datasets import load_dataset  # type: ignore[import-not-found, unused-ignore]  # in its own environment

if __name__ == "__main__":
    with TemporaryDirectory() as cache:
        dataset = load_dataset("json", data_files=sys.argv[1], split="train", cache_dir=cache)
        dataset.to_json(sys.argv[2], force_ascii=False)
