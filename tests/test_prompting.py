"""The prompt builder: one renderer for training and for chat."""

from chatbot.prompting import DSA, chat_messages, completion_prompt, fit, training_line
from chatbot.records import Example, Turn

HISTORY = (Turn("user", "what is a tree"), Turn("assistant", "A graph without cycles."))
EXAMPLE = Example("what is bfs", "It visits a graph\nlevel by level.", HISTORY)


def test_a_chat_model_is_asked_in_the_words_it_was_trained_on():
    line = training_line(DSA, EXAMPLE, "chat")
    asked = [{key: turn[key] for key in ("role", "content")} for turn in line["messages"]]
    assert asked[:-1] == chat_messages(DSA, HISTORY, "what is bfs")
    assert asked[-1] == {"role": "assistant", "content": "It visits a graph\nlevel by level."}


def test_only_the_last_answer_is_trained():
    weights = [turn.get("weight", 1) for turn in training_line(DSA, EXAMPLE, "chat")["messages"] if turn["role"] == "assistant"]
    assert weights == [0, 1]


def test_a_completion_model_is_asked_in_the_words_it_was_trained_on():
    line = training_line(DSA, EXAMPLE, "completions")
    assert line["prompt"] == completion_prompt(DSA, HISTORY, "what is bfs")
    assert line["completion"] == " It visits a graph level by level.\n"


def test_the_script_of_2023():
    prompt = completion_prompt(DSA, (), "what is breadth first search algorithm")
    assert prompt.startswith(DSA.preamble)
    assert prompt.endswith("\nHuman: what is breadth first search algorithm\nDSA:")
    sampling = DSA.completion_sampling
    assert (sampling.temperature, sampling.max_tokens, sampling.top_p) == (0.9, 150, 1.0)
    assert (sampling.frequency_penalty, sampling.presence_penalty) == (0.0, 0.6)
    assert sampling.stop == ("\n", " Human:", " DSA:")


def test_a_trained_completion_ends_where_the_script_stops():
    completion = training_line(DSA, EXAMPLE, "completions")["completion"]
    first_stop = min(completion.find(stop) for stop in DSA.completion_sampling.stop if stop in completion)
    assert first_stop == len(completion) - 1


def test_history_keeps_the_newest_turns_and_starts_with_the_user():
    turns = [Turn(role, f"{number} " + "word " * 20) for number in range(10) for role in ("user", "assistant")]
    kept = fit(turns, 200)
    assert kept and kept == turns[-len(kept) :] and kept[0].role == "user"
    assert fit(turns, 10) == []
    assert fit(turns, 10**6) == turns
