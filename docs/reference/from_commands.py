"""The command line, from click's own objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from hepaplan.cli import cli
from hepaplan.reports import exits

CONTEXT = click.Context(cli, **cli.context_settings)  # click keeps the first help option made
HEADINGS = ("option", "value", "by default", "what it does")
OF_THE_MACHINE = {"workers": "one for each core"}
EXITS = {
    "DONE": "done",
    "USAGE": "wrong usage: a command, option or argument that is not known or does not fit",
    "INVALID_INPUT": "invalid input: every problem with its file and line; nothing was run",
    "NO_PLAN": "no plan: none keeps every rule (which ones conflict is said), none was found in "
    "time, no solver worked, or figures too large or small for it",
    "STOPPED_AT_A_LIMIT": "written by `run`, but a solve stopped at its time limit, or failed "
    "after the first aim: the plan is usable, not proven, and is called that",
    "CHECKS_FAILED": "written, but some checks, rows of verification or runs of a batch failed",
    "DISK": "disk or permission",
    "INTERRUPTED": "interrupted by Ctrl-C; files already written are whole",
    "TERMINATED": "ended by SIGTERM; files already written are whole",
}


def exit_codes() -> list[tuple[str, str]]:
    """Return every exit code with its meaning, in order; 1 is what Python gives a bug of ours."""
    codes = {getattr(exits, name): words for name, words in EXITS.items()}
    return [(str(code), words) for code, words in sorted((codes | {1: "our bug"}).items())]


def usage(name: str, command: click.Command) -> str:
    """Return how a command is called."""
    pieces = " ".join(command.collect_usage_pieces(CONTEXT))
    return f"hepaplan {name} {pieces}"


def about(command: click.Command) -> str:
    """Return what a command says of itself."""
    return "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n"))


def options(command: click.Command) -> Iterator[tuple[str, str, str, str]]:
    """Yield a row for each option of a command but help, which they all have."""
    for option in command.params:
        if isinstance(option, click.Option):
            names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
            yield names, _value(option), _default(option), (option.help or "").strip()


def _value(option: click.Option) -> str:
    if option.is_flag:
        return ""
    if option.metavar:
        return f"`{option.metavar}`".replace("|", "` or `")
    return _kind(option.type)


def _kind(kind: click.ParamType[Any]) -> str:
    if isinstance(kind, click.Choice):
        return "one of " + ", ".join(f"`{choice}`" for choice in kind.choices)
    if isinstance(kind, click.IntRange | click.FloatRange):
        whole = "whole number" if isinstance(kind, click.IntRange) else "number"
        ends = [f"from {kind.min:g}" if kind.min is not None else ""]
        ends.append(f"to {kind.max:,}" if kind.max is not None else "")
        return " ".join(filter(None, (whole, *ends)))
    if isinstance(kind, click.Path):
        return "file" if not kind.dir_okay else "file or folder"
    return {"float": "number", "integer": "whole number"}.get(kind.name, kind.name)


def _default(option: click.Option) -> str:
    default: Any = option.get_default(CONTEXT, call=True)
    if option.name in OF_THE_MACHINE:
        return OF_THE_MACHINE[option.name]
    if option.multiple:
        return ""
    if option.secondary_opts:
        return f"`{option.opts[0] if default else option.secondary_opts[0]}`"
    is_stated = default not in (None, False) and "UNSET" not in repr(default).upper()
    return f"`{default}`" if is_stated else ""
