"""Conversations in another language than most."""

from __future__ import annotations

import re
from collections import Counter

from chatbot.data.findings import Finding
from chatbot.data.questions.chat.talks import Talks, whole
from chatbot.records import Message

MOSTLY = 0.6  # share of the conversations whose language is known that makes one the language of the file
LOOKED_AT = 2000  # characters of a conversation
LETTERS = 12  # fewer tell nothing
SCRIPTS = {
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "ko": re.compile(r"[\uac00-\ud7af]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
}
LATIN = re.compile(r"[^\W\d_]+")
# words of a sentence that no other of these languages has
WORDS = {
    "en": "the and of is you it that your with this are have what not can from how would please was will there which when they do does be",
    "de": "der und ist nicht das ich sie mit auf ein eine wie für wir sind auch bitte kann haben wird dem den von zu habe mein wenn aber oder",
    "fr": "le les des est une pas vous pour dans avec sur votre nous je ce cette qui au du mais être où merci bonjour mon suis avez comment",
    "es": "el los las una por para con su como usted pero está qué hola gracias mi del muy puedo tiene cuando también más quiero",
    "it": "il che non per sono una di mi con come gli della questo grazie buongiorno anche ho è vorrei quando dove posso",
    "pt": "não uma para com por você os como mas está obrigado olá meu seu do da em ao mais posso quando também isso",
    "nl": "het een niet van je ik is dat op voor met zijn maar ook kunt wij hoe waar heb deze graag wordt bij",
    "pl": "nie jest się na czy proszę dzień dobry jak za mam dla tak mój ale może od jestem",
    "tr": "bir ve bu için ne değil mi çok var nasıl ben teşekkürler evet merhaba olarak daha",
    "vi": "không là của và có cho tôi bạn được một này xin chào với các những",
}
KNOWN = {language: frozenset(words.split()) for language, words in WORDS.items()}
NAMES = {
    "ja": Message("Japanese"), "ko": Message("Korean"), "zh": Message("Chinese"), "ru": Message("Cyrillic script"), "ar": Message("Arabic"),
    "hi": Message("Hindi"), "th": Message("Thai"), "el": Message("Greek"), "he": Message("Hebrew"), "en": Message("English"),
    "de": Message("German"), "fr": Message("French"), "es": Message("Spanish"), "it": Message("Italian"), "pt": Message("Portuguese"),
    "nl": Message("Dutch"), "pl": Message("Polish"), "tr": Message("Turkish"), "vi": Message("Vietnamese"),
}  # fmt: skip
HITS = 3  # such words from which a language can be told


def mixed(talks: Talks) -> Finding | None:
    """Most conversations are in one language and a few are not."""
    spoken = [language_of(whole(record)) for record in talks.records]
    counts = Counter(filter(None, spoken))
    if len(counts) < 2:
        return None
    ((main, n),) = counts.most_common(1)
    if n < MOSTLY * counts.total():
        return None
    numbers = [index for index, language in enumerate(spoken) if language not in (None, main)]
    message = Message(
        "Most conversations are in one language (%(main)s); in another one, mostly %(other)s: %(n)s.",
        main=NAMES[main],
        other=NAMES[counts.most_common(2)[1][0]],
    )
    fix = lambda rows: [row for row in rows if language_of(whole(row)) in (None, main)]  # noqa: E731
    return talks.removed("language", numbers, fix, message, Message("Remove conversations in other languages (%(n)s)"))


def language_of(text: str) -> str | None:
    """The language a text is mostly in, as a code of two letters; None where that cannot be told."""
    text = text[:LOOKED_AT]
    words = LATIN.findall(text)
    n_letters = sum(map(len, words))
    if n_letters < LETTERS:
        return None
    for language, letters in SCRIPTS.items():
        share = len(letters.findall(text)) / n_letters
        if share > (0.15 if language == "ja" else 0.3):  # Japanese is half Chinese signs; English names stand in any text
            return language
    lower = [word.casefold() for word in words]
    (best, hits), (_, next_hits) = Counter({name: sum(word in known for word in lower) for name, known in KNOWN.items()}).most_common(2)
    return best if hits >= HITS and hits > 1.5 * next_hits else None
