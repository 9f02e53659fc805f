"""Invented news pages of usual weight: an article amid menus, scripts, teasers, forms and footers, in several layouts.

    python -m benchmarks.page_mix FOLDER [--count 60] [--seed s]

The samples' pages are bare. Pages of outlets are mostly other things than their article: some 40 to 200 kB, of which
scripts and styles are a third to two thirds, and a few hundred links. The same seed gives the same.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

from benchmarks import invented

_SECTIONS = ("World", "Politics", "Business", "Opinion", "Sport", "Culture", "Science", "Travel", "Weather", "Video")
_SCRIPT = "(function(w,d,s,l,i){{w[l]=w[l]||[];w[l].push({{'start':{n},'slot':'s{n}','size':[{n},250]}});}})(window);\n"
_STYLE = ".c{n}{{margin:0 {n}px;padding:4px;display:flex;color:#{n:06x}}}\n"


def pages(count: int, seed: str) -> Iterator[str]:
    """So many pages as HTML; sizes and layouts are drawn."""
    drawn = random.Random(seed)
    records = list(invented.articles(count + 40, seed))
    titles = [record["title"] for record in records]
    for number in range(count):
        layout = _LAYOUTS[number % len(_LAYOUTS)]
        yield layout(records[number], titles, drawn)


def _filler(template: str, characters: int, drawn: random.Random) -> str:
    parts: list[str] = []
    size = 0
    while size < characters:
        parts.append(template.format(n=drawn.randrange(1, 999_999)))
        size += len(parts[-1])
    return "".join(parts)


def _scripts(drawn: random.Random) -> str:
    each = (_filler(_SCRIPT, drawn.randint(1_000, 8_000), drawn) for _ in range(drawn.randint(4, 12)))
    return "".join(f"<script>{text}</script>" for text in each)


def _menu(drawn: random.Random) -> str:
    items = (
        f'<li class="menu-item item-{n}"><a href="/{name}/{n}" data-track="nav-{n}"><span>{name}</span></a></li>'
        for n in range(drawn.randint(3, 12))
        for name in _SECTIONS
    )
    return f'<nav class="main-nav" aria-label="Main"><ul>{"".join(items)}</ul></nav>'


def _teasers(titles: list[str], drawn: random.Random, count: int) -> str:
    return "".join(
        f'<div class="teaser"><a href="/story/{n}"><img src="/i/{n}.jpg" alt="" width="320" height="180"></a>'
        f'<h3 class="teaser-title"><a href="/story/{n}">{escape(drawn.choice(titles))}</a></h3>'
        f'<span class="teaser-time">{drawn.randint(1, 23)} hours ago</span></div>'
        for n in range(count)
    )


def _head(record: dict[str, str], drawn: random.Random, with_metadata: bool = True) -> str:
    title, day = escape(record["title"]), record["date"]
    parts = ['<meta charset="utf-8">', f"<title>{title} | The Invented Courier</title>"]
    if with_metadata:
        data = {"@type": "NewsArticle", "headline": record["title"], "datePublished": f"{day}T08:30:00Z",
                "author": {"@type": "Person", "name": "Ann Lee"}}  # fmt: skip
        parts += [
            f'<meta property="og:title" content="{title}"><meta property="og:url" content="{record["url"]}">',
            f'<meta property="article:published_time" content="{day}T08:30:00Z"><meta name="author" content="Ann Lee">',
            f'<script type="application/ld+json">{json.dumps({"@context": "https://schema.org", **data})}</script>',
        ]
    parts += [f'<meta name="x-{n}" content="{n}">' for n in range(drawn.randint(5, 30))]
    parts.append(f"<style>{_filler(_STYLE, drawn.randint(5_000, 30_000), drawn)}</style>")
    return f'<!doctype html><html lang="en"><head>{"".join(parts)}{_scripts(drawn)}</head>'


def _paragraphs(record: dict[str, str]) -> list[str]:
    return [escape(part) for part in record["text"].split("\n\n")]


def _footer(drawn: random.Random) -> str:
    links = "".join(f'<li><a href="/about/{n}">{name} {n}</a></li>' for n in range(6) for name in _SECTIONS)
    return (
        '<form class="newsletter"><label>Your email</label><input type="email"><button>Sign up</button></form>'
        f'<footer class="site-footer"><ul>{links}</ul><p>© 2024 The Invented Courier. All rights reserved.</p>'
        "</footer>"
        f"{_scripts(drawn)}</body></html>"
    )


def _modern(record: dict[str, str], titles: list[str], drawn: random.Random) -> str:
    body: list[str] = []
    for number, text in enumerate(_paragraphs(record)):
        body.append(f'<p class="article__text" data-n="{number}">{text}</p>')
        if number % 3 == 1:
            body.append(f'<div class="ad-slot" id="ad-{number}"></div><aside>{_teasers(titles, drawn, 1)}</aside>')
    return (
        f"{_head(record, drawn)}<body>{_menu(drawn)}<main><article><header><h1>{escape(record['title'])}</h1>"
        f'<div class="byline">By <a rel="author" href="/ann">Ann Lee</a></div>'
        f'<time datetime="{record["date"]}T08:30:00Z">{record["date"]}</time></header>'
        f'<figure><img src="/a.jpg" alt=""><figcaption>Delegates at the talks. Photo: Bob Roe</figcaption></figure>'
        f'{"".join(body)}</article><section class="related">{_teasers(titles, drawn, drawn.randint(8, 40))}</section>'
        f"</main>{_footer(drawn)}"
    )


def _nested(record: dict[str, str], titles: list[str], drawn: random.Random) -> str:
    """Blocks within blocks within blocks, as systems of many authors make them."""
    body = "".join(
        f'<div class="row"><div class="col col-{n}"><div class="block text-block"><div><p><span>{text}</span></p>'
        "</div></div></div></div>"
        for n, text in enumerate(_paragraphs(record))
    )
    return (
        f'{_head(record, drawn)}<body><div id="page"><div class="wrap">{_menu(drawn)}<div class="content">'
        f'<h1 class="headline">{escape(record["title"])}</h1>'
        f'<div class="meta"><span class="date">{record["date"]}</span> <span class="author">Ann Lee</span></div>{body}'
        '<div class="sidebar">'
        f"{_teasers(titles, drawn, drawn.randint(20, 60))}</div></div></div></div>{_footer(drawn)}"
    )


def _plain(record: dict[str, str], titles: list[str], drawn: random.Random) -> str:
    """An older page without metadata: its day is only printed."""
    body = "".join(f"<p>{text}</p>\n" for text in _paragraphs(record))
    return (
        f"{_head(record, drawn, with_metadata=False)}<body>{_menu(drawn)}<div id='main'>"
        f"<h2>{escape(record['title'])}</h2><p class='info'>{record['date']} 08:30 | Ann Lee</p>{body}"
        "<h4>Most read</h4>"
        f"{_teasers(titles, drawn, drawn.randint(5, 20))}</div>{_footer(drawn)}"
    )


_LAYOUTS: tuple[Callable[[dict[str, str], list[str], random.Random], str], ...] = (_modern, _nested, _modern, _plain)


def write(folder: Path, count: int, seed: str) -> list[Path]:
    """So many pages as files of a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:04d}.html" for number in range(count)]
    for path, page in zip(paths, pages(count, seed), strict=True):
        path.write_text(page, encoding="utf-8")
    return paths


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", default="s")
    asked = parser.parse_args()
    paths = write(asked.folder, asked.count, asked.seed)
    print(f"{len(paths)} pages, {sum(path.stat().st_size for path in paths) / len(paths) / 1e3:.0f} kB each")


if __name__ == "__main__":
    main()
