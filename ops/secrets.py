"""`make secrets`: writes .env for docker-compose.yaml, every empty value of .env.example filled with a fresh secret.

Where .env is there, it gets what it lacks; what it has stays.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def filled(example: str) -> str:
    """The example with a fresh secret after each ``NAME=`` that has no value. URL-safe: some become part of a URL."""
    return re.sub(r"^(\w+)=$", lambda match: f"{match[1]}={_secret(match[1])}", example, flags=re.MULTILINE)


def _secret(name: str) -> str:
    if name.endswith("FERNET_KEY"):  # by its standard: 32 bytes in URL-safe base64
        return base64.urlsafe_b64encode(os.urandom(32)).decode()
    return secrets.token_urlsafe(18 if name.endswith("UI_PASSWORD") else 48)


def lacking(example: str, present: str) -> str:
    """The lines of the filled example whose names have no value in ``present``."""
    known = set(re.findall(r"^(\w+)=.", present, flags=re.MULTILINE))
    lines = re.findall(r"^\w+=.+$", filled(example), flags=re.MULTILINE)
    return "".join(f"{line}\n" for line in lines if line.partition("=")[0] not in known)


def main() -> int:
    target = ROOT / ".env"
    example = (ROOT / ".env.example").read_text()
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _complete(target, example)
    with os.fdopen(descriptor, "w") as file:
        file.write(filled(example))
    print("Wrote .env, readable to you only.")
    return 0


def _complete(target: Path, example: str) -> int:
    present = target.read_text()
    added = lacking(example, present)
    if not added:
        print(
            ".env has all of them, and new secrets would lock out what runs on the old ones; remove it first. "
            "The volume `postgres` keeps its old password: remove it too, or see docs/deploy.md."
        )
        return 1
    with target.open("a") as file:  # a later line wins over an earlier, empty one
        file.write("" if present.endswith("\n") else "\n")
        file.write(added)
    print("Added to .env:", ", ".join(re.findall(r"^(\w+)=", added, flags=re.MULTILINE)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
