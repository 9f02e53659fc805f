"""What a source has us ask for: an address, and what is known of it from where it stood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Link:
    """Something to ask for; with the address of its index and a fragment, a part of that index.

    ``kind`` names the module of this folder that its answer is handed to; None: told from what comes. An answer of an
    index holds further links, any other holds documents.
    """

    url: str
    kind: str | None = None
    is_index: bool = False
    modified: str | None = None
    """When it last changed, in the words of where it stood; other words later mean: ask again."""
    given: Mapping[str, str] = field(default_factory=dict)
    """Fields of ``RawDocument`` that stood beside the link: title, published, byline, …"""


_CAMPAIGN = re.compile(r"(?<=[?&])(?:utm_\w{1,20}|fbclid|gclid)=[^&#]*&?")


def without_campaign(url: str) -> str:
    """An address without the parameters that tell only by which post or letter somebody came, of whatever site."""
    return _CAMPAIGN.sub("", url).rstrip("?&") if "?" in url else url


class UnreadableIndex(ValueError):
    """What should say what to ask for next can't be read; the message names the address and the reason."""


def is_part(url: str, index_url: str) -> bool:
    """Whether an address is that of a part of an index, which needn't be asked for by itself."""
    return url.startswith(f"{index_url}#")


_CREDENTIALS = re.compile(r"(?<=://)[^/\s'\"]*@")


def without_password(text: str) -> str:
    """``text`` without the names and passwords in its addresses, so that it may be told to anybody."""
    return _CREDENTIALS.sub("***@", text)
