"""The build hook: it compiles the kernel (corpusfmt/csrc/kernel.c), which is optional, and adds it to the wheel.

When this fails, one line says why, and the wheel is a pure one. ``CORPUSFMT_KERNEL=0`` compiles nothing;
``CORPUSFMT_KERNEL=must`` makes the failure an error. CC, CPPFLAGS, CFLAGS, LDFLAGS and ARCHFLAGS are used.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.builders.wheel import WheelBuilder, WheelBuilderConfig

#: CPython 3.11 and later have this interface, but not their free-threaded builds.
LIMITED_API = None if sysconfig.get_config_var("Py_GIL_DISABLED") else "0x030B0000"
_SUFFIX = ".pyd" if sys.platform == "win32" else ".abi3.so"
NAME = f"_kernel{_SUFFIX if LIMITED_API else sysconfig.get_config_var('EXT_SUFFIX')}"


class KernelHook(BuildHookInterface[WheelBuilderConfig]):
    """Compiles for each wheel, and for an editable one beside the source."""

    def dependencies(self) -> list[str]:
        """Name what finds the compiler on Windows."""
        return ["setuptools"] if sys.platform == "win32" else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the kernel, unless the environment says otherwise."""
        wish = os.environ.get("CORPUSFMT_KERNEL")
        self._work = TemporaryDirectory()
        beside = Path(self.root, "corpusfmt", NAME)
        try:
            if version == "editable":
                beside.unlink(missing_ok=True)  # an old one would be used, whatever the source says by now
            if wish == "0":
                return
            made = compiled(Path(self.root, "corpusfmt", "csrc", "kernel.c"), Path(self._work.name, NAME))
            if version == "editable":
                shutil.copyfile(made, beside)
                return
        except Exception as error:  # noqa: BLE001 - whatever it is, all works without the kernel
            if wish == "must":
                self.app.abort(f"the kernel cannot be built, and CORPUSFMT_KERNEL is 'must': {error}")
            self.app.display_warning(f"corpusfmt is built without its kernel: {str(error).partition(chr(10))[0]}")
            return
        builder = self.build_config.builder
        assert isinstance(builder, WheelBuilder)
        tag = builder.get_best_matching_tag()
        build_data["tag"] = tag if LIMITED_API is None else f"cp311-abi3-{tag.rpartition('-')[2]}"
        build_data["pure_python"] = False
        build_data["force_include"][str(made)] = f"corpusfmt/{NAME}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - given
        """Remove the temporary files."""
        self._work.cleanup()


def compiled(source: Path, target: Path) -> Path:
    """Compile ``source`` to ``target``. Raises an error whose first line says why not."""
    if sys.implementation.name != "cpython":
        raise RuntimeError(f"it is for CPython, and this is {sys.implementation.name}")
    (by_setuptools if sys.platform == "win32" else by_command)(source, target)
    if not target.is_file():
        raise RuntimeError("the compiler made no file")
    return target


def by_command(source: Path, target: Path) -> None:
    """Run CC or the first of the usual compilers, as ``cc`` understands it."""
    given = {
        name: shlex.split(os.environ.get(name, "")) for name in ("CC", "CPPFLAGS", "CFLAGS", "LDFLAGS", "ARCHFLAGS")
    }
    compiler = given["CC"] or list(filter(shutil.which, ("cc", "gcc", "clang")))[:1]
    if not compiler:
        raise RuntimeError("there is no C compiler")
    includes = sorted({sysconfig.get_path("include"), sysconfig.get_path("platinclude")})
    shared = ["-bundle", "-undefined", "dynamic_lookup"] if sys.platform == "darwin" else ["-shared", "-fPIC"]
    command = [
        *compiler, "-std=c11", "-O2", "-DNDEBUG", "-fvisibility=hidden", *shared,
        *([f"-DPy_LIMITED_API={LIMITED_API}"] if LIMITED_API else []), *(f"-I{folder}" for folder in includes),
        *given["CPPFLAGS"], *given["CFLAGS"], *given["ARCHFLAGS"], str(source), "-o", str(target), *given["LDFLAGS"],
    ]  # fmt: skip
    ran = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603 - as asked
    if ran.returncode:
        raise RuntimeError(ran.stderr.strip() or f"{compiler[0]} failed with exit code {ran.returncode}")


def by_setuptools(source: Path, target: Path) -> None:
    """Let setuptools find the compiler."""
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    macros: list[tuple[str, str | None]] = [("Py_LIMITED_API", LIMITED_API)] if LIMITED_API else []
    extension = Extension("_kernel", [str(source)], define_macros=macros, py_limited_api=bool(LIMITED_API))
    command = build_ext(Distribution({"ext_modules": [extension]}))
    command.build_lib, command.build_temp = str(target.parent), str(target.parent / "objects")
    command.ensure_finalized()
    command.run()
