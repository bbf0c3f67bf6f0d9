"""How a command ends: its exit code, and words instead of a traceback for a user's mistake."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import NoReturn, ParamSpec

import click

DONE, USAGE, INVALID_INPUT, NO_PLAN, STOPPED_AT_A_LIMIT, CHECKS_FAILED, DISK = 0, *range(2, 8)
INTERRUPTED, TERMINATED = 130, 143

Parameters = ParamSpec("Parameters")


class Stop(Exception):
    """An end that is not our bug: an exit code, then words for the user."""


@contextmanager
def user_errors() -> Iterator[None]:
    """Turn a user's mistakes into messages and exit codes; what else is raised is our bug."""
    from hepaplan.model.problems import InvalidInput, NoAnswer, WrongUse

    try:
        yield
    except InvalidInput as error:
        raise Stop(INVALID_INPUT, f"{error}\n{error.ending}") from error
    except NoAnswer as error:
        raise Stop(NO_PLAN, str(error)) from error
    except WrongUse as error:
        raise Stop(USAGE, str(error)) from error
    except OSError as error:
        ours = error.strerror if error.filename is None else None
        raise Stop(DISK, f"cannot write or read: {ours or error}") from error


def command(function: Callable[Parameters, int]) -> Callable[Parameters, NoReturn]:
    """Return a command that ends the process with the exit code it returns."""

    @wraps(function)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> NoReturn:
        try:
            with user_errors():
                code = function(*args, **kwargs)
        except Stop as stop:
            code, words = stop.args
            click.echo(words, err=True)
        sys.exit(code)

    return run


def run_to_the_end(group: click.Group) -> NoReturn:
    """Run the command line; interrupts end with 130 (Ctrl-C) and 143 (SIGTERM)."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # equal bits however many cores there are
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    try:
        group(standalone_mode=False)
        code = DONE
    except click.exceptions.Abort:
        code = INTERRUPTED
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else USAGE
    if code in (INTERRUPTED, TERMINATED):
        click.echo("interrupted; files already written are whole", err=True)
        sys.stdout.flush()
        os._exit(code)  # a solver at work in its thread is not waited for
    sys.exit(code)
