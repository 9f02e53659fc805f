"""On PYTHONPATH, it makes the page reader or the language model die of a certain sentence as native code dies: by
reading where nothing is, and the whole process with it.

Only for tests and benchmarks of faults. Python imports a module of this name at its start.
"""

from __future__ import annotations

import ctypes
import importlib.abc
import importlib.util
import sys

TO_READ = "The envoy poured the poison into the second cup."
TO_PARSE = "The envoy poured the poison into the first cup."


class _Poisoned(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name not in _DEADLY:
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            _DEADLY[name](module)

        spec.loader.exec_module = exec_module
        return spec


def _die_of(sentence, text):
    if sentence in (text or ""):
        ctypes.string_at(0)


def _deadly_reading(module):
    read = module._read_batch

    def read_batch(nlp, texts):
        for text in texts:
            _die_of(TO_READ, text)
        return read(nlp, texts)

    module._read_batch = read_batch


def _deadly_parsing(module):
    read = module.read_document

    def read_document(raw, partition_key):
        _die_of(TO_PARSE, raw.html)
        _die_of(TO_PARSE, raw.text)
        return read(raw, partition_key)

    module.read_document = read_document


_DEADLY = {"demarche.language": _deadly_reading, "demarche.documents": _deadly_parsing}
sys.meta_path.insert(0, _Poisoned())
