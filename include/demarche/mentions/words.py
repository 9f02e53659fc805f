"""The closed lists by which mentions are read: word lists from the codebook, labels of the model, kinds of names."""

from __future__ import annotations

from demarche import codebook

_LISTS = codebook.document("mention_words")

JOINERS = frozenset({"'", "-", ".", "‑", "–", "’"})
HYPHENS = frozenset({"-", "‑", "–"})
NOMINAL = frozenset({"NOUN", "PROPN"})
INSIDE_PHRASE = frozenset({"ADJ", "DET", "NOUN", "NUM", "PROPN"})
PLACE_LABELS = frozenset({"FAC", "GPE", "LOC"})
NO_NAME_LABELS = frozenset({"CARDINAL", "DATE", "MONEY", "ORDINAL", "PERCENT", "QUANTITY", "TIME"})
TIME_NAMES = codebook.words("time_names")
ACTING = frozenset({"agent", "csubj", "dative", "nsubj"})
SUBJECT = frozenset({"nsubj", "nsubjpass"})
DOMESTIC = frozenset({"AGR", "COP", "CVL", "EDU", "JUD", "LAB", "MED", "OPP", "REB", "SPY", "UAF"})
MODIFYING = frozenset({"adjective", "people", "state"})
SONS = frozenset({"bin", "bint", "ibn"})  # "son of", "daughter of"
LINKED_LEVELS = frozenset(
    {"defence_minister", "foreign_minister", "head_of_government", "head_of_state", "leader", "organisation_head"}
)
#: Levels of titles of those who speak for their states where a body of states meets.
MEMBER_LEVELS = (LINKED_LEVELS - {"organisation_head"}) | {"envoy", "minister"}
HEADING = frozenset({"head_of_state", "leader"})  # levels of titles that heads of organisations bear
WHOLE = ("state", "organisation", "body")
ORDER = ("state", "adjective", "organisation", "metonym", "capital", "person", "people")
OF_A_LAND = frozenset({"adjective", "capital", "state"})
PLACE_PREPOSITIONS = frozenset(_LISTS["place_prepositions"])
ORDINARY_WORDS = frozenset(_LISTS["ordinary_words"])
OF_A_PLACE = frozenset(_LISTS["of_a_place"])
GEOGRAPHIC_NOUNS = frozenset(_LISTS["geographic_nouns"])
GEOGRAPHIC_PREFIXES = frozenset(_LISTS["geographic_prefixes"])
GEOGRAPHIC_WHOLES = frozenset(_LISTS["geographic_wholes"])
RIVERS = frozenset(_LISTS["rivers"])
DATING_PREPOSITIONS = frozenset(_LISTS["dating_prepositions"])
SHARED_BODIES = frozenset(_LISTS["shared_bodies"])
GOING_AND_HITTING = frozenset(_LISTS["going_and_hitting"])
NAMING_ADJECTIVES = frozenset(_LISTS["naming_adjectives"])
GIVEN_TO_A_SIDE = frozenset(_LISTS["given_to_a_side"])
DONE_TO_A_PARTY = frozenset(_LISTS["done_to_a_party"])
BEFALLING_TOWNS = frozenset(_LISTS["befalling_towns"]) | (GOING_AND_HITTING - {"approach", "leave", "visit"})
STANDING_ABROAD = frozenset(_LISTS["standing_abroad"])
STANDING = frozenset(_LISTS["standing"])
SIDE_PREPOSITIONS = frozenset(_LISTS["side_prepositions"])
PAST_HOLDER = frozenset(_LISTS["past_holder"])
BACKED = frozenset(_LISTS["backed"])
LED = frozenset(_LISTS["led"])
OF_MANY_STATES = frozenset(_LISTS["of_many_states"])
PARTITIVES = frozenset(_LISTS["partitives"])
MASCULINE = frozenset(_LISTS["masculine"])
FEMININE = frozenset(_LISTS["feminine"])
PLURAL = frozenset(_LISTS["plural"])
NEUTER = frozenset(_LISTS["neuter"])
FORMS_OF_ADDRESS = frozenset(_LISTS["forms_of_address"])
MALE_TITLES = frozenset(_LISTS["male_titles"])
FEMALE_TITLES = frozenset(_LISTS["female_titles"])
BLOC_NOUNS = frozenset(_LISTS["bloc_nouns"])
ALLIANCES = frozenset(_LISTS["alliances"])
PAIR_NOUNS = frozenset(_LISTS["pair_nouns"])
PAIR_BODIES = frozenset(_LISTS["pair_bodies"])
PAIR_PEOPLE = frozenset(_LISTS["pair_people"])
EAST_ASIAN_SURNAMES = frozenset(_LISTS["east_asian_surnames"])

POSSESSIVES = frozenset({"'s", "’s", "'", "’"})
