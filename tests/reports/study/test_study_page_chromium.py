from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hepaplan.reports.study.page import write_study_page
from tests.support.synthetic_study import synthetic_study

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
ASKING = '<!DOCTYPE html><title>x</title><img src="http://example.org/asked.png">'


@pytest.fixture
def asked() -> Iterator[tuple[int, list[str]]]:
    """Yield the port of a server that stands for every other, and the paths it is asked for."""
    paths: list[str] = []

    class Everyone(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Everyone)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], paths
    server.shutdown()
    server.server_close()


def load(path: Path, port: int, profile: Path) -> str:
    """Return the page as Chromium holds it once it is loaded."""
    assert CHROMIUM is not None
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-features=NetworkTimeServiceQuerying",
        f"--user-data-dir={profile}",
        f"--host-resolver-rules=MAP * 127.0.0.1:{port}",
        "--dump-dom",
        path.as_uri(),
    ]
    done = subprocess.run(command, check=True, timeout=120, capture_output=True, text=True)
    return done.stdout


def test_the_page_loads_and_asks_nobody(tmp_path: Path, asked: tuple[int, list[str]]) -> None:
    port, paths = asked
    path = tmp_path / "report.html"
    write_study_page(path, synthetic_study())
    held = load(path, port, tmp_path / "profile")
    assert held.count("<svg") == 6
    assert "<script" not in held
    assert paths == []


def test_a_page_that_asks_is_found(tmp_path: Path, asked: tuple[int, list[str]]) -> None:
    port, paths = asked
    path = tmp_path / "asking.html"
    path.write_text(ASKING, encoding="utf-8")
    load(path, port, tmp_path / "profile")
    assert paths == ["/asked.png"]
