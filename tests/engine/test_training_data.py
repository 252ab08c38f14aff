"""What is learned: which tokens count, which examples form a step, how fast."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch

from chatbot.engine.bases import DEFAULT, find_bases, training_folder
from chatbot.engine.trainer import lora, model as models, packing
from chatbot.engine.trainer.batches import epoch_batches, split
from chatbot.engine.trainer.dataset import Encoder
from chatbot.engine.trainer.hyperparameters import learning_rate, resolve


@pytest.fixture(scope="module")
def base(shared_config):
    return find_bases(shared_config)[DEFAULT]


@pytest.fixture(scope="module")
def tunable(shared_config, base):
    model = models.Tunable(training_folder(shared_config, base), rank=8, alpha=16.0, first=None, seed=1)
    for layer in model.layers.values():
        torch.nn.init.normal_(layer.lora_B, std=0.02)
    return model


@pytest.fixture(scope="module")
def encoder(base, tunable):
    return Encoder(base, tunable.tokenizer, context=200)


def said(role: str, content: str, **more) -> dict:
    return {"role": role, "content": content, **more}


def trained_text(encoder, sequence) -> str:
    return encoder.tokenizer.decode([token for token, counts in zip(sequence.ids, sequence.trained) if counts])


def test_only_answers_count_and_only_those_with_weight(encoder):
    messages = [said("user", "Hi"), said("assistant", "No.", weight=0), said("user", "Why?"), said("assistant", "Because.")]
    [sequence] = encoder.encode({"messages": messages})
    assert trained_text(encoder, sequence) == "Because.<|im_end|>"
    [sequence] = encoder.encode({"messages": [message | {"weight": 1} for message in messages]})
    assert trained_text(encoder, sequence) == "No.<|im_end|>Because.<|im_end|>"


def test_a_greeting_is_context(encoder):
    [sequence] = encoder.encode({"messages": [said("assistant", "Welcome!"), said("user", "Hi"), said("assistant", "Hello.")]})
    assert trained_text(encoder, sequence) == "Hello.<|im_end|>"
    assert "Welcome!" in encoder.tokenizer.decode(sequence.ids)


def test_messages_are_put_as_in_chat(encoder):
    parts = [{"type": "text", "text": "Hi"}, {"type": "text", "text": "there"}]
    [told] = encoder.encode({"messages": [said("developer", "Be kind."), said("user", parts), said("assistant", "Hello.")]})
    [plain] = encoder.encode({"messages": [said("system", "Be kind."), said("user", "Hi\nthere"), said("assistant", "Hello.")]})
    assert told == plain


def test_lines_end_where_the_check_of_the_file_says(encoder, tmp_path):
    row = {"messages": [said("user", "one\u2028two"), said("assistant", "Yes.\x85No.")]}
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(row, ensure_ascii=False).encode() + b"\r\n")
    [sequence] = encoder.read(path)
    assert trained_text(encoder, sequence) == "Yes.\x85No.<|im_end|>"


def test_completions_learn_to_end(encoder):
    [sequence] = encoder.encode({"prompt": "Human: Hi\nDSA:", "completion": " Hello.\n"})
    assert trained_text(encoder, sequence) == " Hello.\n<|im_end|>"


def test_long_examples_are_cut_and_empty_ones_left_out(encoder, tmp_path):
    long = {"messages": [said("user", "Hi"), said("assistant", "word " * 500)]}
    silent = {"messages": [said("user", "Hi"), said("assistant", "No.", weight=0)]}
    path = tmp_path / "data.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in (long, silent)) + "\n\n")
    [sequence] = encoder.read(path)
    assert len(sequence.ids) == 200


def test_an_epoch_has_every_example_once_and_depends_on_the_seed_alone():
    lengths = [30 + 7 * n % 100 for n in range(50)]
    batches = epoch_batches(lengths, 4, seed=3, epoch=1)
    assert sorted(index for batch in batches for index in batch) == list(range(50))
    assert batches == epoch_batches(lengths, 4, seed=3, epoch=1) != epoch_batches(lengths, 4, seed=3, epoch=2)
    spread = [max(lengths[i] for i in batch) - min(lengths[i] for i in batch) for batch in batches]
    assert sum(spread) / len(spread) < 25


def test_large_batches_are_taken_in_parts():
    assert split([0, 1, 2, 3], [10, 300, 20, 100], tokens=256) == [[0, 2], [3], [1]]


def test_computing_the_shared_beginning_once_changes_nothing(encoder, tunable, monkeypatch):
    system = said("system", "You are DSA, a friendly interview bot for data structures.")
    rows = [[system, said("user", f"What is {x}?"), said("assistant", f"{x} is fun. " * n)] for n, x in enumerate("abcd", 1)]
    sequences = [sequence for messages in rows for sequence in encoder.encode({"messages": messages})]
    assert packing.shared_prefix(sequences) > 15
    score, gradient = learned(tunable, sequences)
    monkeypatch.setattr(packing, "shared_prefix", lambda sequences: 0)
    apart, same = learned(tunable, copies(sequences))
    assert score.mean == pytest.approx(apart.mean, rel=1e-3) and score.tokens == apart.tokens
    assert (gradient - same).norm() < 0.03 * same.norm()
    alone = [tunable.judge([sequence]) for sequence in copies(sequences)]
    assert sum(one.loss for one in alone) == pytest.approx(score.loss, rel=0.01), "bf16 rounds otherwise for every shape"


def copies(sequences):
    """The same sequences, as if never seen before."""
    return [replace(sequence) for sequence in sequences]


def learned(tunable, sequences):
    tensors = lora.parameters(tunable.layers)
    for tensor in tensors:
        tensor.grad = None
    score = tunable.learn(sequences, share=0.01)
    return score, torch.cat([tensor.grad.flatten() for tensor in tensors])


def test_the_loss_is_that_of_transformers(encoder, tunable, shared_config, base):
    from transformers import AutoModelForCausalLM

    plain = AutoModelForCausalLM.from_pretrained(training_folder(shared_config, base), dtype=torch.float32)
    asked = {"Hi": "Hello there! How can I help?", "What is a stack?": "Last in, first out.", "And a heap?": "A tree with its smallest on top."}
    sequences = [made for pair in asked.items() for made in encoder.encode({"messages": [*map(said, ("user", "assistant"), pair)]})]
    with torch.no_grad():
        for layer in tunable.layers.values():
            layer.lora_B.zero_()
        expected = [loss_by_transformers(plain, sequence) for sequence in sequences]
        found = [tunable.judge([sequence]).mean for sequence in sequences]
    assert sum(found) == pytest.approx(sum(expected), rel=0.03) and found == pytest.approx(expected, rel=0.06), "bf16"


def loss_by_transformers(plain, sequence):
    ids = torch.tensor([sequence.ids])
    return plain(input_ids=ids, labels=torch.where(torch.tensor([sequence.trained]), ids, -100)).loss.item()


def test_rates_rise_then_fall():
    rates = [learning_rate(step, 100, peak=1e-3) for step in range(1, 101)]
    assert rates[0] < rates[4] == max(rates) == 1e-3 and rates[-1] < max(rates) / 5


def test_given_numbers_win_over_automatic_ones():
    assert resolve({"n_epochs": 2, "batch_size": "auto", "learning_rate_multiplier": "auto"}, 160).n_epochs == 2
    pairs = resolve({"beta": "auto"}, 40)
    assert pairs.beta == 0.1 and pairs.n_epochs < resolve({}, 40).n_epochs and "beta" not in resolve({}, 40).shown()
    small, large = resolve({}, 20), resolve({}, 20000)
    assert small.n_epochs > large.n_epochs and small.batch_size <= large.batch_size
