"""Check digits: what tells a real number from one that only looks like it."""

from __future__ import annotations

import ipaddress
import re

# length of an IBAN by country, as the registry lists them
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28, "CH": 21,
    "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27,
    "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26,
    "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24,
    "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29,
    "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24,
    "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ISSUERS = re.compile(r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3[0689]\d{12}|35\d{14}|6\d{15,18}|81\d{14,17}")
LOCAL = tuple(map(ipaddress.ip_network, ("0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3")))


def luhn(digits: str) -> bool:
    """Whether the last digit is the right one by Luhn's rule."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[::-2]))) % 10 == 0


def is_card(digits: str) -> bool:
    """A card number: a known issuer's beginning and length, the right last digit, and not one digit over and over."""
    return bool(ISSUERS.fullmatch(digits)) and luhn(digits) and len(set(digits)) > 1


def is_iban(letters: str) -> bool:
    """An IBAN without blanks, in capitals: the length of its country, and remainder 1."""
    if len(letters) != IBAN_LENGTHS.get(letters[:2]):
        return False
    return int("".join(str(int(letter, 36)) for letter in letters[4:] + letters[:4])) % 97 == 1


def is_chinese_id(number: str) -> bool:
    """The 18 characters of a resident ID: the last follows from the others."""
    total = sum(int(digit) * weight for digit, weight in zip(number, ID_WEIGHTS))
    return "10X98765432"[total % 11] == number[-1].upper()


def is_public_ip(text: str) -> bool:
    """An address that may lead to somebody. Those of every router and every computer at home lead to nobody."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if address.version == 6:
        return text[0] in "23" and text.index(":") == 4  # 2000::/3 is all that is routed
    return not any(address in network for network in LOCAL)
