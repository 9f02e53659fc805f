"""Where the lake's objects lie: in a folder, or in object storage behind an fsspec URL. One small interface for both.

An object is written whole or not at all: in a folder beside its place and then renamed, in object storage by one put.
Listing asks for one folder (or prefix) and never for the lake. What fails for reasons that pass (a server restarts, a
connection breaks) is asked again; what doesn't pass is a LakeError that says what to do.
"""

from __future__ import annotations

import errno
import logging
import os
import posixpath
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import fsspec
from fsspec.implementations.local import LocalFileSystem
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

log = logging.getLogger("demarche")
T = TypeVar("T")

_SECRET = re.compile(r"\w+://[^/]*:.*@")

PATIENCE_SECONDS = 60.0
"""How long object storage may be out of reach before a step fails."""


class LakeError(RuntimeError):
    """The lake can't be read or written; the message names the object and what to do."""


class LakeFault(LakeError, ValueError):
    """What lies there can't be used, now or at the next attempt; a ValueError, as all of our errors that need hands."""


class Objects(Protocol):
    """Objects by full path. What isn't there raises FileNotFoundError, or is left out of an answer of several."""

    root: str
    has_locks: bool  # whether ``locked`` keeps two writers apart

    def names(self, folder: str) -> list[str]: ...  # of objects and folders in one, in order
    def sizes(self, folder: str) -> dict[str, int]: ...  # of objects in one folder, by name
    def all(self, folder: str) -> list[str]: ...  # the paths of all objects under it, in order
    def has(self, path: str) -> bool: ...
    def get(self, path: str) -> bytes: ...
    def get_all(self, paths: Sequence[str]) -> dict[str, bytes]: ...  # those that are there
    def put(self, path: str, data: bytes) -> None: ...
    def remove(self, path: str) -> None: ...  # nothing where it isn't there
    def remove_all(self, folder: str) -> None: ...
    def changed_at(self, path: str) -> datetime: ...
    def url(self, path: str) -> str: ...
    def take(self, local: str, path: str) -> None: ...  # a file of any size into the lake
    def fetch(self, path: str, local: str) -> None: ...  # and out of it
    def locked(self, path: str) -> Any: ...  # one process at a time within the block, where that is known


def open_objects(url: str) -> Objects:
    """The objects at ``url``. Raises LakeError when its protocol isn't installed, or it is no place for objects; and
    for one that holds a password, which any message could tell."""
    if _SECRET.match(url):
        raise LakeFault(
            "the lake's address holds a password — leave it to its client: for S3, AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY"
        )
    try:
        fs, root = fsspec.core.url_to_fs(url, **({"use_listings_cache": False} if "://" in url else {}))
    except (ImportError, ValueError) as error:
        raise LakeFault(f"lake {url}: {error} — set DEMARCHE_LAKE_URL to a folder or install the protocol") from error
    root = root.rstrip("/")
    if not isinstance(fs, LocalFileSystem):
        if not root.split("/")[0] and fs.protocol != "memory":
            raise LakeFault(f"lake {url}: names no bucket — mend DEMARCHE_LAKE_URL (or --lake)")
        return _Store(fs, root, url)
    if os.path.exists(root) and not os.path.isdir(root):
        raise LakeFault(f"lake {url}: a file, not a folder — name another place (--lake, DEMARCHE_LAKE_URL)")
    return _Folder(root)


class _Folder:
    """Objects as files."""

    has_locks = True

    def __init__(self, root: str) -> None:
        self.root = root

    def names(self, folder: str) -> list[str]:
        try:
            return sorted(name for name in os.listdir(folder) if not name.startswith("."))  # those are half written
        except (FileNotFoundError, NotADirectoryError):
            return []

    def sizes(self, folder: str) -> dict[str, int]:
        return {name: os.path.getsize(posixpath.join(folder, name)) for name in self.names(folder)}

    def all(self, folder: str) -> list[str]:
        found = (os.path.join(at, name) for at, _, names in os.walk(folder) for name in names)
        return sorted(path for path in found if not os.path.basename(path).startswith("."))

    def has(self, path: str) -> bool:
        return os.path.exists(path)

    def get(self, path: str) -> bytes:
        with open(path, "rb") as handle:
            return handle.read()

    def get_all(self, paths: Sequence[str]) -> dict[str, bytes]:
        found = {}
        for path in paths:
            with suppress(FileNotFoundError):
                found[path] = self.get(path)
        return found

    def put(self, path: str, data: bytes) -> None:
        folder = os.path.dirname(path)
        os.makedirs(folder, exist_ok=True)
        beside = os.path.join(folder, f".{secrets.token_hex(8)}.tmp")
        try:
            with open(beside, "xb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(beside, path)
        except BaseException as error:
            with suppress(FileNotFoundError):
                os.remove(beside)
            if isinstance(error, OSError):
                error.filename = path  # a write that fails for want of room doesn't say where
            raise
        _sync_folder(folder)

    def remove(self, path: str) -> None:
        with suppress(FileNotFoundError):
            os.remove(path)

    def remove_all(self, folder: str) -> None:
        with suppress(FileNotFoundError):
            shutil.rmtree(folder)

    def changed_at(self, path: str) -> datetime:
        return datetime.fromtimestamp(os.path.getmtime(path), UTC)

    def url(self, path: str) -> str:
        return path

    def take(self, local: str, path: str) -> None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copyfile(local, path)

    def fetch(self, path: str, local: str) -> None:
        shutil.copyfile(path, local)

    @contextmanager
    def locked(self, path: str) -> Iterator[None]:
        """On this machine; the lock falls with the process that holds it."""
        import fcntl

        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "a+b") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                handle.seek(0)
                holder = handle.read(20).decode("ascii", "replace")
                log.warning("%s: process %s holds it; this one waits its turn", path, holder or "of somebody else")
                fcntl.flock(handle, fcntl.LOCK_EX)
            handle.truncate(0)
            handle.write(str(os.getpid()).encode())
            handle.flush()
            yield


class _Store:
    """Objects in object storage. It has no locks: who runs two writers of one partition, finds one's rows."""

    has_locks = False

    def __init__(self, fs: Any, root: str, url: str) -> None:
        self._fs = fs
        self.root = root
        self._url = url
        self._bucket = root.split("/")[0]

    def names(self, folder: str) -> list[str]:
        found: list[str] = self._ask(lambda: self._fs.ls(folder, detail=False, refresh=True), folder, missing=[])
        return sorted(name for name in map(posixpath.basename, found) if name and not name.startswith("."))

    def sizes(self, folder: str) -> dict[str, int]:
        found: list[Any] = self._ask(lambda: self._fs.ls(folder, detail=True, refresh=True), folder, missing=[])
        return {posixpath.basename(entry["name"]): entry["size"] for entry in found if entry["type"] == "file"}

    def all(self, folder: str) -> list[str]:
        return sorted(self._ask(lambda: self._fs.find(folder), folder, missing=[]))

    def has(self, path: str) -> bool:
        return bool(self._ask(lambda: self._fs.exists(path), path, missing=False))

    def get(self, path: str) -> bytes:
        data: bytes = self._ask(lambda: self._fs.cat_file(path), path)
        return data

    def get_all(self, paths: Sequence[str]) -> dict[str, bytes]:
        """Asked for at once, so that a ledger of a thousand partitions doesn't take a thousand round trips."""
        return self._ask(lambda: self._cat(list(paths)), self.root) if paths else {}

    def _cat(self, paths: list[str]) -> dict[str, bytes]:
        found = self._fs.cat(paths, on_error="return")
        for answer in found.values():
            if isinstance(answer, Exception) and not isinstance(answer, FileNotFoundError):
                raise answer
        return {path: found[path] for path in paths if isinstance(found.get(path), bytes)}

    def put(self, path: str, data: bytes) -> None:
        self._ask(lambda: self._fs.pipe_file(path, data), path)

    def remove(self, path: str) -> None:
        self._ask(lambda: self._fs.rm_file(path), path, missing=None)

    def remove_all(self, folder: str) -> None:
        self._ask(lambda: self._fs.rm(folder, recursive=True), folder, missing=None)

    def changed_at(self, path: str) -> datetime:
        found: datetime = self._ask(lambda: self._fs.modified(path), path)
        return found

    def url(self, path: str) -> str:
        return str(self._fs.unstrip_protocol(path))

    def take(self, local: str, path: str) -> None:
        self._ask(lambda: self._fs.put_file(local, path), path)

    def fetch(self, path: str, local: str) -> None:
        self._ask(lambda: self._fs.get_file(path, local), path)

    @contextmanager
    def locked(self, path: str) -> Iterator[None]:
        yield

    def _ask(self, ask: Callable[[], T], path: str, **answers: T) -> T:
        """What the storage answers; ``missing`` is the answer where there is no such object."""
        try:
            for attempt in _retrying():
                with attempt:
                    return ask()
        except FileNotFoundError as error:
            if not self._is_there():
                raise LakeFault(
                    f"lake {self._url}: {error} — there is no {self._bucket}: make it, or mend DEMARCHE_LAKE_URL"
                ) from error
            if "missing" in answers:
                return answers["missing"]
            raise FileNotFoundError(2, "no such object", path) from error
        except PermissionError as error:
            raise LakeFault(
                f"{path}: the storage refuses it ({error}) — look at its credentials, their rights and this clock"
            ) from error
        except Exception as error:
            if _is_no_name(error):
                raise LakeFault(
                    f"lake {self._url}: the storage can't have such a name ({_all_lines(error)}) — mend "
                    f"DEMARCHE_LAKE_URL (or --lake)"
                ) from error
            if _nobody_asks(error):
                raise LakeFault(
                    f"{path}: nobody says who asks the storage ({_first_line(error)}) — set AWS_ACCESS_KEY_ID and "
                    f"AWS_SECRET_ACCESS_KEY, or what else its client takes"
                ) from error
            raise LakeError(
                f"{path}: the storage can't be reached ({_first_line(error)}) — is it up, and AWS_ENDPOINT_URL right? "
                f"Then try again"
            ) from error
        raise AssertionError("retrying ends by an answer or an error")

    def _is_there(self) -> bool:
        """Whether the bucket is: what is missing in one that vanished isn't merely missing."""
        try:
            return not self._bucket or self._fs.protocol == "memory" or bool(self._fs.exists(self._bucket))
        except Exception:
            return False


def _passes(error: BaseException) -> bool:
    """Whether asking again may help. S3's clients have a class of error for each trouble, and no common one."""
    lasting = isinstance(error, FileNotFoundError | PermissionError | ValueError)
    lasting = lasting or _nobody_asks(error) or _is_no_name(error)
    return isinstance(error, Exception) and not lasting


def _nobody_asks(error: BaseException) -> bool:
    """Whether S3's client has found no credentials; it is known by name, since it may not be installed."""
    return type(error).__name__ in ("NoCredentialsError", "PartialCredentialsError")


def _is_no_name(error: BaseException) -> bool:
    """Whether S3's client, or the storage, finds the name of a bucket or object not to be one."""
    is_refused = isinstance(error, OSError) and error.errno == errno.EINVAL
    return is_refused or type(error).__name__ == "ParamValidationError"


def _retrying() -> Retrying:
    return Retrying(
        retry=retry_if_exception(_passes),
        stop=stop_after_delay(PATIENCE_SECONDS),
        wait=wait_random_exponential(multiplier=0.2, max=5.0),
        reraise=True,
    )


def _all_lines(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def _sync_folder(folder: str) -> None:
    """Make a rename last through a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
