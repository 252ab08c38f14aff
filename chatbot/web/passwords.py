"""Passwords: which are good enough, and how they are kept (argon2id, off the event loop)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chatbot.records import Message
from chatbot.web.offload import PASSWORDS, offload

SHORTEST, LONGEST = 8, 128
# The second set of RFC 9106: 64 MiB, three passes. NOBODY was made with it, so an unknown account takes as long as a known one.
HASHER = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$26J4O7pjMXOxnAr936gAjw$8UYDvoBWQPxAQWIQZw4UJ8s2PqwZP8jtTnNY53HY2Xo"

# What people begin with; the digits and signs they put around it and the letters they swap do not help.
COMMON = frozenset(
    """
    1q2w3e4r 1qaz2wsx 123qwe 666666 abc abcd abcdef abcdefgh access admin administrator alexander amanda andrea andrew angel anthony apple
    arsenal asdf asdfgh asdfghjkl asdfjkl ashley austin azerty bailey baseball basketball batman benjamin blink bonjour brandon butterfly
    buster changeme charlie cheese chelsea chicken chocolate computer contrasena cookie corvette cowboy daniel default diamond dolphin donald
    dragon elizabeth family ferrari flower football forever freedom friends fuckyou gateway gemini ginger google guest hallo hannah harley
    heather hello helloworld hockey homegrown hunter iloveyou internet jackson jasmine jennifer jessica jordan joshua justin killer
    letmein liverpool login london lovely loveme lovers loveyou madison maggie manager marina martin master matrix matthew melissa mercedes
    michael michelle mickey midnight monkey monster morgan motdepasse mustang nicholas nicole nintendo ninja nothing oliver orange pass
    passport passw password passwort patrick peanut pepper phoenix pokemon porsche prince princess purple pussy qazwsx qazwsxedc qwe
    qwer qwert qwerty qwertyu qwertyui qwertyuiop qwertz rachel rainbow ranger richard robert root samantha samsung
    scooter secret service shadow silver simple slipknot snoopy soccer spiderman spring startrek starwars steven strawberry success summer
    sunday sunflower sunshine superman superstar support sweety system taylor teacher temp tequila test testing thomas thunder thunderbird
    tigger trustno trustnoone unknown user vanessa victoria welcome whatever william willkommen winner winter woaini xxxxxx yamaha yankees
    yourpassword zaq12wsx zaqwsx zxcvbn zxcvbnm
    """.split()
)
_SWAPPED = str.maketrans("013457@$!", "oleastasi")
_KEYS = "01234567890 qwertyuiop asdfghjkl zxcvbnm abcdefghijklmnopqrstuvwxyz 1qaz2wsx3edc4rfv5tgb6yhn7ujm"


def problem(password: str, *personal: str) -> Message | None:
    """Why a password is not taken, or None. `personal`: e-mail and name, which others can guess."""
    if len(password) < SHORTEST:
        return Message("A password needs at least %(n)s characters. A few random words are easy to remember.", n=SHORTEST)
    if len(password) > LONGEST:
        return Message("A password may have at most %(n)s characters.", n=LONGEST)
    if _is_common(password.lower()):
        return Message("Many people use this password, so it is guessed first. Take a few random words instead.")
    if any(_reveals(text.lower(), password.lower()) for text in personal):
        return Message("The password contains your name or e-mail, which others know. Take a few random words instead.")
    return None


def keep(password: str) -> str:
    """The hash to store."""
    return offload(HASHER.hash, password, lane=PASSWORDS)


def matches(kept: str | None, password: str) -> bool:
    """Whether this is the password behind a hash; takes the same time when there is no hash."""
    try:
        return offload(HASHER.verify, kept or NOBODY, password[: LONGEST + 1], lane=PASSWORDS) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def _is_common(password: str) -> bool:
    core = password.strip("0123456789!?.,-_*#@$%&+= ")
    spellings = {text for each in (password, core) for text in (each, each.translate(_SWAPPED))}
    return not core or len(set(password)) <= 3 or bool(spellings & COMMON) or _runs(password)


def _runs(password: str) -> bool:
    """Whether it is only neighbours on the keyboard or in the alphabet."""
    lines = [line + line for line in _KEYS.split()] + [line[::-1] * 2 for line in _KEYS.split()]
    halves = (password[: len(password) // 2], password[len(password) // 2 :])
    return all(any(half in line for line in lines) for half in halves)


def _reveals(text: str, password: str) -> bool:
    parts = text.partition("@")[0].replace(".", " ").split()
    return password in text or any(len(part) > 3 and part in password for part in parts)
