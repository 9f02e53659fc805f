"""What the classifier sees of a candidate: names of binary features, from the tree and the lexicon.

Features come in four independent parts (trigger, actor, recipient, pair), so that a score is a sum of parts and each
part is computed once however many candidates share it. No feature names a party: of the sides only the kind is seen.
"""

from __future__ import annotations

from demarche.classifier.frames import SUBJECTS, Candidate, Tree, Trigger, clause_marks
from demarche.lexicon import NO_EVENT, Lexicon

_CONTENT = frozenset(("NOUN", "VERB", "ADJ", "ADV", "PROPN"))
_MODAL = frozenset(("neg", "future", "modal", "must", "if", "has_if", "soon"))
_NAME = "<name>"
_NAMED = frozenset(("PERSON", "NORP", "FAC", "ORG", "GPE", "LOC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW"))
_FIGURES = frozenset(("MONEY", "DATE", "TIME", "PERCENT", "CARDINAL", "ORDINAL", "QUANTITY"))
_CLAUSAL = frozenset(("xcomp", "ccomp", "pcomp", "acl", "advcl"))


class Featurizer:
    """Names the features of one document's candidates; remembers what candidates share."""

    def __init__(self, tree: Tree, lexicon: Lexicon) -> None:
        self._tree = tree
        self._lexicon = lexicon
        self._paths: dict[int, list[int]] = {}
        self._kinds: dict[int, list[str]] = {}
        self._ways: dict[tuple[int, int], tuple[int, list[int], list[int]] | None] = {}
        self._types: dict[int, tuple[str, ...]] = {}

    # --- the trigger --------------------------------------------------------------------------------------------
    def trigger(self, trigger: Trigger) -> list[str]:
        """Lemma, clause marks, governors, what stands under it, and all that the lexicon says of these."""
        tree, index = self._tree, trigger.index
        lemma = self._word(index)
        found = [f"v={lemma}", f"kind={trigger.pos}", f"tag={tree.tag[index]}"]
        found += [f"m={mark}" for mark in trigger.marks]
        governor_types: list[str] = []
        for place, (above, link) in enumerate(trigger.governors[:3]):
            name = self._word(above)
            found += [f"g={name}", f"g{place}={link}"]
            if link in _CLAUSAL or link.startswith("prep:") or link == "dobj":
                found.append(f"g={name}|{link}")
                found += [f"gm={mark}|{link}" for mark in self._marks_above(above)]
                for kind in self.own_types(above):
                    governor_types.append(kind)
                    found += [f"gx={kind}|{link}", f"gx={kind}"]
        types = self._entry_types(trigger)
        marks = trigger.marks & _MODAL
        for kind in types:
            found.append(f"x={kind}")
            found.append(f"x={kind}|{min(trigger.entries[0].exactness, 3)}")
            found += [f"x={kind}|{mark}" for mark in marks]
            found += [f"gx={above}>x={kind}" for above in governor_types]
        if not types:
            found.append("x=?")
        found += [f"status={entry.status}" for entry in trigger.best[:2] if entry.status]
        found += [f"xall={kind}" for kind in sorted({entry.plover_type for entry in trigger.entries})]
        below = self._complements(trigger, types)
        for kid, depth in trigger.under.items():
            name = self._word(kid)
            if tree.pos[kid] in _CONTENT and name != _NAME and tree.ent[kid] not in _FIGURES:
                below.add(f"u={name}")
                if depth == 1:
                    below.add(f"v+u={lemma}+{name}")
                for kind in self._lexicon.classes.get(name, ()):
                    below.add(f"uc={kind}")
                for kind in self.own_types(kid):
                    below.add(f"ux={kind}")
                    below.update(f"x={own}>ux={kind}" for own in types)
                    if tree.dep[kid] in _CLAUSAL:
                        below.add(f"{lemma}>{kind}")
                        below.update(f"x={own}>xc={kind}" for own in types)
            elif tree.dep[kid] in ("prep", "prt", "agent"):
                if depth == 1:
                    below.add(f"v+p={lemma}+{name}")
                below.add(f"p={name}")
            elif tree.ent[kid] in _FIGURES:
                below.add(f"ue={tree.ent[kid]}")
        return found + sorted(below)

    def _complements(self, trigger: Trigger, types: list[str]) -> set[str]:
        """What the clauses under a trigger say, with their marks, and who their subject is."""
        tree = self._tree
        lemma = self._word(trigger.index)
        found: set[str] = set()
        for kid in tree.kids[trigger.index]:
            link = tree.dep[kid]
            if link not in ("ccomp", "xcomp", "advcl", "parataxis", "pcomp", "acl"):
                continue
            marks = sorted(clause_marks(tree, kid) & _MODAL) or ["plain"]
            subject = next((tree.pos[i] for i in tree.kids[kid] if tree.dep[i] in SUBJECTS), "none")
            who = "self" if subject == "PRON" else "none" if subject == "none" else "other"
            inner = (
                [*self.own_types(kid)]
                or [
                    kind
                    for below in tree.kids[kid]
                    if tree.dep[below] in ("xcomp", "dobj", "ccomp", "acomp")
                    for kind in self.own_types(below)
                ]
                or ["?"]
            )
            found.update(f"c={link}|{mark}|{who}" for mark in marks)
            found.add(f"c={self._word(kid)}|{link}")
            for mark in marks:
                found.add(f"c={lemma}|{mark}|{who}")
                found.update(f"c=x{kind}|{mark}" for kind in inner)
                found.update(f"c=x{kind}|{mark}|{who}" for kind in inner)
        return found

    def _word(self, index: int) -> str:
        """The lemma, unless the token is (part of) a name."""
        tree = self._tree
        if tree.pos[index] == "PROPN" and tree.lemma[index] not in self._lexicon.classes:
            return _NAME
        return _NAME if tree.ent[index] in _NAMED else tree.lemma[index]

    def own_types(self, index: int) -> tuple[str, ...]:
        """The types that the lexicon gives a token by its most exact entries, its own clause considered."""
        known = self._types.get(index)
        if known is None:
            known = self._types[index] = self._look_up(index)
        return known

    def _look_up(self, index: int) -> tuple[str, ...]:
        tree = self._tree
        pos = {"VERB": "verb", "NOUN": "noun", "ADJ": "adjective"}.get(tree.pos[index])
        if pos is None or not self._lexicon.entries(tree.lemma[index], pos):
            return ()
        near = list(tree.kids[index])
        near += [inner for kid in near for inner in tree.kids[kid] if tree.dep[kid] in ("prep", "dobj", "xcomp")]
        entries = self._lexicon.match(
            tree.lemma[index], pos, self._lexicon.with_classes(tree.lemma[kid] for kid in near)
        )
        return tuple(sorted({entry.plover_type for entry in entries if entry.exactness == entries[0].exactness}))

    @staticmethod
    def _entry_types(trigger: Trigger) -> list[str]:
        return sorted({entry.plover_type for entry in trigger.best}) if trigger.entries else []

    def _marks_above(self, index: int) -> list[str]:
        tree = self._tree
        found = []
        for kid in tree.kids[index]:
            if tree.dep[kid] == "neg":
                found.append("neg")
            elif tree.dep[kid] == "aux" and tree.lower[kid] in ("will", "'ll", "wo", "shall"):
                found.append("future")
            elif tree.dep[kid] == "aux" and tree.lower[kid] in ("would", "could", "might", "may", "must", "should"):
                found.append("modal")
            elif tree.dep[kid] == "mark" and tree.lower[kid] in ("if", "unless", "whether"):
                found.append("if")
        return found

    # --- the sides ----------------------------------------------------------------------------------------------
    def side(self, letter: str, index: int | None, how: str) -> list[str]:
        """What kind of party it is and how it hangs on the trigger; ``letter`` is a(ctor) or r(ecipient)."""
        if index is None:
            return [f"{letter}=nobody"]
        base = how.replace("&", "")
        short = base.split("<", 1)[0]
        found = [f"{letter}.{kind}" for kind in self.kinds(index)]
        found.append(f"{letter}by={short}")
        if short != base:
            found.append(f"{letter}in={base[len(short) :]}")
        return found

    def kinds(self, index: int) -> list[str]:
        """Entity label, part of speech, pronoun and word classes of a party; nothing of its name."""
        known = self._kinds.get(index)
        if known is None:
            tree = self._tree
            known = [f"pos:{tree.pos[index]}", f"ent:{tree.ent[index]}"]
            if tree.pos[index] == "PRON":
                known.append(f"pron:{tree.lower[index]}")
            else:
                known += list(self._lexicon.classes.get(tree.lemma[index], ()))
                for kid in tree.kids[index]:
                    if tree.dep[kid] in ("compound", "amod", "appos"):
                        known += [f"mod:{name}" for name in self._lexicon.classes.get(tree.lemma[kid], ())]
            self._kinds[index] = known
        return known

    # --- the pair -----------------------------------------------------------------------------------------------
    def pair(self, candidate: Candidate) -> list[str]:
        """The lemmas and labels on the way from actor to recipient, and the types of the triggers on it."""
        if candidate.actor is None or candidate.recipient is None:
            return ["path=none"]
        tree = self._tree
        way = self._way(candidate.actor, candidate.recipient)
        if way is None:
            return ["path=none"]
        meet, left, right = way
        found = [f"top={self._word(meet)}", f"len={min(len(left) + len(right), 6)}"]
        found.append(f"at={self._at(candidate.trigger, meet, left, right)}")
        seen: list[str] = []
        for index in (meet, *reversed(left), *reversed(right)):
            if tree.pos[index] in ("VERB", "NOUN", "ADJ", "ADP", "AUX"):
                found.append(f"path={self._word(index)}")
            for kind in self.own_types(index):
                if kind not in seen:
                    seen.append(kind)
        if seen:
            found.append(f"first={seen[0]}")
            found += [f"on={kind}" for kind in seen]
            if len(seen) > 1:
                found.append(f"order={seen[0]}>{seen[1]}")
        else:
            found.append("first=?")
        return found

    @staticmethod
    def _at(trigger: int, meet: int, left: list[int], right: list[int]) -> str:
        return "top" if trigger == meet else "path" if trigger in left or trigger in right else "off"

    def _way(self, actor: int, recipient: int) -> tuple[int, list[int], list[int]] | None:
        """The token where the ways up from both sides meet, and the tokens between it and each side."""
        key = (actor, recipient)
        if key in self._ways:
            return self._ways[key]
        up, down = self._path(actor), self._path(recipient)
        place = {index: at for at, index in enumerate(up)}
        meet = next((index for index in down if index in place), None)
        way = None if meet is None else (meet, up[1 : place[meet]], down[1 : down.index(meet)])
        self._ways[key] = way
        return way

    def _path(self, index: int) -> list[int]:
        known = self._paths.get(index)
        if known is None:
            known = self._paths[index] = self._tree.path_up(index)
        return known

    # --- for the ranker -----------------------------------------------------------------------------------------
    def rank_trigger(self, trigger: Trigger) -> list[str]:
        """What makes a trigger likely to tell of an event at all, whichever."""
        tree, index = self._tree, trigger.index
        depth = min(len(self._path(index)), 7)
        exactness = trigger.entries[0].exactness if trigger.entries else -1
        found = [
            f"R.kind={trigger.pos}",
            f"R.dep={tree.dep[index]}",
            f"R.depth={depth}",
            f"R.exact={min(exactness, 4)}",
        ]
        found += [f"R.m={mark}" for mark in trigger.marks]
        found += [f"R.t={kind}" for kind in self._entry_types(trigger)]
        found += [f"R.gx={kind}" for above, _ in trigger.governors[:2] for kind in self.own_types(above)]
        if trigger.governors:
            above, link = trigger.governors[0]
            found.append(f"R.g={self._word(above)}|{link}")
        if not trigger.entries or NO_EVENT in self._entry_types(trigger):
            found.append(f"R.v={self._word(index)}")
        return found

    def rank_side(self, letter: str, index: int | None, how: str, trigger: Trigger) -> list[str]:
        """How good a side is: its kind, its place under the trigger, and whether the lexicon expects it there."""
        if index is None:
            return [f"R.{letter}=nobody|{trigger.pos}"]
        tree = self._tree
        distance = abs(index - trigger.index)
        near = 0 if distance < 3 else 1 if distance < 7 else 2 if distance < 14 else 3
        base = how.replace("&", "")
        place, _, inside = base.partition("<")
        found = [f"R.{letter}.{kind}" for kind in self.kinds(index)]
        found += [f"R.{letter}by={place}", f"R.{letter}by={place}|{trigger.pos}", f"R.{letter}in={inside}"]
        found += [f"R.{letter}near={near}", f"R.{letter}left={index < trigger.index}", f"R.{letter}and={'&' in how}"]
        found.append(f"R.{letter}in={inside}|{tree.ent[index]}")
        found.append(f"R.{letter}by={place}|{tree.ent[index] or tree.pos[index]}")
        if letter == "r" and trigger.entries:
            expected = trigger.entries[0].recipient_by
            last = place.rsplit("prep:", 1)[-1] if "prep:" in place else ""
            found.append(f"R.fit={last in expected if last else 'object'}|{bool(expected)}")
            found += [f"R.rby={place}|{kind}" for kind in self._entry_types(trigger)]
        if letter == "a":
            found += [f"R.aby={place}|{kind}" for kind in self._entry_types(trigger)]
        return found

    def rank_pair(self, candidate: Candidate) -> list[str]:
        """How both sides stand to each other."""
        if candidate.actor is None or candidate.recipient is None:
            return ["R.pair=half"]
        tree = self._tree
        actor, recipient = candidate.actor, candidate.recipient
        kinds = f"{tree.ent[actor] or tree.pos[actor]}>{tree.ent[recipient] or tree.pos[recipient]}"
        actor_place = candidate.actor_by.replace("&", "").partition("<")[0]
        recipient_place = candidate.recipient_by.replace("&", "").partition("<")[0]
        between = abs(actor - recipient)
        found = [f"R.kinds={kinds}", f"R.places={actor_place}>{recipient_place}", f"R.order={actor < recipient}"]
        found.append(f"R.between={0 if between < 3 else 1 if between < 8 else 2 if between < 16 else 3}")
        way = self._way(actor, recipient)
        if way is not None:
            meet, left, right = way
            at = self._at(candidate.trigger, meet, left, right)
            above = [i for i in (meet, *reversed(left), *reversed(right)) if i != candidate.trigger]
            told = next((kind for i in above for kind in self.own_types(i)), "?")
            found += [f"R.at={at}", f"R.at={at}|{told}", f"R.len={min(len(left) + len(right), 6)}"]
        if recipient in self._path(actor) or actor in self._path(recipient):
            found.append("R.nested")
        if tree.lemma[actor] == tree.lemma[recipient]:
            found.append("R.same")
        return found
