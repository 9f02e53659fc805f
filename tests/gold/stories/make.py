"""How `open.jsonl` and `frozen.jsonl` were made: `python tests/gold/stories/make.py OUT_FOLDER`.

From the articles beside this file: each with five reprints, what another reporter wrote of the same matter, and reports
from moulds. Made once, before near-duplicate search was worked on; not to be made again when the edits change.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

import reprints  # noqa: E402  (a module of the tests)


def rows(path: Path, seed: int) -> Iterator[tuple[str, str]]:
    """(story, text) of one half."""
    rng = random.Random(seed)
    texts = reprints.named_texts(path)
    bases = [text for name, text in texts.items() if "/" not in name]
    for name, text in texts.items():
        yield name, text
        if "/" in name:
            continue
        others = [other for other in bases if other != text]
        for number in range(5):
            yield name, reprints.lightly(text, rng) if number < 2 else reprints.heavily(text, rng, others)
    for kind in reprints.MOULDS:
        for number in range(5):
            text = reprints.mould(kind, rng)
            yield f"{kind}-{number}", text
            if number == 0:
                yield f"{kind}-{number}", reprints.lightly(text, rng)


def main(folder: str) -> None:
    for half, path, seed in (("open", "articles_a.txt", 71), ("frozen", "articles_b.txt", 72)):
        found = list(rows(HERE / path, seed))
        random.Random(seed).shuffle(found)
        with (Path(folder) / f"{half}.jsonl").open("w") as out:
            for number, (story, text) in enumerate(found):
                row = {"id": f"{half}-{number:03}", "story": story, "text": text}
                out.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
