"""What MkDocs does for our site beyond its settings: pages in order, and search from a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SECTIONS = {
    "tutorial": "Tutorials",
    "how-to": "How to",
    "reference": "Reference",
    "explanation": "Explanation",
    "explanation/model": "The model, chapter by chapter",
    "verification": "Verification",
    "standards": "Reporting standards",
    "decisions": "Decisions",
}
FIRST = ("tutorial/first-scenario.md", "standards/index.md")
SWITCH = "if (!window.Worker) {"
FROM_A_FOLDER = """if (location.protocol === "file:") {
  window.Worker = undefined;
  window.postMessage = function (msg) { onWorkerMessage({data: msg}); };
  var offline = document.createElement("script");
  offline.src = joinUrl(base_url, "search/offline.js");
  document.head.appendChild(offline);
} else """


def on_config(config: Any) -> Any:
    """Return the settings with the pages in order: each folder a section, single pages first."""
    docs = Path(config["docs_dir"])
    chapters = (docs / "model.md").read_text(encoding="utf-8")  # lists the chapters in order
    nav: list[Any] = ["index.md"]
    nav += sorted(p.name for p in docs.glob("*.md") if p.name != "index.md")
    for folder, title in SECTIONS.items():
        pages = sorted(p.relative_to(docs).as_posix() for p in docs.glob(f"{folder}/*.md"))
        pages.sort(key=lambda page: (page not in FIRST, chapters.find(page)))
        if pages:
            nav.append({title: pages})
    config["nav"] = nav
    return config


def on_post_build(config: Any) -> None:
    """Let search work on a site opened from a folder, where browsers load no data and no worker."""
    folder = Path(config["site_dir"]) / "search"
    index = (folder / "search_index.json").read_text(encoding="utf-8")
    parts = [(folder / name).read_text(encoding="utf-8") for name in ("lunr.js", "worker.js")]
    parts.append(f"data = {index};\nonScriptsLoaded();\n")
    (folder / "offline.js").write_text("\n".join(parts), encoding="utf-8")
    main = folder / "main.js"
    before, switch, after = main.read_text(encoding="utf-8").rpartition(SWITCH)
    if not switch:
        raise RuntimeError(
            "search/main.js of MkDocs has changed: search from a folder needs a look"
        )
    main.write_text(before + FROM_A_FOLDER + switch + after, encoding="utf-8")
