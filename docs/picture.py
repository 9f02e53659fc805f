"""Take the README's picture: `demarche run` over a few samples, as a terminal shows it, unedited.

python docs/picture.py          writes docs/img/run.svg; the samples are read anew, which takes some ten seconds
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "img" / "run.svg"
WIDTH = 116
FONTS = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
FILES = (
    "T10/havana-trip-announced.txt",
    "T11/obama-castro-palace.html",
    "T11/milton.txt",
    "T12/envoys-home.txt",
    "T12/night-flight.txt",
    "T12/madrid-at-midnight.txt",
)


def terminal_output(command: list[str]) -> str:
    """What a command writes to a terminal of our width. Raises CalledProcessError when it fails."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(WIDTH), "TERM": "xterm-256color", "PYTHONUTF8": "1"}
    process = subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL, env=environment, cwd=ROOT)
    os.close(theirs)
    said = bytearray()
    while True:
        try:
            data = os.read(ours, 65_536)
        except OSError:  # how Linux says that nobody holds the other end any more
            break
        if not data:
            break
        said += data
    os.close(ours)
    if process.wait():
        raise subprocess.CalledProcessError(process.returncode, command)
    return said.decode("utf-8").replace("\r\n", "\n")


def with_local_fonts(svg: str) -> str:
    """The picture in whatever fixed-width font the reader has, instead of one from the web."""
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.S)
    return svg.replace("font-family: Fira Code, monospace", f"font-family: {FONTS}")


def main() -> None:
    inputs = [f"samples/drop/2025-01-06{name}" for name in FILES]
    entry = "from demarche.cli import main; main()"
    with tempfile.TemporaryDirectory() as folder:
        warehouse = f"{folder}/news.duckdb"
        said = terminal_output([sys.executable, "-c", entry, "run", *inputs, "--warehouse", warehouse])
    console = Console(record=True, width=WIDTH, file=open(os.devnull, "w", encoding="utf-8"), force_terminal=True)  # noqa: SIM115 (ends with the process)
    console.print(Text("$ demarche run articles/ --warehouse news.duckdb", style="bold"))
    console.print(Text.from_ansi(said))
    PICTURE.write_text(with_local_fonts(console.export_svg(title="demarche", theme=MONOKAI)), encoding="utf-8")


if __name__ == "__main__":
    main()
