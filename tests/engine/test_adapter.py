"""An adapter of PEFT's says the same when llama.cpp serves it, for every architecture we train."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from chatbot.engine import adapter
from chatbot.engine.bases import DEFAULT, find_bases
from chatbot.engine.llama import Llama
from chatbot.engine.trainer.dequantise import dequantise
from tests.engine import tiny_base

PROMPTS = [
    "The quick brown fox jumps over the",
    "A queue is first in, first out; a stack is",
    "<|im_start|>user\nHello!<|im_end|>\n<|im_start|>assistant\n",
]


@pytest.fixture(scope="module")
def bases(shared_config):
    """The default base, and small random ones."""
    default = find_bases(shared_config)[DEFAULT]
    shared_config.models.mkdir(exist_ok=True)
    for architecture in tiny_base.KINDS:
        tiny_base.make(architecture, default.gguf, shared_config.models / f"tiny-{architecture}.gguf")
    return find_bases(shared_config)


class Peft:
    """A base with a random adapter, in float32; `folder` has the adapter in both forms."""

    def __init__(self, base, folder):
        from peft import LoraConfig, get_peft_model
        from transformers import AutoModelForCausalLM

        source = folder / "base"
        dequantise(base.gguf, source)
        kinds = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
        lora = LoraConfig(r=8, lora_alpha=16, target_modules=kinds, task_type="CAUSAL_LM")
        torch.manual_seed(1)
        self.model = get_peft_model(AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32), lora)
        for name, weight in self.model.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(weight, std=0.04)
        self.model.save_pretrained(folder)
        adapter.convert(folder, source / "config.json", base.architecture, folder / "adapter.gguf")

    @torch.no_grad()
    def judge(self, ids: list[int]) -> torch.Tensor:
        """Log probabilities of the next token."""
        return self.model(torch.tensor([ids])).logits[0, -1].log_softmax(-1)


def largest_difference(config, base, peft: Peft, file=None) -> float:
    """Between what is served and PEFT's log probabilities, over the ten likeliest next tokens of every prompt."""
    llama = Llama(config, base, file)
    differences = []
    for prompt in PROMPTS:
        ids = llama.tokenize(prompt)
        wanted = peft.judge(ids)
        answer = llama.complete({"prompt": ids, "n_predict": 1, "temperature": 0, "n_probs": 10})
        likely = answer["completion_probabilities"][0]["top_logprobs"]
        differences += [abs(token["logprob"] - wanted[token["id"]].item()) for token in likely]
    llama.close()
    return max(differences)


@pytest.mark.parametrize("name", [DEFAULT, "tiny-llama", "tiny-qwen2", "tiny-gemma3"])
def test_served_and_peft_agree(name, bases, shared_config, tmp_path, record_property):
    config, base = replace(shared_config, slots=1), bases[name]
    peft = Peft(base, tmp_path)
    tuned = largest_difference(config, base, peft, tmp_path / "adapter.gguf")
    forgotten = largest_difference(config, base, peft)
    with peft.model.disable_adapter():
        rounding = largest_difference(config, base, peft)  # of eight-bit weights, without any adapter
    record_property("largest difference of log probabilities", tuned)
    print(f"{name}: {tuned:.3f} with the adapter, {rounding:.3f} without in both, {forgotten:.3f} if it were not served")
    assert tuned < 3 * rounding and tuned < forgotten / 2
