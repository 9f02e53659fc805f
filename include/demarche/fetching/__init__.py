"""All that reads the outside: folders and files (``files``), and the web (``web``; ``crawling`` asks source by source).

Everything ends as a stream of ``Fetched`` (a line for the fetch log and its bytes) and ``Reject``. What was fetched
before is told to each run, so that nothing is read twice.
"""

from demarche.fetching.answers import Answer, FetchError, Limits
from demarche.fetching.crawling import Crawl
from demarche.fetching.files import (
    Fetched,
    Known,
    Order,
    drop_folder,
    files_in,
    is_archive,
    named_files,
    passed_over,
    printable,
    read_file,
    reject,
)
from demarche.fetching.states import Health, SourceState

__all__ = [
    "Answer",
    "Crawl",
    "FetchError",
    "Fetched",
    "Health",
    "Known",
    "Limits",
    "Order",
    "SourceState",
    "drop_folder",
    "files_in",
    "is_archive",
    "named_files",
    "passed_over",
    "printable",
    "read_file",
    "reject",
]
