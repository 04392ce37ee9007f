"""JSON Lines read and written again by a pipeline of datatrove, in one task."""

import os
import sys
from tempfile import TemporaryDirectory

from datatrove.executor import LocalPipelineExecutor  # type: ignore[import-not-found, unused-ignore]  # in its own environment
from datatrove.pipeline.readers import JsonlReader  # type: ignore[import-not-found, unused-ignore]  # in its own environment
from datatrove.pipeline.writers import JsonlWriter  # type: ignore[import-not-found, unused-ignore]  # in its own environment

if __name__ == "__main__":
    source, target = map(os.path.split, sys.argv[1:3])
    with TemporaryDirectory() as logs:
        pipeline = [
            JsonlReader(source[0], glob_pattern=source[1], compression=None),
            JsonlWriter(target[0], output_filename=target[1], compression=None),
        ]
        LocalPipelineExecutor(pipeline=pipeline, tasks=1, logging_dir=logs).run()
