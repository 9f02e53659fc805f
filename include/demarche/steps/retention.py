"""Raw bytes that have served their time: removed by age and by a budget of disk, never before they were read."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from demarche.records import GdeltFile
from demarche.settings import Settings
from demarche.steps.ledgers import EXPIRED, KEY_FORMAT, code_version, is_current, parsed_from
from demarche.storage import Lake


def expire_raw(lake: Lake, settings: Settings, now: datetime) -> dict[str, int]:
    """Remove raw bytes by age (``raw_days``) and, the oldest first, until the rest fits into ``raw_gigabytes``; answer
    how many partitions and entries went.

    A partition goes as a whole, and only when all that is in it was parsed; what was derived from it stays and is not
    derived again. Bytes that a younger partition uses too stay with it; what was imported from GDELT stays, and is not
    counted. Of a partition that went before, what came
    into it since goes as well, and what a kill left there.
    """
    if not settings.raw_days and not settings.raw_gigabytes:
        return {"expired_partitions": 0, "raw_removed": 0}
    gone = {row["partition_key"] for row in lake.journal(EXPIRED)}
    keys = lake.fetch_keys()
    hashes = {key: {fetch.raw_hash for fetch in lake.fetches(key)} for key in keys}
    uses = Counter(raw_hash for used in hashes.values() for raw_hash in used)
    imported = {row["raw_hash"] for row in lake.journal(GdeltFile.table)}  # which a rebuild takes again
    sizes = {raw_hash: size for raw_hash, size in lake.raw_sizes().items() if raw_hash not in imported}
    total = sum(sizes.values())
    expired = removed = 0
    for key in keys:
        age = now - datetime.strptime(key, KEY_FORMAT).replace(tzinfo=UTC)
        is_old = settings.raw_days > 0 and age > timedelta(days=settings.raw_days)
        is_beyond = settings.raw_gigabytes > 0 and total > settings.raw_gigabytes * 1e9
        if not is_old and not is_beyond:
            break
        ledger = lake.manifest("documents", key)
        if not is_current(ledger, parsed_from(lake, key), code_version("documents", settings)):
            continue  # something in it is still to be read
        if key not in gone:
            lake.append_journal(EXPIRED, [{"partition_key": key, "expired_at": now}])
            expired += 1
        for raw_hash in sorted(hashes[key]):
            uses[raw_hash] -= 1
            if not uses[raw_hash] and raw_hash in sizes:
                removed += lake.remove_raw(raw_hash)
                total -= sizes[raw_hash]
    return {"expired_partitions": expired, "raw_removed": removed}
