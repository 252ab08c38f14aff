"""Names of people in English, by the words around them: “my name is …”, “Dear Mr …”, “Regards, …”."""

from __future__ import annotations

import re
from typing import Iterator

from chatbot.data.masking.kinds import Span

# capitalised words that follow a greeting, a title or “I'm” and are nobody's name
NO_NAMES = frozenset(
    """A About After Again Agent All Also Am Amazon An And Android Another Any Anybody Anyone Anything Apple Are As Ask Assistant At Awesome Back Be Because
    Before Best Bot Both Boss Business But Buy By Bye Can Care Chat Check Claude Click Coffee Black Blue Green Clean Fields Muscle Oetker Pac Expert Sales Regards Said Told Called Los San United South North Saint Could Customer Customers Dear Did Do Does Done Everybody Everyone
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
NO_PERSON = re.compile(r"^(?!Moham|Muham)\w{3,}(?:ing|[^aeiou]ed|ated|ised|ized|used)$|(?:adian|talian|ssian|erian|ilian|lgian|rwegian|ustralian|lish|nish|edish|anese|nese|xican|frican)$")

PARTICLE = r"(?:van den|van der|van|von|den|der|de la|de|del|di|da|dos|la|le|bin|ibn|al|el|ter)"
TOKEN = r"(?:[A-Z][a-z\u00c0-\u024f]{0,3}['’])?[A-Z\u00c0-\u00de](?:[a-z\u00c0-\u024f]{1,20}(?:[A-Z][a-z]{2,20})?|[A-Z\u00c0-\u00de]{1,20})(?:-(?:[A-Z][A-Za-z\u00c0-\u024f]{1,20}))?"
PART = rf"(?:(?:O['’]|al-|el-|Mc|Mac|D['’])?{TOKEN}|[A-Z]\.)"
NAME = rf"(?P<name>(?:{PARTICLE} )?{PART}(?: (?:{PARTICLE} )?{PART}){{0,3}})"
END = r"(?=\s{0,3}(?:[,.!?;:)\n]|$|-|–|—|\u2019))"

TITLE = re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Madame|Herr|Frau)\b\.?,? {NAME}")
SAID = re.compile(
    r"(?i:\b(?:my name is|my name's|my name:|(?:full|first|last|middle|family|given|sur|customer|client|cardholder|holder|recipient|contact|patient|guest|passenger|account)[ -]?name(?: is|:)?"
    r"|(?:husband|wife|son|daughter|mother|father|brother|sister|colleague|friend|boss|partner|kid|baby)(?:'s)? name is|they call me|people call me|call me|(?<!user)(?<!file)name's|(?:his|her|their|whose|real|legal|and|the) name is|known as"
    r"|(?:recipient|cardholder|account holder|beneficiary|contact person|signed by|attention|attn|passenger|patient|guest)(?: is)?:?)) "
    rf"{NAME}"
)
LOWER = re.compile(r"(?i:\bmy name(?: is|'s) (?P<name>[a-z\u00c0-\u024f]{2,20}(?: [a-z\u00c0-\u024f]{2,20})?))" + END)
LOWER_SELF = re.compile(r"\bi(?: a|')m (?P<name>[a-z]{2,20} [a-z]{2,20}), ")
SELF = re.compile(rf"\b[Ii](?: am|'m|’m) {NAME}")
THIS = re.compile(rf"\b(?:[Tt]his is|[Ii]t's|[Ii]t is) {NAME}(?= (?:speaking|here|from|calling|again|with)\b|,? your\b)")
HERE = re.compile(rf"(?:^|[:.!?,]\s|\n){NAME}(?= (?:here|speaking)\b)")
JOINED = re.compile(rf"(?:^|\n){NAME}(?= (?:has joined|joined the chat|left the chat|has left))")
GREETING = re.compile(
    r"\b(?i:hi|hello|hey|dear|thanks|thank you|thanks a lot|thank you so much|many thanks|good (?:morning|afternoon|evening|day)|welcome|welcome back|bye|goodbye|cheers|sorry)"
    rf"(?i:,? (?=dear |again ))?(?i:dear |again,? )?,? {NAME}{END}"
)
SIGNED = re.compile(
    r"(?i:\b(?:(?:best|kind|warm|kindest|warmest|many)? ?(?:regards|wishes)|sincerely(?: yours)?|yours (?:truly|sincerely|faithfully)|yours|cheers|best|take care))"
    rf"\s?,\s{{0,3}}{NAME}(?=\s{{0,3}}(?:$|[\n.,]))"
)
RELATED = re.compile(
    r"\b(?i:(?:my|your|our|his|her|the) (?:husband|wife|son|daughter|mother|mom|mum|father|dad|brother|sister|friend|boss|colleague|coworker|partner|fiancée?|uncle|aunt|nephew|niece"
    rf"|grandson|granddaughter|neighbou?r|assistant|agent|representative|advisor|technician|driver|courier|manager|supervisor|teammate|employee)),? {NAME}"
)
SPOKEN = re.compile(
    r"\b(?i:spoke (?:to|with)|spoken (?:to|with)|speaking (?:to|with)|speak (?:to|with)|talked (?:to|with)|talk to|talking to|chatting with|chatted with|signed by|met with|contacted by|served by|helped by|assisted by|approved by"
    rf"|connected (?:to|with)|transferred to|ask for|ask|on behalf of|assigned to|addressed to|in the name of|(?:package|parcel|gift|order) is for) {NAME}"
)
SENT = re.compile(rf"\b(?i:(?:ship|deliver|send|sent|shipped|delivered)(?: it| this| them)? to):? (?=[^ ]{{1,30}} [A-Z]){NAME}")
ROLE = re.compile(rf"\b(?i:agent|representative|advisor|operator|technician|nurse|officer|colleague) {NAME}(?= (?:told|said|was|has|promised|did|could|would|will|who|and)\b)")
FIELD = re.compile(rf"(?:^|\n)[ \t]{{0,8}}(?i:name|agent|customer|client|buyer|from|to)\s?: ?{NAME}(?=\s{{0,3}}(?:$|\n|[,;]| here\b))")
PATTERNS = (TITLE, SAID, LOWER, LOWER_SELF, SELF, THIS, HERE, JOINED, GREETING, SIGNED, RELATED, SPOKEN, SENT, ROLE, FIELD)
NOT_LOWER = frozenset(
    """not on the a an in at is of to for and or but so what wrong missing spelled misspelled already no never also as my your his her their this that there here
    correct incorrect required different unknown too very still just only it was listed written shown""".split()
)


def english_names(text: str) -> Iterator[Span]:
    for pattern in PATTERNS:
        for found in pattern.finditer(text):
            start, end = found.span("name")
            end = _without_words(text, start, end)
            if end > start and _is_name(text[start:end], pattern in (LOWER, LOWER_SELF)):
                yield Span(start, end, "NAME")


def _without_words(text: str, start: int, end: int) -> int:
    """Where the name ends: before the first word that belongs to no name."""
    place = start
    for word in text[start:end].split(" "):
        if word.rstrip(".") in NO_NAMES:
            return max(start, place - 1)
        place += len(word) + 1
    return end


def _is_name(name: str, lower: bool) -> bool:
    if lower:
        return not any(word.lower() in NOT_LOWER or word.capitalize() in NO_NAMES or word.endswith("ing") for word in name.split(" "))
    return not NO_PERSON.search(name.split(" ")[0])
