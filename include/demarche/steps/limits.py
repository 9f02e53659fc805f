"""How long one document may take."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Interruption(BaseException):
    """No exception that a library would take for its own and go on."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises TimeoutError when the block takes more processor time. Only a process's main thread can be interrupted;
    elsewhere there is no limit. (The timer is not the one that Airflow uses for its own.)"""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise _Interruption

    former = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    except _Interruption:
        raise TimeoutError(f"took more than {seconds:g} s") from None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, former)
