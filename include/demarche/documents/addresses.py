"""Addresses of articles: one for each article, however it was shared, and what an address says of the day."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

_MAX_CHARACTERS = 2_000
# Parameters by which outlets and networks follow a link; whole names, in lower case, beside those that courlan knows.
_TRACKING = re.compile(
    r"utm_.*|at_(?:medium|campaign|custom.*|link.*|format|ptr.*|bbc.*)|"
    r"wt[.]mc.*|ns_(?:campaign|mchannel|source|linkname|fee)|"
    r"_ga|_gl|_hs.*|hsa_.*|mc_[ce]id|mkt_tok|fb_.*|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|"
    r"igshid|igsh|li_fat_id|s_cid|s_kwcid|spm|xtor|xtref|ito|ocid|icid|ncid|ncmp|intcmp|int_cmp|cmpid|campaign_?id|"
    r"ref_?src|ref_?url|referr?er|referring_source|traffic_source|soc_(?:src|trk)|smid|smtyp|emc|"
    r"sref|srnd|shared|sharedby|share_?id|smprod|feed(?:type|name)|rss|rssfeed|taid|ftag|ftcamp|guccounter|guce_.*|"
    r"__twitter_impression|twitter_impression|amp|_amp|outputtype|mbid|nlid|sthash|wpsrc|wprss|leadsource|link_?id|"
    r"tracking.*|trk|pgtype|rs_?id|r_?src|fsrc|dlbk|vero_.*|sh|action=click|s=\d\d"
)
# Names that elsewhere tell articles apart; there their values are numbers.
_TRACKING_BY_WORDS = re.compile(r"(?:cmp|campaign|source|src|partner|share|mod|nl|newsletter|via|si|tag)=(?!\d+$).*")
_SESSION = re.compile(r"(?i);(?:jsessionid|phpsessid|sid)=[^/?#]*")
_DAY = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<mark>[/_.-]?)(?P<month>0?[1-9]|1[0-2]|[a-z]{3})(?P=mark)"
    r"(?P<day>0[1-9]|[12]\d|3[01]|[1-9](?!\d))(?!\d)",
    re.IGNORECASE,
)
_DAY_IN_SECTION = re.compile(r"/(?P<year>(?:19|20)\d\d)(?P<mark>/)[A-Za-z_-]+/(?P<month>\d{1,2})/(?P<day>\d{1,2})/")
_MONTH_IN_PATH = re.compile(r"/(?P<year>(?:19|20)\d\d)/(?P<month>0?[1-9]|1[0-2])(?=/|$)")
_MONTH_FIRST_HOSTS = ("us", "ph", "gov", "mil", "edu")  # the United States', and the Philippines
_NO_COUNTRY = ("ai", "ca", "cc", "co", "fm", "io", "ly", "me", "to", "tv", "ws")  # anybody's; Canada writes both ways
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def canonical_url(url: str | None) -> str | None:
    """An http(s) address without tracking parameters, session, user and fragment; None for anything else."""
    if not url or not url.startswith(("http://", "https://")):
        return None
    from courlan import clean_url

    bare = _SESSION.sub("", url.strip()[:_MAX_CHARACTERS].partition("#")[0])
    try:
        cleaned = clean_url(bare)
        parts = urlsplit(cleaned) if cleaned else None
        if parts is None or not parts.hostname:
            return None
    except ValueError:
        return None
    host = parts.netloc.rpartition("@")[2]
    query = parts.query
    kept = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] and not _is_tracking(*pair)]
    return urlunsplit((parts.scheme, host, parts.path, urlencode(kept, quote_via=quote), ""))


def _is_tracking(name: str, value: str) -> bool:
    pair = f"{name}={value}".lower()
    return any(pattern.fullmatch(pair) for pattern in (_TRACKING, _TRACKING_BY_WORDS)) or bool(
        _TRACKING.fullmatch(name.lower())
    )


def day_of(url: str | None) -> date | None:
    """The day that an address names: /2019/07/03/, /2019/jul/3/, -20190703. None where it names none, or two."""
    path = _parts(url)[1]
    days = set()
    for found in (*_DAY.finditer(path), *_DAY_IN_SECTION.finditer(path)):
        month = found["month"].lower()
        if not found["mark"] and len(found[0]) != 8:
            continue
        try:
            number = _MONTHS.index(month) + 1 if month.isalpha() else int(month)
            days.add(date(int(found["year"]), number, int(found["day"])))
        except ValueError:
            continue
    return days.pop() if len(days) == 1 else None


def month_of(url: str | None) -> tuple[int, int] | None:
    """Year and month that an address names, as /2019/07/ does. None where it names none, or two."""
    found = {(int(match["year"]), int(match["month"])) for match in _MONTH_IN_PATH.finditer(_parts(url)[1])}
    return found.pop() if len(found) == 1 else None


def puts_month_first(url: str | None) -> bool | None:
    """Whether people write 8/11/2016 month first in the country that an address names; None where it names none."""
    ending = _parts(url)[0].rpartition(".")[2]
    if ending in _MONTH_FIRST_HOSTS:
        return True
    return False if len(ending) == 2 and ending.isalpha() and ending not in _NO_COUNTRY else None


def _parts(url: str | None) -> tuple[str, str]:
    """Host and path; empty for what is no address."""
    try:
        parts = urlsplit(url or "")
        return parts.hostname or "", parts.path
    except ValueError:  # brackets that are no IPv6 address
        return "", ""
