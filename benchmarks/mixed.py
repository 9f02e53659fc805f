"""A day's news of all kinds, for measuring: a fifth diplomacy (the samples), the rest sport, markets, local matters,
crime, culture, weather, science, health, business and politics at home, from templates written for this purpose.

States are named in these, too, as they are in the news: by who plays whom, where a film was made, whose shares fell.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from demarche import steps
from demarche.records import Document
from demarche.settings import Settings

DIPLOMATIC_SHARE = 0.2
_SLOT = re.compile(r"\{(\w+)\}")

_WORDS: dict[str, tuple[str, ...]] = {
    "town": ("Millbrook", "Ashcombe", "Port Laren", "Dunmere", "Castle Rowan", "Westerleigh", "Harrow Falls",
             "Eddington", "Springvale", "Little Marden", "Brackwater", "St. Olan"),
    "city": ("Leeds", "Toronto", "Chicago", "Melbourne", "Cape Town", "Mumbai", "Auckland", "Dublin", "Lagos"),
    "state": ("Brazil", "Germany", "Japan", "Nigeria", "France", "Australia", "India", "Kenya", "Sweden", "Korea"),
    "rival": ("Croatia", "Morocco", "Mexico", "Pakistan", "England", "Ghana", "Italy", "New Zealand", "Serbia", "Peru"),
    "adjective": ("Brazilian", "German", "Japanese", "Nigerian", "French", "Swedish", "Indian", "Korean", "Kenyan"),
    "man": ("Tom Hargreave", "Daniel Osei", "Peter Lindqvist", "Ravi Menon", "Luke Farrow", "Sam Whitlock"),
    "woman": ("Ellen Marsh", "Grace Adeyemi", "Sofia Brandt", "Priya Nair", "Hannah Cole", "Julia Ferrante"),
    "club": ("Rovers", "United", "Athletic", "the Wanderers", "City", "Albion", "the Harriers"),
    "firm": ("Norvik Holdings", "Brightwell Foods", "Tamaro Motors", "Halden Bank", "Orsino Energy", "Peliac Software"),
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "n": ("two", "three", "four", "five", "six", "seven", "nine", "eleven", "twelve"),
    "big": ("120", "340", "1,500", "27", "64", "3,200", "85", "410"),
    "percent": ("0.4", "1.2", "2.7", "3.1", "5.5", "0.8"),
}  # fmt: skip

FIELDS: dict[str, tuple[str, ...]] = {
    "sport": (
        "{club} beat {club} 2-1 on {day} with a late goal by {man}.",
        "{state} drew with {rival} in their second group match of the tournament.",
        "The striker scored {n} times before half-time.",
        "Coach {man} praised his defenders after the final whistle.",
        "{woman} won the 800 metres in a personal best.",
        "The captain will miss the next fixture with a knee injury.",
        "Fans had queued since dawn outside the stadium in {city}.",
        "{rival} attacked from the start and hit the post twice.",
        "The referee sent off the midfielder for a second yellow card.",
        "It was the {adjective} side's first defeat of the season.",
        "{man} signed a three-year contract with {club}.",
        "The league table is now led by {club} on goal difference.",
        "{woman} defeated her {adjective} opponent in straight sets to reach the quarterfinal.",
        "The team travels to {city} on {day} for the return leg.",
        "A crowd of {big} watched the under-19 side train.",
        "The batsman made {big} before he was caught in the deep.",
    ),
    "markets": (
        "Shares in {firm} fell {percent} percent on {day} after a profit warning.",
        "The benchmark index closed {percent} percent higher in thin trade.",
        "Oil slipped below {big} dollars a barrel as stocks rose.",
        "The yen weakened against the dollar for a third day.",
        "{adjective} bond yields edged up ahead of the auction.",
        "{firm} reported a quarterly profit of {big} million dollars.",
        "Analysts had expected the central bank to keep rates unchanged.",
        "Investors are waiting for {day}'s inflation figures from {state}.",
        "Copper gained {percent} percent on hopes of demand.",
        "The company said it would cut {big} jobs at its plant near {town}.",
        "Traders pointed to strong exports from {state}.",
        "Retail sales in {state} rose {percent} percent in the month.",
        "{firm} agreed to buy a rival for {big} million euros in cash.",
        "The regulator is to look at the price of the deal.",
        "Gold was little changed at the close.",
    ),
    "local": (
        "The council in {town} voted on {day} to close the old swimming pool.",
        "Residents complained about noise from the new bypass.",
        "Mayor {woman} opened a playground beside the library.",
        "Work on the bridge will take {n} weeks longer than planned.",
        "Volunteers planted {big} trees along the river.",
        "The school's headteacher, {man}, is to retire in July after {n} years.",
        "A petition against the car park gathered {big} names.",
        "Buses will be diverted through {town} until {day}.",
        "The market returns to the square on {day}.",
        "Councillor {man} said the budget left no room for repairs.",
        "The bakery on Mill Lane has been run by one family since 1952.",
        "Parents want a crossing near the primary school.",
        "The town is twinned with a village in {state}.",
        "A grant of {big} thousand pounds will pay for the roof of the hall.",
        "The annual flower show drew visitors from as far as {city}.",
    ),
    "crime": (
        "Police in {town} arrested a man of 34 after a break-in at a jeweller's.",
        "{man} was jailed for {n} years for fraud.",
        "Two teenagers were charged with stealing a car.",
        "Detectives appealed for witnesses to the crash on {day}.",
        "A fire destroyed a warehouse in {city}; nobody was hurt.",
        "The jury heard that the accused had borrowed the van.",
        "Officers found {big} grams of cocaine under a seat.",
        "A shop worker was threatened with a knife.",
        "The court ordered {woman} to pay back {big} thousand pounds.",
        "Neighbours said they had heard shouting before the shots.",
        "The driver, a {adjective} citizen, was released on bail.",
        "An inquest into the death opens on {day}.",
        "The judge said the attack had been cruel.",
        "Firefighters rescued {n} people from the flat.",
    ),
    "culture": (
        "The novel, her third, follows {n} sisters through one summer.",
        "{woman} plays the widow with great restraint.",
        "The film was shot in {state} over {n} weeks.",
        "The orchestra opened its season in {city} with Mahler.",
        "Tickets for the festival sold out in an hour.",
        "The singer's new album mixes folk with electronic music.",
        "Director {man} said he had wanted an open ending.",
        "The museum shows {big} drawings on loan from {state}.",
        "Critics called the stage version slow but tender.",
        "The prize for best actress went to {woman}.",
        "The {adjective} pianist played an encore.",
        "An exhibition about the battle of light and shadow opens on {day}.",
        "The sequel comes to cinemas in the autumn.",
        "The gallery's director has been praised for her courage.",
    ),
    "weather": (
        "Heavy rain is expected over the west on {day}.",
        "Temperatures will reach {big} degrees in the south.",
        "A storm brought down power lines near {town}.",
        "Forecasters warned of ice on high roads.",
        "Snow closed {n} schools in the hills.",
        "The cyclone weakened before it reached the coast of {state}.",
        "Winds of {big} kilometres an hour were measured at the lighthouse.",
        "Farmers hope that the dry spell will end.",
        "The river at {town} stood {n} metres above its normal level.",
        "Fog delayed flights at {city} airport.",
        "Sunshine will return at the weekend.",
    ),
    "science": (
        "Researchers in {city} have described a new species of frog.",
        "The telescope took {n} images of the distant galaxy.",
        "The study followed {big} children for ten years.",
        "The {adjective} team published its results in a journal on {day}.",
        "The satellite will measure how fast the ice melts.",
        "Fossils found in {state} are older than had been thought.",
        "Bees remember faces, the authors write.",
        "The probe lost contact with the ground for {n} hours.",
        "Professor {woman} said the method needed more tests.",
        "The enzyme breaks plastic down within {n} days.",
        "A grant will pay for a second laboratory.",
    ),
    "health": (
        "The hospital in {town} has hired {n} more nurses.",
        "Patients wait {n} weeks for a scan.",
        "A study of {big} adults linked short sleep to heart disease.",
        "Doctors advise the over-65s to be vaccinated before winter.",
        "The clinic will open on {day}.",
        "Dr. {woman} said the drug had few side effects.",
        "Cases of flu rose by {percent} percent in a week.",
        "The charity offers free eye tests.",
        "The treatment was first tried in {state}.",
        "Pharmacists report a shortage of the ointment.",
    ),
    "business": (
        "{firm} will open a shop in {town} and hire {big} people.",
        "The airline added a route to {city}.",
        "{man} was named head of marketing.",
        "The brewery won an award for its stout.",
        "The start-up makes lamps out of old bottles.",
        "Unions and {firm} reached agreement on pay on {day}.",
        "The carmaker recalled {big} thousand vans.",
        "Customers can order the phone from {day}.",
        "The chain's owner, a {adjective} family, wants to sell.",
        "Rents in {city} rose faster than wages.",
        "The farm delivers milk to {n} schools.",
    ),
    "home": (
        "The opposition criticised the minister for the state of the railways.",
        "Parliament will vote on the school meals bill on {day}.",
        "A poll puts the governing party {n} points ahead.",
        "The health minister rejected calls for a tax on sugar.",
        "{woman} will stand for the Greens in {town}.",
        "The governor signed a law on water rates.",
        "Teachers protested against larger classes.",
        "The committee heard {n} witnesses on housing.",
        "Senator {man} said he would not run again.",
        "The budget sets aside {big} million for roads.",
        "A judge blocked the new district map.",
        "Nurses plan to strike on {day}.",
    ),
}


def documents(count: int, settings: Settings, seed: int = 1) -> Iterator[Document]:
    """``count`` documents in mixed order; each sample stands in as often as the share asks."""
    chance = random.Random(seed)
    samples = samples_of(settings)
    fields = sorted(FIELDS)
    for number in range(count):
        if chance.random() < DIPLOMATIC_SHARE:
            found = chance.choice(samples)
        else:
            found = chance.choice(samples).model_copy(update={"body": article(chance, chance.choice(fields))})
        yield found.model_copy(update={"document_id": f"d{number:032x}"})


def article(chance: random.Random, field: str) -> str:
    """One text of a field, in paragraphs."""
    templates = FIELDS[field]
    picked = chance.sample(templates, chance.randint(8, len(templates)))
    sentences = [_filled(template, chance) for template in picked]
    return "\n\n".join(" ".join(sentences[start : start + 3]) for start in range(0, len(sentences), 3))


def _filled(template: str, chance: random.Random) -> str:
    said = _SLOT.sub(lambda slot: chance.choice(_WORDS[slot[1]]), template)
    return said[:1].upper() + said[1:]


def samples_of(settings: Settings) -> Sequence[Document]:
    """The samples in English, diplomatic but for fourteen."""
    from benchmarks.speed import SAMPLES

    found = [item for item in steps.parse_files([SAMPLES], settings=settings) if isinstance(item, Document)]
    return [document for document in found if document.language_code in (None, "en")]
