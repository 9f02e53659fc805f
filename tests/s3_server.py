"""A real S3-compatible server (SeaweedFS, from its wheel) as a process that can be killed and started again."""

from __future__ import annotations

import json
import random
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

WEED = Path(sys.executable).with_name("weed")
_TRIES = 3
KEY, SECRET = "demarche", "kept-to-itself-4711"


class S3Server:
    """Keeps its data in ``folder``; ``environment`` is what leads a client to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._take_ports()
        granted = {"accessKey": KEY, "secretKey": SECRET}
        identity = {"name": KEY, "credentials": [granted], "actions": ["Admin", "Read", "Write", "List", "Tagging"]}
        (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
        self._process: subprocess.Popen[bytes] | None = None
        self._was_up = False

    def _take_ports(self) -> None:
        self._ports = _free_ports(4)
        self.endpoint = f"http://127.0.0.1:{self._ports[3]}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
        }  # fmt: skip

    def filesystem(self) -> Any:
        """A client of its own, for what a test does behind the lake's back."""
        import s3fs

        return s3fs.S3FileSystem(
            key=KEY, secret=SECRET, endpoint_url=self.endpoint, use_listings_cache=False, skip_instance_cache=True
        )

    def start(self) -> None:
        """Up and answering; again where it was, if it was up before: clients know that place."""
        for further in reversed(range(1 if self._was_up else _TRIES)):
            self._run()
            try:
                self._wait()
            except RuntimeError:
                if not further:
                    raise
                self._take_ports()  # somebody else took one between the look and the start
            else:
                self._was_up = True
                return

    def _run(self) -> None:
        master, volume, filer, s3 = map(str, self._ports)
        with open(self.folder / "log.txt", "ab") as log:
            self._process = subprocess.Popen(
                [
                    str(WEED), "server", "-dir", str(self.folder), "-ip", "127.0.0.1", "-master.port", master,
                    "-volume.port", volume, "-volume.max", "200", "-master.volumeSizeLimitMB", "64", "-filer",
                    "-filer.port", filer, "-s3", "-s3.port", s3, "-s3.config", str(self.folder / "s3.json"),
                    # catalogues with ports of their own, on which a second server would die
                    "-s3.port.iceberg", "0", "-s3.port.lance", "0",
                ],
                stdout=log, stderr=subprocess.STDOUT, cwd=self.folder,
            )  # fmt: skip

    def _wait(self) -> None:
        """Until an object can be written and read: the gateway answers before the store behind it does.

        RuntimeError, with the end of its log, when it ends itself or never answers.
        """
        assert self._process is not None
        deadline = time.monotonic() + 90
        while True:
            try:
                fs = self.filesystem()
                with suppress(FileExistsError):
                    fs.mkdir("probe")
                fs.pipe_file("probe/object", b"there")
                assert fs.cat_file("probe/object") == b"there"
                return
            except Exception as error:
                has_ended = self._process.poll() is not None
                if has_ended or time.monotonic() > deadline:
                    self.kill()
                    said = (self.folder / "log.txt").read_text(encoding="utf-8", errors="replace")[-2_000:]
                    raise RuntimeError(f"weed {'ended' if has_ended else 'does not answer'}:\n{said}") from error
                time.sleep(0.2)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def _free_ports(count: int) -> list[int]:
    """Ports that are free together with those that SeaweedFS derives from them (10,000 above).

    All below 32768: above, Linux hands them to any client for its end of a connection.
    """
    found: set[int] = set()
    while len(found) < count:
        port = random.randrange(11_000, 21_000)
        with suppress(OSError):
            for one in (port, port + 10_000):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", one))
            found.add(port)
    return list(found)
