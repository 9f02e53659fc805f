"""Mends what small English models now and then get wrong, where tags and neighbours show it.

A verb is hung on a noun as its participle ("a delegation here called on the premier", "the secretary-general pressed
Belgium to pay"), a subject on the place before it ("on a visit to Mali, Togo's president praised …"), the month before
a name is taken for a part of it ("In March Togo recognised …"). Everything that reads the tree profits.
"""

from __future__ import annotations

import re

from spacy.tokens import Doc, Token

from demarche import codebook

_NAMING = frozenset({"det", "amod", "compound", "nmod", "poss", "nummod", "case", "appos", "conj", "cc", "relcl"})
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass", "expl", "aux"})
_FUNCTION = codebook.words("function_words")
_CALENDAR = codebook.words("time_names")
_MODIFIERS = frozenset({"amod", "compound", "nmod", "nummod", "poss"})
_VISITS = codebook.words("visit_nouns")
_YEAR = re.compile(r"(?:19|20)\d\d")
_WHICH = frozenset({"early", "last", "late", "next", "this"})
_AFTER_VERB = frozenset({"prep", "npadvmod", "advcl", "advmod", "punct", "parataxis", "agent", "ccomp", "xcomp"})


def mend(doc: Doc) -> Doc:
    """The same document, its misplaced verbs put right; a spaCy component, to run behind the parser."""
    for token in doc:
        if _is_first_name(token):
            _join_name(token)
        if token.lower_ == "to" and token.dep_ == "aux":
            _name_planner(token)
        elif token.lower_ == "it" and token.is_sent_start:
            _open_cleft(token)
        elif token.dep_ == "dobj":
            _part_from_object(token)
        elif token.dep_ == "cc":
            _part_titled(token)
            _part_gapped(token)
        elif token.dep_ == "nmod":
            _part_from_title(token)
        elif token.dep_ == "appos":
            _join_titled(token)
        elif token.dep_ == "prep":
            _part_from_setting(token)
            _part_from_visitor(token)
            _open_absolute(token)
        elif token.text == "May" and token.dep_ == "aux" and not token.is_sent_start:
            token.dep_, token.tag_ = "npadvmod", "NNP"  # "between 12 and 14 May the premier toured …"
        elif token.lower_ in _CALENDAR and token.dep_ == "compound":
            _part_from_day(token)
        if token.tag_[:2] == "VB" and token.dep_ in ("conj", "dep"):
            _give_subject(token)
        if token.tag_ not in ("VBD", "VBN", "VBZ"):
            continue
        _free_participle(token)
        if token.dep_ == "ccomp":
            _part_object(token)
        if token.dep_ == "acl" and _is_finite(token):
            _head_clause(token)
        elif token.dep_ == "amod" and _follows_subject(token):
            _take_object(token)
        elif token.dep_ == "ROOT" and token.tag_ != "VBN":
            subject = _behind_comma(token)
            if subject is not None:
                subject.head, subject.dep_ = token, "nsubj"
    return doc


def _is_first_name(word: Token) -> bool:
    """Whether the parser takes a rare first name for a preposition before the last one: "Barack Obama and …"."""
    if not word.text[:1].isupper() or word.lower_ in _FUNCTION or word.i + 1 >= len(word.doc):
        return False
    last = word.nbor()
    return last.dep_ == "pobj" and last.head == word and last.tag_[:3] == "NNP"


def _join_name(first: Token) -> None:
    """The last name stands for the whole, in the place where the first stood."""
    last, head, label = first.nbor(), first.head, first.dep_
    for child in [child for child in first.children if child != last]:
        child.head = last
    if label in ("prep", "mark") and head.tag_[:2] in ("VB", "MD"):
        has_subject = any(child.dep_ in _SUBJECTS for child in head.children)
        label = "nsubj" if first.i < head.i and not has_subject else "dobj" if first.i > head.i else "dep"
    last.head, last.dep_ = (last, "ROOT") if head == first else (head, label)
    first.head, first.dep_, first.tag_ = last, "compound", "NNP"


def _part_from_title(name: Token) -> None:
    """ "President A and Russian President B met", where the parser hangs A and the second title on B: the title is B's,
    and both met."""
    other = name.head
    joined = [child for child in name.children if child.dep_ in ("cc", "conj")]
    is_titled = any(child.dep_ == "compound" and child.lower_ in _TITLES for child in name.children)
    if [child.dep_ for child in joined] != ["cc", "conj"] or not is_titled or name.lower_ in _TITLES:
        return
    conjunction, title = joined
    if title.lower_ not in _TITLES or not conjunction.i < title.i < other.i or other.tag_ != "NNP":
        return
    title.head, title.dep_ = other, "compound"
    name.head, name.dep_ = (name, "ROOT") if other.head == other else (other.head, other.dep_)
    other.head, other.dep_ = name, "conj"


def _join_titled(name: Token) -> None:
    """ "Togo's President A and Mali's premier B met", where the parser adds B to A's name and not to A with his title;
    "President A, President B and …", where it takes B for another name of A's."""
    title = name.head
    if title.lower_ in _TITLES and name.left_edge.i == title.i + 1:
        for child in [child for child in name.children if child.dep_ in ("cc", "conj") and child.i > name.i]:
            child.head = title
        return
    first, is_listed = name.head, any(child.dep_ == "conj" for child in name.children)
    begin = name.left_edge
    if is_listed and begin.i and begin.nbor(-1).text == "," and _is_titled(name) and _is_titled(first):
        is_apposed = first.dep_ == "appos" and first.left_edge.i == first.head.i + 1
        name.head, name.dep_ = first.head if is_apposed else first, "conj"


def _is_titled(name: Token) -> bool:
    titles = [name.head, *name.children] if name.dep_ == "appos" else list(name.children)
    return name.lower_ not in _TITLES and any(word.lower_ in _TITLES and word.i < name.i for word in titles)


def _part_titled(conjunction: Token) -> None:
    """ "German Chancellor A and Economy Minister B arrived", where the parser tangles the two names: whatever stands
    before a name is its own title, and both stand in one place."""
    doc, last = conjunction.doc, conjunction.i - 1
    if conjunction.lower_ != "and":
        return
    begin, end = _phrase_before(conjunction), _phrase_behind(conjunction)
    if begin is None or end is None:
        return
    one, other, within = doc[last], doc[end - 1], range(begin, end)
    heads = [word for word in doc[begin:end] if word.head.i not in within or word.head == word]
    if len(heads) != 1 or (other.dep_ == "conj" and other.head.i in range(begin, last + 1)):
        return
    above, label = heads[0].head, heads[0].dep_
    for first, name in ((begin, one), (conjunction.i + 1, other)):
        for word in doc[first : name.i]:
            if word.head.i not in range(first, name.i + 1) or word.dep_ in ("ROOT", "cc", "conj", "preconj"):
                is_owner = word.nbor().tag_ == "POS"
                word.head, word.dep_ = (
                    name,
                    "poss" if is_owner else word.dep_ if word.dep_ in _MODIFIERS else "compound",
                )
    one.head, one.dep_ = (one, "ROOT") if above == heads[0] else (above, label)
    other.head, other.dep_ = one, "conj"
    conjunction.head = one


def _phrase_before(conjunction: Token) -> int | None:
    """Where the phrase begins that stands before a conjunction: a name, and before it a title or whose he is."""
    doc, at, start = conjunction.doc, conjunction.i - 1, conjunction.sent.start
    while at > start and _is_of_name(doc[at]):
        at -= 1
    if not _tells_who(doc[at]) or at == conjunction.i - 1:
        return None
    while at > start and (_is_of_name(doc[at - 1]) or _tells_who(doc[at - 1]) or doc[at - 1].lower_ == "of"):
        at -= 1
    return at


def _phrase_behind(conjunction: Token) -> int | None:
    """Where such a phrase ends that stands behind a conjunction, as the token after it."""
    doc, at, title, end = conjunction.doc, conjunction.i + 1, None, conjunction.sent.end
    while at < end and (_is_of_name(doc[at]) or _tells_who(doc[at])):
        if doc[at].tag_ == "POS" and not (at + 1 < end and (_is_of_name(doc[at + 1]) or _tells_who(doc[at + 1]))):
            break  # "A and B's talks"
        title = at if _tells_who(doc[at]) else title
        at += 1 + (title == at and doc[at + 1 : at + 2].text == "of")
    return at if title is not None and title < at - 1 and doc[at - 1].tag_[:3] == "NNP" else None


def _tells_who(word: Token) -> bool:
    """ "President A", "Togo's A"."""
    return word.tag_ == "POS" or (word.lower_ in _TITLES and word.text[:1].isupper())


def _is_of_name(word: Token) -> bool:
    if word.lower_ in _PARTICLES:  # "Mohammed bin Abdulrahman"
        return word.i + 1 < len(word.doc) and word.nbor().text[:1].isupper()
    is_name = word.tag_ in ("NNP", "NNPS", "JJ") and word.text[:1].isupper() and word.lower_ not in _FUNCTION
    return is_name and word.lower_ not in _TITLES and word.lower_ not in _CALENDAR


_PARTICLES = codebook.words("name_particles")
#: The last words of titles.
_TITLES = frozenset(row["title"].split()[-1] for row in codebook.table("titles"))


def _part_from_setting(preposition: Token) -> None:
    """What stands behind the preposition that opens a clause ("In March Togo …", "In Suva Togo …", "In 1956 Togo, Chad
    and Mali …") is the time or place of it, and the name behind that its subject."""
    verb = preposition.head
    if verb.i < preposition.i or verb.tag_[:2] not in ("VB", "MD") or preposition.i + 1 >= verb.i:
        return
    objects = [child for child in preposition.children if child.dep_ in ("pobj", "pcomp", "prep")]
    subject = next((child for child in verb.children if child.dep_ in _NOMINATIVE), None)
    if not objects:
        _part_name(preposition, subject)
        return
    name = objects[-1]
    is_list = (
        subject is not None
        and subject.left_edge.i == name.i + 2
        and name.nbor().text == ","
        and subject.tag_[:3] == "NNP"
        and subject.left_edge.tag_ != "DT"  # not "On Monday Obasi, the premier, …"
    )
    if name.dep_ != "pobj" or not (is_list or (subject is None and _is_before_verb(name, verb))):
        return
    is_second = len(objects) == 2 and name.tag_[:3] == "NNP" and objects[0].right_edge.i + 1 == name.left_edge.i
    if not is_second and not (len(objects) == 1 and _part_name(preposition, name)):
        return
    name.head, name.dep_ = verb, _subject_label(verb)
    if subject is not None:
        subject.head, subject.dep_ = name, "conj"


def _part_from_visitor(preposition: Token) -> None:
    """ "A visit by Mara Quill to Togo": who comes has no place of his own to go to, the visit has."""
    visitor = preposition.head
    visit = visitor.head.head
    is_by = visitor.dep_ == "pobj" and visitor.head.lower_ in ("by", "of") and visitor.tag_[:3] == "NNP"
    if preposition.lower_ == "to" and is_by and visit.lower_ in _VISITS:
        preposition.head = visit


def _open_absolute(preposition: Token) -> None:
    """ "…, with Togo mediating", where the parser takes what Togo does for a noun: nobody is dealt with."""
    if preposition.lower_ != "with" or not preposition.i or preposition.nbor(-1).text != ",":
        return
    for noun in [child for child in preposition.children if child.dep_ == "pobj" and child.tag_ == "NN"]:
        name = noun.nbor(-1)
        if noun.lower_.endswith("ing") and name.head == noun and name.dep_ == "compound" and name.tag_[:3] == "NNP":
            for child in [child for child in noun.children if child.i < name.i]:
                child.head = name
            noun.dep_, noun.tag_, name.dep_ = "pcomp", "VBG", "nsubj"


def _part_name(preposition: Token, name: Token | None) -> bool:
    """Give a preposition what the parser took for the first part of the name behind it; whether there was such."""
    first = preposition.nbor()
    chain = [first]
    while chain[-1] != name and chain[-1].dep_ in _MODIFIERS and chain[-1].head.i > chain[-1].i:
        chain.append(chain[-1].head)
    if name is None or chain[-1] != name or len(chain) == 1:
        return False
    parts = [word for word in first.doc[first.i : name.i] if word.lower_ in _CALENDAR and word.dep_ == "compound"]
    parts = parts or ([first] if _YEAR.fullmatch(first.text) and first.head == name else [])
    if not parts and first.tag_ == "NNP" and first.head == name and name.tag_ == "NNP" and name.i == first.i + 1:
        parts = [first]  # "In Suva Togo …", not "In New York Togo …"
    if not parts:
        return False
    setting = parts[0].nbor() if parts[0].nbor().lower_ == "day" else parts[0]  # "On May Day Togo …"
    holder = setting.head
    for child in [child for child in holder.children if child.i < setting.i]:
        child.head = setting
    setting.head, setting.dep_ = preposition, "pobj"
    return True


def _part_from_day(day: Token) -> None:
    """ "Last Thursday Togo recalled …": a day with a word that says which is no part of the name behind it."""
    name = day.head
    if not day.left_edge.is_sent_start or name.i != day.i + 1 or name.tag_[:3] != "NNP":
        return
    top = name
    while top.dep_ == "poss":
        top = top.head
    which = [c for c in (*day.children, *name.children) if c.i < day.i and c.lower_ in _WHICH]
    if which and top.dep_ in ("nsubj", "nsubjpass"):
        for word in which:
            word.head = day
        day.head, day.dep_ = top.head, "npadvmod"


def _name_planner(particle: Token) -> None:
    """Who will do it in a headline, "Ghana, Togo to hold talks", "Trump to meet Putin": the names that open it are the
    infinitive's subjects, whatever the parser takes the last one for."""
    verb, sentence = particle.head, particle.sent
    if particle.i == sentence.start or sentence[-1].text in (".", "?", "!") or verb.i < particle.i:
        return
    name = particle.nbor(-1)
    if name.i == sentence.start and name.tag_[:2] == "VB" and verb.head == name and name.text[:1].isupper():
        for child in [child for child in name.children if child != verb]:
            child.head = verb
        verb.head, verb.dep_ = verb, "ROOT"
        name.head, name.dep_, name.tag_ = verb, "nsubj", "NNP"
    elif name.i == sentence.start and name.dep_ == "dep" and name.head == verb:
        name.dep_ = "nsubj"
    elif name.dep_ == "appos" and name.tag_[:3] == name.head.tag_[:3] == "NNP" and name.head.left_edge.is_sent_start:
        name.dep_ = "conj"


def _open_cleft(pronoun: Token) -> None:
    """ "It was Kenya that condemned Israel", "it was not Kenya but Togo that …": the clause is that noun's own."""
    copula = pronoun.head
    if copula.lower_ not in ("is", "was") or pronoun.dep_ not in ("nsubj", "expl"):
        return
    noun = next((child for child in copula.children if child.dep_ == "attr" and child.tag_[:2] == "NN"), None)
    if noun is None:
        return
    clauses = [c for word in (copula, *noun.subtree) for c in word.children if c.dep_ in ("ccomp", "relcl", "advcl")]
    clause = next((c for c in clauses if c.i > noun.i and c.tag_ in ("VBD", "VBZ", "VBP", "VBN")), None)
    if clause is None:
        return
    links = [child for child in clause.children if child.lower_ in ("that", "which", "who") and child.i < clause.i]
    is_subject = any(child.dep_ in ("nsubj", "nsubjpass") and child.tag_ in ("WDT", "WP") for child in links)
    others = {child.dep_ for child in clause.children if child not in links}
    is_object = noun.tag_[:3] == "NNP" and others.isdisjoint(("dobj", "ccomp"))
    if not links or not (is_subject or is_object) or links[0].i < noun.i:
        return
    but = [child for child in noun.children if child.dep_ == "conj"]
    denials = [child for child in copula.children if child.dep_ == "neg" and child.i < noun.i]
    if denials:
        if not but or not any(child.lower_ == "but" for child in noun.children):
            return  # "it was not Kenya that …": somebody else did
        denials[0].head = noun
        noun = but[0]
    clause.head, clause.dep_ = noun, "relcl"


def _part_from_object(noun: Token) -> None:
    """A name right before another object is who gets it ("sent Togo 20 nurses and 3 tents"); what stands behind a
    headline's colon is who says it ("Chad raids Mali: Togolese officials")."""
    verb, before = noun.head, noun.left_edge.i - 1
    if before > verb.i and noun.doc[before].text == ":":
        noun.dep_ = "dep"
        return
    given = noun.doc[before]
    if given.dep_ == "dobj" and given.head == verb and given.tag_ in ("NNP", "NNPS", "PRP") and given.i > verb.i:
        given.dep_ = "dative"


def _part_gapped(conjunction: Token) -> None:
    """ "Peru expelled two envoys and Chile three": behind "and" stand a subject and an object, and no verb. The subject
    becomes the verb's conjunct, the object that subject's orphan, as in Universal Dependencies."""
    doc, end = conjunction.doc, conjunction.sent.end
    at = conjunction.i + 1
    while at < end and doc[at].tag_ in ("NNP", "NNPS"):
        at += 1
    if at == conjunction.i + 1 or at >= end or doc[at].tag_ not in ("DT", "CD", "PRP$"):
        return
    last = at
    while last + 1 < end and doc[last + 1].tag_ in ("CD", "JJ", "NN", "NNS", "NNP", "NNPS"):
        last += 1
    clause_end = next((word.i for word in doc[last + 1 : end] if word.text in (".", ";", ",")), end)
    verb = conjunction.head
    while verb.tag_[:2] != "VB" and verb.head != verb:
        verb = verb.head
    objects = [child for child in verb.children if child.dep_ == "dobj" and verb.i < child.i < conjunction.i]
    rest, named, orphan = doc[at:clause_end], doc[conjunction.i + 1 : at].root, doc[at : last + 1].root
    if (
        doc[last].tag_ == "DT"
        or (last + 1 < clause_end and doc[last + 1].tag_ not in ("IN", "TO"))
        or verb.tag_ not in ("VBD", "VBN", "VBZ", "VBP")
        or len(objects) != 1
        or any(child.dep_ == "dative" for child in verb.children)
        or any(word.tag_ in ("VBD", "VBZ", "VBP", "MD") for word in rest)
        or doc[last].lower_ in _SPANS
        or {objects[0], verb}.isdisjoint((named.head, *named.ancestors))
    ):
        return
    for word in (*doc[conjunction.i + 1 : at], *doc[at:clause_end]):  # what hung across the gap
        if word not in (named, orphan) and not conjunction.i < word.head.i < clause_end:
            word.head = orphan
    for word in doc[at : last + 1]:
        if word != orphan and not at <= word.head.i <= last:
            word.head = orphan
    for word in doc[conjunction.i + 1 : at]:
        if word != named and not conjunction.i < word.head.i < at:
            word.head = named
    named.head, named.dep_ = verb, "conj"
    orphan.head, orphan.dep_ = named, "orphan"
    conjunction.head = verb


_SPANS = frozenset({"afternoon", "day", "evening", "month", "morning", "night", "time", "week", "weekend", "year"})


def _give_subject(verb: Token) -> None:
    """ "Chile expelled two envoys and Peru recalled one": the noun right before a second verb, which the parser adds to
    the object before it, is that verb's subject; also with a word between commas: "and Peru, too, recalled one"."""
    doc, above = verb.doc, verb.head
    auxiliaries = [child for child in verb.children if child.dep_ in ("aux", "auxpass", "neg")]
    if above.i > verb.i or above.tag_[:2] != "VB" or any(c.dep_ in _NOMINATIVE for c in verb.children):
        return
    if verb.tag_ not in ("VBD", "VBZ", "VBP") and not any(word.dep_ != "neg" for word in auxiliaries):
        return
    at = min(word.i for word in (verb, *auxiliaries)) - 1
    while at > above.i and doc[at].tag_ == "RB":
        at -= 1
    is_inserted = doc[at].text == ","
    if is_inserted:
        comma = next((i for i in range(at - 1, max(at - 6, above.i), -1) if doc[i].text == ","), None)
        if comma is None or any(word.tag_[:2] in ("VB", "CC", "IN") for word in doc[comma:at]):
            return
        at = comma - 1
    noun = doc[at]
    while noun.dep_ != "conj" and noun.head != noun and noun.head.right_edge.i == at:
        noun = noun.head
    first = noun.head
    if noun.dep_ != "conj" or noun.tag_[:2] != "NN" or first.tag_[:2] != "NN" or not above.is_ancestor(noun):
        return
    before = doc[noun.left_edge.i - 1]
    if before.dep_ != "cc" or noun.left_edge.i <= above.i or first.i < above.i:
        return
    if is_inserted:
        for child in [child for child in first.children if child.dep_ == "appos" and child.i > noun.i]:
            child.head = noun
    before.head = above
    noun.head, noun.dep_ = verb, _subject_label(verb)
    verb.dep_ = "conj"


_NOMINATIVE = _SUBJECTS - {"aux"}


def _part_object(verb: Token) -> None:
    """ "Togo recognised Palau and Chad condemned Mali", where the parser reads that Palau and Chad condemned: what
    stands behind a verb that is none of saying is its object, and the coordinated noun before the next verb a subject.
    """
    above = verb.head
    first = next((child for child in verb.children if child.dep_ == "nsubj"), None)
    if above.i > verb.i or first is None or above.tag_ not in ("VBD", "VBZ", "VBP") or _may_say(above):
        return
    if any(child.dep_ in ("mark", "aux") for child in verb.children) or first.left_edge.i != above.i + 1:
        return
    joined = [child for child in first.children if child.dep_ in ("cc", "conj")]
    if [child.dep_ for child in joined] != ["cc", "conj"] or joined[0].lower_ != "and":
        return
    conjunction, second = joined
    if second.right_edge.i + 1 != verb.i or any(child.dep_ in ("cc", "conj") for child in second.children):
        return
    first.head, first.dep_ = above, "dobj"
    conjunction.head = above
    second.head, second.dep_ = verb, "nsubj"
    verb.head, verb.dep_ = above, "conj"


def _free_participle(participle: Token) -> None:
    """ "The visit planned for May has been cancelled", where the parser reads that the visit planned: the participle is
    the noun's, and the noun the subject of the verb that has none."""
    nouns = [child for child in participle.children if child.dep_ in _NOMINATIVE and child.i < participle.i]
    has_more = any(child.dep_ in ("aux", "auxpass", "dobj", "neg", "cc") for child in participle.children)
    if len(nouns) != 1 or has_more or participle.tag_ not in ("VBD", "VBN"):
        return
    is_subject = participle.dep_ in ("csubj", "csubjpass", "nsubj", "nsubjpass")
    if is_subject:
        verb = participle.head
    else:
        behind = (c for c in participle.children if c.i > participle.i and c.dep_ in ("ccomp", "conj", "dep"))
        verb = next(behind, participle)
    parts = {child.dep_ for child in verb.children if child != participle}
    first = next((child for child in verb.children if child.dep_ in ("aux", "auxpass")), None)
    if verb.i <= participle.i or first is None or first.tag_ not in ("VBD", "VBZ", "VBP", "MD"):
        return
    if parts & {"nsubj", "nsubjpass", "mark", "cc"} or any(
        c.text in (",", ";") for c in verb.doc[participle.i : verb.i]
    ):
        return
    if not is_subject:
        is_root = participle.dep_ == "ROOT"
        verb.dep_ = participle.dep_
        verb.head = verb if is_root else participle.head
    for child in list(participle.children):
        if child.i > verb.i or child.i < nouns[0].left_edge.i:
            child.head = verb
    nouns[0].head, nouns[0].dep_ = verb, _subject_label(verb)
    participle.head, participle.dep_ = nouns[0], "acl"


def _may_say(verb: Token) -> bool:
    """Whether a verb may have a clause for its object; lemmas aren't known yet where the tree is mended."""
    word = verb.lower_
    return word in _SAID or not {word, word[:-1], word[:-2]}.isdisjoint(_GOVERNING)


_GOVERNING = codebook.words("saying") | {row["lemma"] for row in codebook.table("operators")}
_SAID = frozenset({"felt", "found", "heard", "knew", "meant", "said", "saw", "thought", "told", "wrote"})


def _subject_label(verb: Token) -> str:
    return "nsubjpass" if any(child.dep_ == "auxpass" for child in verb.children) else "nsubj"


def _is_before_verb(noun: Token, verb: Token) -> bool:
    """Whether between a noun and a finite verb only auxiliaries and adverbs stand."""
    between = noun.doc[noun.right_edge.i + 1 : verb.i]
    is_finite = verb.tag_ in ("VBD", "VBZ", "VBP") or any(word.dep_ in ("aux", "auxpass") for word in between)
    return is_finite and all(word.dep_ in ("aux", "auxpass", "neg", "advmod") for word in between)


def _behind_comma(verb: Token) -> Token | None:
    """The noun between comma and verb that the parser adds to what stands before, where the verb has no subject."""
    if any(child.dep_ in _SUBJECTS for child in verb.children) or verb.i <= verb.sent.start:
        return None
    noun, found = verb.nbor(-1), None
    while noun.dep_ in ("conj", "appos") and noun.tag_[:2] == "NN":
        first = noun.left_edge
        if first.i > first.sent.start and first.nbor(-1).text == ",":
            found = noun
        noun = noun.head
    return found if found is not None and noun.dep_ == "pobj" and noun.head.dep_ == "prep" else None


def _is_finite(verb: Token) -> bool:
    """Whether a noun's participle is the verb of which the noun is the subject."""
    noun = verb.head
    if noun.tag_[:2] != "NN" or noun.i > verb.i or noun.dep_ != "ROOT":
        return False
    labels = {child.dep_ for child in verb.children}
    if labels & {"agent", "auxpass", "nsubj", "nsubjpass", "mark"}:
        return False
    return verb.tag_ == "VBD" or bool(labels & {"aux", "dobj"})


def _head_clause(verb: Token) -> None:
    noun = verb.head
    after = [child for child in noun.children if child.i > verb.i or child.dep_ in ("punct", "advmod")]
    verb.head, verb.dep_ = verb, "ROOT"
    noun.head, noun.dep_ = verb, "nsubj"
    for child in after:
        child.head = verb


def _follows_subject(participle: Token) -> bool:
    """Whether what stands before a noun's participle is a whole noun: "the premier pressed Belgium", no modifier."""
    noun = participle.head
    if participle.i <= participle.sent.start or noun.i < participle.i or noun.tag_[:2] != "NN":
        return False
    if noun.dep_ != "ROOT" and not (noun.dep_ == "nsubj" and noun.head.dep_ == "ROOT" and _is_infinitive(noun.head)):
        return False
    before = participle.nbor(-1)
    if before.tag_[:2] != "NN":
        return False
    return before.head == noun or (before.head.head == noun and before.head.i < participle.i)


def _take_object(verb: Token) -> None:
    noun = verb.head
    before = [child for child in noun.children if child.i < verb.i]
    subject = max(before, key=lambda child: child.i)
    after = [child for child in noun.children if child.i > noun.i and child.dep_ not in _NAMING]
    infinitives = [c for c in noun.children if c.dep_ == "relcl" and _is_infinitive(c)]
    infinitives += [noun.head] if noun.dep_ == "nsubj" else []
    verb.head, verb.dep_, verb.tag_ = verb, "ROOT", "VBD"
    noun.head, noun.dep_ = verb, "dobj"
    subject.head, subject.dep_ = verb, "nsubj"
    for child in before:
        if child != subject:
            child.head = verb if child.dep_ in _AFTER_VERB else subject
    for child in after:
        child.head = verb
    for child in infinitives:
        child.head, child.dep_ = verb, "xcomp"


def _is_infinitive(verb: Token) -> bool:
    return any(child.lower_ == "to" and child.dep_ == "aux" for child in verb.children)
