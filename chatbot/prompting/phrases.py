"""What is said where the model is not asked or cannot be trusted, in the language of the conversation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Sequence

KANA = re.compile(r"[\u3041-\u30ff]")
SCRIPTS = {"zh": re.compile(r"[\u3400-\u9fff]"), "ru": re.compile(r"[\u0400-\u04ff]"), "ar": re.compile(r"[\u0600-\u06ff]")}
SMALL_WORDS = {  # that tell a language written in Latin letters
    "en": "the a an is are be do does did you your can what how when where my i it for and of to in we have with on at not or there",
    "de": "der die das und ist ich wie nicht ein eine einen für mit wann wo kann ihr mein meine auf zu bei den es habt sie was man",
    "es": "el la los las que qué es en un una por para con cómo cuánto cuándo dónde mi puedo hay si se lo de del y al su",
    "fr": "le la les des est que je vous un une pour avec comment quand où mon ma pas du de et ce on combien si au",
    "it": "il la le che è un una per con di da in si non del della e ho gli lo al alla ci sono quanto come quando dove mi nel",
    "pt": "o os as que é um uma para com como quando onde meu posso não se do da de em e vocês tem quanto por ao",
}
WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Phrases:
    """`offer` is the question for a person, which the others end with, in lower case."""

    offer: str
    hand_over: str
    hedge: str  # one answer that may help
    choice: str  # several


PHRASES = {
    "en": Phrases(
        "would you like to talk to a person?",
        "I am not sure about that. Would you like to talk to a person?",
        "I am not sure I understood you. This may help: {answer} If not, would you like to talk to a person?",
        "I am not sure which of these you mean:\n\n{answers}\n\nIf it is none of them, would you like to talk to a person?",
    ),
    "zh": Phrases(
        "需要为您转接人工客服吗？",
        "这个问题我不太确定。需要为您转接人工客服吗？",
        "我不确定是否理解了您的意思，供您参考：{answer} 如果没有解决您的问题，需要为您转接人工客服吗？",
        "我不确定您问的是下面哪一项：\n\n{answers}\n\n如果都不是，需要为您转接人工客服吗？",
    ),
    "de": Phrases(
        "möchten sie mit einem menschen sprechen?",
        "Da bin ich mir nicht sicher. Möchten Sie mit einem Menschen sprechen?",
        "Ich bin nicht sicher, ob ich Sie richtig verstanden habe. Vielleicht hilft das: {answer} Wenn nicht: möchten Sie mit einem Menschen sprechen?",
        "Ich bin nicht sicher, was davon Sie meinen:\n\n{answers}\n\nWenn nichts davon passt: möchten Sie mit einem Menschen sprechen?",
    ),
    "es": Phrases(
        "¿quiere hablar con una persona?",
        "No estoy seguro de eso. ¿Quiere hablar con una persona?",
        "No estoy seguro de haberle entendido. Quizá esto le ayude: {answer} Si no, ¿quiere hablar con una persona?",
        "No estoy seguro de a qué se refiere:\n\n{answers}\n\nSi no es nada de esto, ¿quiere hablar con una persona?",
    ),
    "fr": Phrases(
        "souhaitez-vous parler à une personne ?",
        "Je n'en suis pas sûr. Souhaitez-vous parler à une personne ?",
        "Je ne suis pas sûr de vous avoir compris. Ceci peut vous aider : {answer} Sinon, souhaitez-vous parler à une personne ?",
        "Je ne suis pas sûr de ce que vous cherchez :\n\n{answers}\n\nSi ce n'est rien de tout cela, souhaitez-vous parler à une personne ?",
    ),
    "it": Phrases(
        "vuole parlare con una persona?",
        "Su questo non sono sicuro. Vuole parlare con una persona?",
        "Non sono sicuro di aver capito. Forse questo può aiutarla: {answer} Altrimenti, vuole parlare con una persona?",
        "Non sono sicuro di che cosa intende:\n\n{answers}\n\nSe non è nulla di questo, vuole parlare con una persona?",
    ),
    "pt": Phrases(
        "gostaria de falar com uma pessoa?",
        "Não tenho certeza sobre isso. Gostaria de falar com uma pessoa?",
        "Não tenho certeza se entendi. Talvez isto ajude: {answer} Se não, gostaria de falar com uma pessoa?",
        "Não tenho certeza do que se trata:\n\n{answers}\n\nSe não for nada disso, gostaria de falar com uma pessoa?",
    ),
    "ru": Phrases(
        "хотите поговорить с сотрудником?",
        "Я в этом не уверен. Хотите поговорить с сотрудником?",
        "Не уверен, что правильно вас понял. Возможно, поможет это: {answer} Если нет, хотите поговорить с сотрудником?",
        "Не уверен, что из этого вы имеете в виду:\n\n{answers}\n\nЕсли ничего, хотите поговорить с сотрудником?",
    ),
    "ja": Phrases(
        "担当者におつなぎしましょうか？",
        "申し訳ございません、確かなことが分かりません。担当者におつなぎしましょうか？",
        "ご質問を正しく理解できているか分かりませんが、ご参考までに：{answer} 解決しない場合は、担当者におつなぎしましょうか？",
        "次のどれについてのお尋ねでしょうか。\n\n{answers}\n\nどれでもない場合は、担当者におつなぎしましょうか？",
    ),
    "ar": Phrases(
        "هل تود التحدث مع أحد موظفينا؟",
        "لست متأكدًا من ذلك. هل تود التحدث مع أحد موظفينا؟",
        "لست متأكدًا من أنني فهمتك. قد يفيدك هذا: {answer} إن لم يفدك، هل تود التحدث مع أحد موظفينا؟",
        "لست متأكدًا مما تقصده:\n\n{answers}\n\nإن لم يكن أيًا منها، هل تود التحدث مع أحد موظفينا؟",
    ),
}


def hand_over(question: str, answers: Sequence[str] = ()) -> str:
    """The offer of a person."""
    return _phrases(question, answers).hand_over


def hedged(question: str, answers: Sequence[str]) -> str:
    """Approved answers of which one may be what was asked for, with the offer of a person."""
    phrases = _phrases(question, answers)
    if len(answers) == 1:
        return phrases.hedge.format(answer=answers[0])
    return phrases.choice.format(answers="\n".join(f"- {' '.join(answer.split())}" for answer in answers))


def offers_person(text: str) -> bool:
    """Whether this is a hand-over, plain or with an answer."""
    return any(phrases.offer in text.lower() for phrases in PHRASES.values())


def language_of(question: str, answers: Sequence[str] = ()) -> str:
    """Which of those above to speak: that of the question where its letters tell, else that of the answers."""
    told = " ".join(answers)
    if script := _script(question):
        return script
    other = _script(told)
    return _latin(question if other else f"{told} {question}") or other or "en"


def _script(text: str) -> str | None:
    if KANA.search(text):
        return "ja"
    return next((language for language, script in SCRIPTS.items() if script.search(text)), None)


def _latin(text: str) -> str | None:
    """By its small words; None without any."""
    words = WORD.findall(text.lower())
    found = {language: sum(word in small.split() for word in words) for language, small in SMALL_WORDS.items()}
    best = max(found, key=found.__getitem__)
    return best if found[best] else None


def _phrases(question: str, answers: Sequence[str]) -> Phrases:
    return PHRASES[language_of(question, answers)]
