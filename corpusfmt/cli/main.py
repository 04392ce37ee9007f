"""The entry point: which subcommand, exit codes, signals, standard streams.

Streams and file names are UTF-8 in any locale; closed, full or unbuffered streams lose nothing.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

import corpusfmt

COMMANDS = ("convert", "verify", "validate", "fix", "diff", "ls", "formats", "rule", "rules", "limits", "schema")
#: Python's own switch. Where it is set and has no effect, starting again would have none.
_SWITCH = "PYTHONUTF8"
_HELP = """\
usage: corpusfmt COMMAND ...

Read, validate, fix and convert text corpora without silent loss.

  corpusfmt convert SOURCE... -o TARGET   convert sources to a target, completely or not at all
  corpusfmt verify RECEIPT                check the files of a conversion against its receipt
  corpusfmt validate SOURCE...            check sources, and report each error with its position
  corpusfmt fix SOURCE...                 fix what can be fixed without loss, in place
  corpusfmt diff OLD NEW                  compare two corpora of any formats, document by document
  corpusfmt ls SOURCE...                  list documents: id, name, size, position
  corpusfmt formats                       list the formats
  corpusfmt rule CODE                     the page of one rule or fault
  corpusfmt rules                         list all rules and faults, and which are checked by default
  corpusfmt limits                        list all limits, and the options that set them
  corpusfmt schema infer SOURCE...        write a JSON Schema that describes the records of sources
  corpusfmt --version                     the version; with -v also whether the compiled kernel is in use

'corpusfmt COMMAND --help' lists the options of a command.
Exit codes: 0 clean; 1 findings (validate), findings left (fix) or to fix (fix --dry-run, --diff), documents that
differ (diff), records that cannot be read (ls), documents that were refused or would lose something (convert), or files
that are not as the receipt says (verify); 2 the command could not run. Warnings do not stop convert.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Returns the exit code: 0 clean, 1 findings or refused documents, 2 failure."""
    if arguments is None:
        use_utf8()
    args = list(sys.argv[1:] if arguments is None else arguments)
    prepare_streams()
    if arguments is None:
        os.environ["PYTHONSAFEPATH"] = "1"  # processes that are started take no modules from the working folder
    try:
        return _main(args, at_last=arguments is None)
    except BrokenPipeError:  # the reader has had enough
        return 141
    except KeyboardInterrupt:
        return 130
    except OSError as error:  # the disk behind it is full
        from corpusfmt.cli.messages import complain

        complain(f"standard output: {error.strerror or error}")
        return 2
    finally:
        _let_go()


def _main(args: list[str], *, at_last: bool) -> int:
    first = args[0] if args else ""
    if first in ("--version", "-V"):
        print(f"corpusfmt {corpusfmt.__version__}")
        if args[1:] in (["-v"], ["--verbose"]):
            from corpusfmt.text.display import shown
            from corpusfmt.text.kernel import STATE

            print(f"kernel: {shown(STATE)}")
        return _flushed(0)
    if first in ("", "-h", "--help", "help"):
        print(_HELP, end="", file=sys.stdout if first else sys.stderr)
        return _flushed(0 if first else 2)
    return _run(first, args[1:], at_last=at_last) if first in COMMANDS else _unknown(first)


def _flushed(code: int) -> int:
    sys.stdout.flush()
    return code


def _unknown(command: str) -> int:
    from difflib import get_close_matches

    from corpusfmt.cli.messages import complain
    from corpusfmt.text.display import quoted

    close = get_close_matches(command, COMMANDS, 1)
    hint = f"did you mean '{close[0]}'?" if close else f"known are {', '.join(COMMANDS)}"
    complain(f"unknown command {quoted(command)}; {hint}")
    return 2


def _run(command: str, args: list[str], *, at_last: bool) -> int:
    from importlib import import_module

    from corpusfmt.cli.messages import complain, described
    from corpusfmt.cli.signals import Stopped, stopping
    from corpusfmt.model.errors import CorpusfmtError
    from corpusfmt.text.kernel import KERNEL

    if KERNEL is not None and at_last:  # a program that calls this decides that itself
        KERNEL.keep_memory()
    try:
        with stopping(at_last=at_last):
            code: int = import_module(f"corpusfmt.cli.{command}").run(args)
        return _flushed(code)
    except Stopped as stopped:
        return 128 + stopped.number
    except BrokenPipeError:
        raise
    except CorpusfmtError as error:
        complain(str(error))
        return 2
    except UnicodeEncodeError as error:
        complain(f"this terminal cannot show {error.object[error.start : error.end]!a}; set PYTHONIOENCODING=utf-8")
        return 2
    except MemoryError:
        complain("out of memory; a lower --max-document refuses the largest documents")
        return 2
    except OSError as error:
        if not error.filename and (_is_stuck("stdout") or _in_printing(error)):
            raise
        complain(described(error))
        return 2


def _in_printing(error: OSError) -> bool:
    """Say whether an error came of printing: the command opens nothing itself. What is long is not held to be stuck."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and str(trace.tb_frame.f_globals.get("__name__")).startswith("corpusfmt.cli.")


def use_utf8() -> None:
    """Start the command again in Python's UTF-8 mode where the locale has another encoding.

    Nothing else changes how Python reads and writes names. What is printed stays in the encoding of the terminal.
    """
    if sys.getfilesystemencoding() == "utf-8" or os.environ.get(_SWITCH) == "1" or not sys.executable:
        return
    environment = {**os.environ, _SWITCH: "1"}
    if sys.stdout is not None:
        environment.setdefault("PYTHONIOENCODING", sys.stdout.encoding)
    with suppress(OSError):  # names are read as the locale says then
        os.execve(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]], environment)  # noqa: S606 - itself


def prepare_streams() -> None:
    """Make standard output and error fit to print to: open, whole, and able to show any character."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the caller; print would take the other one
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open until the end
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if isinstance(getattr(sys.stdout, "buffer", None), io.RawIOBase):
        # Not buffered: where the system takes a part of what is written, Python drops the rest. Lines are flushed.
        number, encoding = sys.stdout.fileno(), sys.stdout.encoding
        sys.stdout = open(  # noqa: SIM115 - open until the end
            number, "w", buffering=1, encoding=encoding, errors="backslashreplace", closefd=False
        )


def _is_stuck(name: str) -> bool:
    """Say whether ``stdout`` or ``stderr`` holds what it cannot write."""
    try:
        getattr(sys, name).flush()
    except (OSError, ValueError):
        return True
    return False


def _let_go() -> None:
    """Write what is still to be written. What cannot be is dropped: Python would complain once more at exit."""
    for name in ("stdout", "stderr"):
        if _is_stuck(name):
            with suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), getattr(sys, name).fileno())
