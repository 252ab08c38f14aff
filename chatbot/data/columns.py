"""Which column is what: by its name, in any of several languages, else by what its cells look like."""

from __future__ import annotations

import re
from typing import Any, Iterable, Mapping as Dictionary, Sequence

from chatbot.data.speakers import QUESTION

NAMES: Dictionary[str, frozenset[str]] = {
    part: frozenset(names.split("|"))
    for part, names in {
        "question": "question|questions|query|q|ask|asked|user|human|customer|client|input|instruction|utterance|"
        "standard question|user message|customer message|问题|问|提问|标准问题|标准问|用户问题|客户问题|問題|提問|質問|"
        "pregunta|preguntas|consulta|frage|fragen|domanda|pergunta|вопрос|질문|vraag|pytanie|soru|câu hỏi|السؤال",
        "answer": "answer|answers|a|reply|replies|response|output|bot|assistant|agent|standard answer|bot message|"
        "agent message|答案|回答|答|回复|答复|标准答案|标准答|客服回复|回覆|解答|標準答案|答覆|respuesta|respuestas|antwort|antworten|"
        "réponse|réponses|reponse|risposta|resposta|ответ|답변|대답|antwoord|odpowiedź|cevap|câu trả lời|الجواب",
        "speaker": "speaker|role|sender|sender name|from|author|who|participant|party|username|nickname|说话人|角色|发送者|"
        "发送人|发言人|说话者|昵称|發送者|發言者|發言人|話者|発言者|送信者|hablante|remitente|sprecher|rolle|absender|locuteur|"
        "expéditeur|auteur|mittente|autor|remetente|отправитель|автор|발신자|화자",
        "text": "text|message|message text|content|body|msg|line|内容|消息|消息内容|文本|聊天内容|內容|訊息|訊息內容|発言|本文|"
        "メッセージ|texto|mensaje|nachricht|texte|testo|messaggio|mensagem|сообщение|текст|메시지|내용",
        "conversation": "conversation|conversation id|conv id|dialog|dialog id|dialogue|dialogue id|session|session id|chat|"
        "chat id|thread|thread id|ticket|ticket id|case|case id|call id|会话|会话id|会话编号|对话|对话id|对话编号|工单|工单号|會話|"
        "會話編號|對話|對話編號|会話|会話id|conversación|id conversación|gespräch|gesprächs id|conversazione|conversa|диалог|대화",
        "time": "time|timestamp|date|datetime|created at|sent at|ts|时间|发送时间|日期|時間|發送時間|日時|時刻|送信日時|fecha|hora|"
        "zeit|datum|uhrzeit|heure|data|ora|время|дата|시간",
    }.items()
}
TURN = re.compile(r"(?:turn|utterance|message|msg|text|cell|第?轮?次?|句|発話)[ _-]?\d+(?:轮|句)?", re.IGNORECASE)
LOOKED_AT = 500  # rows
LONGEST_NAME = 40  # characters of a speaker
MOST_SPEAKERS = 12  # different names in a column that nobody named


def plain(name: str) -> str:
    """`Conversation_ID ` and `conversation id` are the same name."""
    return re.sub(r"[\s_\-:：*]+", " ", name).strip().lower()


def is_familiar(name: str) -> bool:
    return any(plain(name) in names for names in NAMES.values()) or plain(name) in ("prompt", "completion", "messages")


def by_name(columns: Sequence[str]) -> dict[str, str]:
    """Part (question, answer, speaker …) → the first column whose name says so."""
    found: dict[str, str] = {}
    for part, names in NAMES.items():
        column = next((column for column in columns if plain(column) in names and column not in found.values()), None)
        if column is not None:
            found[part] = column
    return found


def by_content(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, str]:
    """A column of few short names beside one of texts, else the two columns of texts; empty when there is neither."""
    cells = {column: _texts(row[index] for row in rows[:LOOKED_AT]) for index, column in enumerate(columns)}
    texts = sorted((column for column in columns if _is_text(cells[column])), key=lambda column: -_mean(cells[column]))
    speaker = next((column for column in columns if _is_speaker(cells[column])), None)
    if speaker and texts and texts[0] != speaker:
        return {"speaker": speaker, "text": texts[0]}
    if len(texts) < 2:
        return {}
    first, second = sorted(texts[:2], key=columns.index)
    asks_second = _share_of_questions(cells[second]) > _share_of_questions(cells[first])
    return {"question": second, "answer": first} if asks_second else {"question": first, "answer": second}


def turn_columns(columns: Sequence[str]) -> list[str]:
    """`turn 1`, `turn 2` …: one conversation a row, a turn a cell. Empty when the columns are none."""
    found = [column for column in columns if TURN.fullmatch(plain(column))]
    return found if len(found) > 1 else []


def has_header(first: Sequence[str], second: Sequence[str]) -> bool:
    """Are these names of columns, rather than the first thing said?"""
    if any(is_familiar(cell) or TURN.fullmatch(plain(cell)) for cell in first):
        return True
    if any(len(cell) > 60 or re.search(r"[.!?。！？…][\"”’)]?\s*$|[,，;；]\s", cell) for cell in first):
        return False
    return not any(cell.strip().isdigit() for cell in first) and (len(first) == 1 or first != second)


def _texts(cells: Iterable[Any]) -> list[str]:
    return [cell for cell in cells if isinstance(cell, str) and cell.strip()]


def _is_text(cells: Sequence[str]) -> bool:
    return bool(cells) and sum(any(map(str.isalpha, cell)) for cell in cells) > 0.7 * len(cells) and len(set(cells)) > 1 + len(cells) // 10


def _is_speaker(cells: Sequence[str]) -> bool:
    names = set(cells)
    return len(cells) >= 6 and 2 <= len(names) <= min(MOST_SPEAKERS, len(cells) // 2) and max(map(len, names)) <= LONGEST_NAME


def _mean(cells: Sequence[str]) -> float:
    return sum(map(len, cells)) / len(cells)


def _share_of_questions(cells: Sequence[str]) -> float:
    return sum(bool(QUESTION.search(cell)) for cell in cells) / len(cells)
