"""Names of people in English: capitalised words, if the words before or after them say that a person follows."""

from __future__ import annotations

import re
from typing import Iterator

from chatbot.data.masking.kinds import Span

# capitalised words that follow a greeting, a title or “I'm” and are nobody's name
NO_NAMES = frozenset(
    """A About After Again Agent All Also Am Amazon An And Android Another Any Anybody Anyone Anything Apple Are As Ask Assistant At Awesome Back Be Because
    Before Best Bot Both Boss Business But Buy By Bye Can Care Chat Check Claude Click Coffee Black Blue Green Clean Fields Muscle Oetker Pac Expert Sales Regards Said Told Called Los San United South North Saint Colleague Colleagues Applicant Student Students Parents Recruiter Editor Vegan Vegetarian Could Customer Customers Dear Did Do Does Done Everybody Everyone
    Excellent Facebook Feel First Folks For Friend Friends From Fully Gents Get Good Google Got Great Guest Guys Had Happy Has Have He Hello Help Her Here Hey Hi
    His Hope How However I If In Interested Is It Its Just Kitty Ladies Let Linux Looking Madam Manager Martens Maybe Me Member Microsoft Monday More Morning Most
    Mr Mrs Ms Much My New Next Nice No Not Nothing Now Of Ok Okay On Once One Only Or Order Our Out Over Partner People Pepper Perfect Please Premium Python
    Question Ready Regarding Reader Robot Santa Seller Service Shop Should Siri Sir Sirs So Some Somebody Someone Soon Sorry Staff Store Strange Super Support Sure
    Team Thank Thanks That The Their Them Then There These They This Those To Today Tomorrow Tonight Tuesday Two Understood Unfortunately Until Up Us User Valued
    Very Wait Was Watson We Welcome Well Were What When Where Which While Who Whom Why Will Windows With Wednesday Thursday Friday Saturday Sunday World Would Wow Yes
    Yesterday Yet You Your January February March April June July August September October November December Germany France Spain Italy England Britain London Paris
    Berlin Canada America Europe China India Chinese English German French Spanish Indian American British Alexa Cortana""".split()
)
WORDS = frozenset("Will Mark May Grace Hope Rose Art Bill Sky Faith Joy Rich Sunny Summer Dawn Ray Drew Max Page Grant Chase Miles".split())

# endings of what somebody is or does: “I’m Canadian”, “I am Disappointed”, “I’m Having trouble”
NO_PERSON = re.compile(r"^(?!Moham|Muham)\w{3,}(?:ing|[^aeiou]ed|ied|ated|ised|ized|used)$|(?:adian|talian|ssian|erian|ilian|lgian|rwegian|ustralian|lish|nish|edish|anese|nese|xican|frican)$")

LOW = "a-z\u00df-\u024f"
UP = "A-Z\u00c0-\u00de"
PART = rf"(?:(?:O['’]|D['’]|al-|el-)?[{UP}](?:[{LOW}]{{1,20}}(?:[{UP}][{LOW}]{{2,20}})?|[{UP}]{{1,20}})(?:['’-][{UP}]?[{LOW}{UP}]{{2,20}})?|[{UP}]\.)"
PARTICLE = r"(?:van den|van der|van|von|den|der|de la|de|del|di|da|dos|la|le|bin|ibn|al|el|ter)"
NAMES = re.compile(rf"(?<![\w'’@.-]){PART}(?: (?:{PARTICLE} )?{PART}){{0,5}}(?!\w)")
LEADING = re.compile(rf" {PARTICLE} $")
ACRONYM = 5  # letters of the longest capitals that are rather an acronym than a name
BEFORE = 44  # characters in front of a name in which a cue is looked for

TITLES = ("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "madame", "herr", "frau")
NAMED = (
    "my name is", "my name's", "my name:", "hi, name's", "hello, name's", "full name", "first name", "last name", "middle name", "family name", "given name", "surname", "customer name",
    "client name", "cardholder name", "holder name", "recipient name", "contact name", "patient name", "guest name", "passenger name", "account name",
    "husband's name is", "wife's name is", "son's name is", "daughter's name is", "mother's name is", "father's name is", "friend's name is",
    "they call me", "people call me", "call me", "his name is", "her name is", "their name is", "whose name is", "real name is", "legal name is",
    "and name is", "the name is", "recipient", "cardholder", "cardholder is", "account holder", "beneficiary", "contact person", "signed by",
    "attention", "attn", "passenger", "patient", "guest",
)  # fmt: skip
RELATED = tuple(
    f"{whose} {who}"
    for whose in ("my", "your", "our", "his", "her", "the")
    for who in """husband wife son daughter mother mom mum father dad brother sister friend boss colleague coworker partner fiancé fiancée uncle aunt nephew niece grandson
    granddaughter neighbour neighbor assistant agent representative advisor technician driver courier manager supervisor teammate employee""".split()
)
SPOKEN = (
    "known as",     "spoke to", "spoke with", "spoken to", "spoken with", "speaking to", "speaking with", "speak to", "speak with", "talked to", "talked with", "talk to",
    "talking to", "chatting with", "chatted with", "met with", "contacted by", "served by", "helped by", "assisted by", "approved by", "connected to",
    "connected with", "transferred to", "ask for", "ask", "on behalf of", "assigned to", "addressed to", "in the name of", "package is for", "parcel is for",
    "gift is for", "order is for", "placed by", "ordered by", "paid by", "sent by", "received by", "cancelled by", "belongs to", "account to", "account of",
)  # fmt: skip
SELF = ("i am", "i'm", "i’m")
IM = re.compile(r"(?:^|[.!?\n]\s{0,3}|\b(?:[Hh]i|[Hh]ello|[Hh]ey)[,!]? )im $")  # elsewhere it is German: im Hof
INTRODUCED = ("this is", "it's", "it is", "it’s")
GREETINGS = (
    "hi", "hello", "hey", "dear", "thanks", "thank you", "thanks a lot", "thank you so much", "many thanks", "good morning", "good afternoon", "good evening",
    "good day", "welcome", "welcome back", "bye", "goodbye", "cheers", "sorry", "thanks again", "hi again", "hello again",
    "for waiting", "for contacting us", "for your patience", "for your help", "for calling", "for reaching out", "for your message",
)  # fmt: skip
FAREWELLS = ("regards", "wishes", "sincerely", "sincerely yours", "yours truly", "yours sincerely", "yours faithfully", "yours", "cheers", "best", "take care")
SENT = ("ship to", "ship it to", "deliver to", "deliver it to", "send to", "send it to", "sent to", "sent it to", "shipped to", "delivered to")
ROLES = ("agent", "representative", "advisor", "operator", "technician", "nurse", "officer")
FIELDS = ("name", "agent", "customer", "client", "buyer", "from", "to")

LAST = frozenset(cue.rsplit(" ", 1)[-1].rstrip(":") for cues in (TITLES, NAMED, RELATED, SPOKEN, (*SELF, "im"), INTRODUCED, GREETINGS, FAREWELLS, SENT, ROLES, FIELDS) for cue in cues)

END = re.compile(r"\s{0,3}(?:[,.!?;:)\n]|$|-|–|—)")
ENDED = re.compile(r"\s{0,3}(?:$|[\n.,])")
AFTER_INTRODUCED = re.compile(r" (?:speaking|here|from|calling|again|with)\b|,? your\b")
HERE = re.compile(r" (?:here|speaking)\b")
FROM = r" from (?:your|our|the) (?:\w{2,20} )?(?:team|support|office|department|desk|store|shop)\b"
JOINED = re.compile(FROM + r"| (?:has joined|joined the chat|left the chat|has left)")
DID = re.compile(r" (?:told|said|was|has|promised|did|could|would|will|who|and)\b")
FIELD_END = re.compile(r"\s{0,3}(?:$|\n|[,;]| here\b)")
# words before a name, signs that may stand between, and what has to come after it
CUES = (
    (RELATED, ",", re.compile("")),
    (SPOKEN, "", re.compile("")),
    (SELF, "", re.compile("")),
    (INTRODUCED, "", AFTER_INTRODUCED),
    (GREETINGS, ",", END),
    (ROLES, "", DID),
)

LOWER = re.compile(r"(?i:\bmy name(?: is|'s) (?P<name>[a-z\u00c0-\u024f]{2,20}(?: [a-z\u00c0-\u024f]{2,20})?))" + END.pattern)
LOWER_SELF = re.compile(r"\bi(?: a|')m (?P<name>[a-z]{2,20} [a-z]{2,20}), ")
NOT_LOWER = frozenset(
    """not on the a an in at is of to for and or but so what wrong missing spelled misspelled already no never also as my your his her their this that there here
    correct incorrect required different unknown too very still just only it was listed written shown""".split()
)


def english_names(text: str) -> Iterator[Span]:
    for found in NAMES.finditer(text):
        for start, end in _without_words(text, found.start(), found.end()):
            start = _with_particle(text, start)
            if _is_told(text, start, end):
                yield Span(start, end, "NAME")
    for pattern, hint in ((LOWER, "y name"), (LOWER_SELF, "i")):
        for found in pattern.finditer(text) if hint in text else ():
            if not any(word.lower() in NOT_LOWER or word.capitalize() in NO_NAMES or word.endswith("ing") for word in found["name"].split(" ")):
                yield Span(*found.span("name"), "NAME")


def _without_words(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of some capitalised words that lie between words which belong to no name."""
    place = first = start
    for word in text[start:end].split(" "):
        if word.rstrip(".") in NO_NAMES or word.rstrip(".").lower() in TITLES:
            if place - 1 > first:
                yield first, place - 1
            first = place + len(word) + 1
        place += len(word) + 1
    if end > first:
        yield first, end


def _with_particle(text: str, start: int) -> int:
    """The start of “van den Berg” for that of “Berg”."""
    found = LEADING.search(text, max(0, start - 10), start)
    return found.start() + 1 if found else start


def _is_told(text: str, start: int, end: int) -> bool:
    """Whether the words around say that this is a person."""
    before = text[max(0, start - BEFORE) : start].lower()
    said = before.rstrip(" \n")
    words = said.rstrip(" ,.:")
    if HERE.match(text, end) and (not said or said[-1] in ":.!?,"):
        return True
    if JOINED.match(text, end) and (not said or before.endswith("\n")):
        return True
    if not words or words.rsplit(maxsplit=1)[-1] not in LAST:
        return False
    if _ends(words, TITLES) or _ends(said.rstrip(":").removesuffix(" is"), NAMED) or _ends(said, NAMED):
        return True
    if NO_PERSON.search(text[start:end].split(" ")[0]) or (end - start <= ACRONYM and text[start:end].isupper()):
        return False
    if _ends(said.rstrip(":"), SENT):
        return " " in text[start:end]  # goods are also sent to places, which mostly have one word
    if IM.search(text[max(0, start - BEFORE) : start]):
        return True
    return any(_ends(said.rstrip(signs), cues) and after.match(text, end) for cues, signs, after in CUES) or _is_signed(text, before, end)


def is_greeted(text: str, start: int) -> bool:
    """Whether the name that begins there is of the one who is spoken to, as in “Hello Mia”."""
    return _ends(text[max(0, start - BEFORE) : start].lower().rstrip(" \n,"), GREETINGS)


def _is_signed(text: str, before: str, end: int) -> bool:
    """The name under a letter, or in a field of its own."""
    said = before.rstrip(" \n")
    if _ends(said.removesuffix(","), FAREWELLS):
        return (said.endswith(",") or before.endswith("\n")) and bool(ENDED.match(text, end))
    return said.endswith(":") and said.rsplit("\n", 1)[-1].strip(" :") in FIELDS and bool(FIELD_END.match(text, end))


def _ends(text: str, cues: tuple[str, ...]) -> bool:
    """Whether the text ends with one of the cues, as words of their own."""
    return text.endswith(cues) and any(text.endswith(cue) and not text[: -len(cue)][-1:].isalnum() for cue in cues)
