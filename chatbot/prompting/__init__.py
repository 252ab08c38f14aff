"""Prompts, and nothing else: persona + history + approved answers + question → what the model reads.

Training and chat both come here, so that a model is always spoken to in the form it was trained on.
Pure: no disk, network, clock or Flask.
"""

from chatbot.prompting.persona import DSA
from chatbot.prompting.render import chat_messages, completion_prompt, estimated_tokens, fit, training_line

__all__ = ["DSA", "chat_messages", "completion_prompt", "estimated_tokens", "fit", "training_line"]
