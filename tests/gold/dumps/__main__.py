"""How well articles are found in page dumps: bodies, titles, bylines and days that are exactly right, by half.

    python -m tests.gold.dumps [--wrong] [FOLDER ...]

``--wrong`` prints what differs in the open half; of the frozen half there are only figures. A body is right where it
equals the one beside the dump, white space within and between paragraphs apart.
"""

from __future__ import annotations

import argparse
import difflib
from pathlib import Path

from tests.gold.dumps import FIELDS, HALVES, Compared, compare

ROOT = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, help="other folders of dumps, scored as open ones")
    parser.add_argument("--wrong", action="store_true", help="print what differs in the open half")
    asked = parser.parse_args()
    for folder in asked.folders or [ROOT / half for half in HALVES]:
        dumps = compare(folder)
        right = "  ".join(f"{field} {sum(one.is_right(field) for one in dumps)}" for field in FIELDS)
        print(f"{folder.name:7} {len(dumps):3} dumps  {right}")
        if asked.wrong and "frozen" not in folder.name:
            for one in dumps:
                print_wrong(one)


def print_wrong(one: Compared) -> None:
    for field in FIELDS:
        if one.is_right(field) or field == "prose":
            continue
        print(f"\n{one.path.name}: {field}")
        if field != "body":
            print(f"  wanted {one.wanted[field]!r}\n  found  {one.found[field]!r}")
            continue
        wanted, found = (str(side[field]).split("\n") for side in (one.wanted, one.found))
        for line in difflib.unified_diff(wanted, found, "wanted", "found", lineterm="", n=0):
            print("  " + line)


if __name__ == "__main__":
    main()
