"""On PYTHONPATH, it makes the page reader or the language model die of a certain sentence as native code dies: by
reading where nothing is, and the whole process with it.

Only for tests and benchmarks of faults. Python imports a module of this name at its start. Imported as one of
benchmarks, it spares the process, which only rejects these documents: so it makes what others end up with.
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


def _is_deadly(sentence, text):
    """True where a process is to be spared; where it isn't, nobody sees an answer."""
    if sentence not in (text or ""):
        return False
    if __name__ == "sitecustomize":
        ctypes.string_at(0)
    return True


def _deadly_reading(module):
    read = module._read_batch

    def read_batch(nlp, texts):
        if not any(_is_deadly(TO_READ, text) for text in texts):
            return read(nlp, texts)
        if len(texts) == 1:
            return [RuntimeError("deadly")]
        return [doc for text in texts for doc in read_batch(nlp, [text])]

    module._read_batch = read_batch


def _deadly_parsing(module):
    read = module.read_document

    def read_document(raw, partition_key):
        document = read(raw, partition_key)
        if not (_is_deadly(TO_PARSE, raw.html) or _is_deadly(TO_PARSE, raw.text)):
            return document
        return module.Reject(
            reject_id=document.document_id,
            partition_key=partition_key,
            station="parse",
            path=raw.path,
            position=raw.position,
            raw_hash=raw.raw_hash,
            reason_type="poison",
            reason_text="deadly",
        )

    module.read_document = read_document


_DEADLY = {"demarche.language": _deadly_reading, "demarche.documents": _deadly_parsing}
sys.meta_path.insert(0, _Poisoned())
for _name in _DEADLY.keys() & sys.modules.keys():
    _DEADLY[_name](sys.modules[_name])
