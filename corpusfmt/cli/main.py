"""The entry point: which subcommand, exit codes, signals."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import corpusfmt
from corpusfmt.cli.streams import is_stuck, let_go, prepare_streams, use_utf8

COMMANDS = ("convert", "verify", "validate", "fix", "diff", "ls", "formats", "rule", "rules", "limits", "schema")
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
        let_go()


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
        if not error.filename and (is_stuck("stdout") or _in_printing(error)):
            raise
        complain(described(error))
        return 2


def _in_printing(error: OSError) -> bool:
    """Say whether an error came of printing: the command opens nothing itself. What is long is not held to be stuck."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and str(trace.tb_frame.f_globals.get("__name__")).startswith("corpusfmt.cli.")
