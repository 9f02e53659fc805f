"""Which words of a sentence tell of an act, who does it to whom, and which of PLOVER's types it is: the learned part.

`candidates` lists every (trigger, actor, recipient) that a sentence's dependency tree allows, `classify` gives each a
score and a probability per type. The fitted weights lie in `codebook/model/`; `training/train.py` makes them.
"""

from demarche.classifier.frames import Candidate, candidates
from demarche.classifier.model import Scored, classify, load

__all__ = ["Candidate", "Scored", "candidates", "classify", "load"]
