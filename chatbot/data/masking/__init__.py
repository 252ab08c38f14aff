"""Personal data and secrets found by rules and replaced by placeholders, before anything is learnt. Pure.

Regular expressions say where to look and checks (check digits, lengths, words around) decide. Every rule takes
time linear in the length of a text: no pattern can go back further than a fixed number of characters.
"""

from chatbot.data.masking.detect import find
from chatbot.data.masking.english_names import is_greeted
from chatbot.data.masking.kinds import KINDS, PERSONAL, Rules, Span
from chatbot.data.masking.placeholders import mask, spans_of

__all__ = ["KINDS", "PERSONAL", "Rules", "Span", "find", "is_greeted", "mask", "spans_of"]
