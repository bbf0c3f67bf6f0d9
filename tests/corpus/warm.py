"""A process that has hepaplan loaded and forks for each command: it costs a command 0.2 s less.

Reads a request a line as JSON (folder, words, or `code` to run instead) and answers with the exit
code, the greatest memory and the processor time of the command. Output goes to files.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any, NoReturn

MEMORY = 2_000_000_000
PROCESSOR_SECONDS = 30
LOADED = (
    "hepaplan.cli",
    "hepaplan.model.evaluate",
    "hepaplan.reports.terminal",
    "hepaplan.reports.run",
    "hepaplan.scenarios.designs",
    "hepaplan.scenarios.load",
    "hepaplan.scenarios.targets",
    "hepaplan.scenarios.workbook.source",
)


def main() -> None:
    """Answer requests until there are no more."""
    for module in LOADED:
        importlib.import_module(module)
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(_answer(json.loads(line))), flush=True)


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    child = os.fork()
    if child == 0:
        _command(request)
    end = time.monotonic() + request["seconds"]
    while True:
        done, status, used = os.wait4(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.005)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "memory": used.ru_maxrss * 1024,
        "seconds": used.ru_utime + used.ru_stime,
    }


def _command(request: dict[str, Any]) -> NoReturn:
    """Run a command as the installed script does, in its folder and within its limits."""
    code = 1
    try:
        os.chdir(request["folder"])
        os.environ["TMPDIR"] = request["temporary"]
        for number, name in ((1, "out"), (2, "err")):
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            os.dup2(os.open(Path(request["told"]) / name, flags), number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        seconds = request.get("processor_seconds", PROCESSOR_SECONDS)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        sys.argv = ["hepaplan", *request["words"]]
        if "code" in request:
            exec(request["code"])  # a control of our own, never a user's
            code = 0
        else:
            importlib.import_module("hepaplan.cli").main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
