"""An adapter of PEFT's says the same when llama.cpp serves it."""

from __future__ import annotations

import pytest
import torch

from chatbot.engine import adapter
from chatbot.engine.bases import DEFAULT, find_bases, training_folder
from chatbot.engine.llama import Llama

TEXT = "The quick brown fox jumps over the"
PROMPTS = [TEXT, "A queue is first in, first out; a stack is", "<|im_start|>user\nHello!<|im_end|>\n<|im_start|>assistant\n"]
ROUNDING = 0.35  # largest difference of a likely token's log probability that eight-bit weights make


@pytest.fixture(scope="module")
def tuned(shared_config, tmp_path_factory):
    """Log probabilities of PEFT's model with a random adapter, and the folder that PEFT wrote."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    base = find_bases(shared_config)[DEFAULT]
    source = training_folder(shared_config, base)
    tokenizer = AutoTokenizer.from_pretrained(source)
    torch.manual_seed(1)
    kinds = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    config = LoraConfig(r=8, lora_alpha=16, target_modules=kinds, task_type="CAUSAL_LM")
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32), config)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.02)
    folder = tmp_path_factory.mktemp("adapter")
    model.save_pretrained(folder)
    adapter.convert(folder, source / "config.json", base.architecture, folder / "adapter.gguf")

    def judge(prompt: str) -> torch.Tensor:
        ids = tokenizer(prompt, add_special_tokens=False, return_tensors="pt").input_ids
        with torch.no_grad():
            return model(ids).logits[0, -1].log_softmax(-1)

    with model.disable_adapter():
        plain = [judge(prompt) for prompt in PROMPTS]
    return base, folder, plain, [judge(prompt) for prompt in PROMPTS]


def largest_difference(llama: Llama, expected: list[torch.Tensor]) -> float:
    """Over the ten likeliest next tokens of every prompt."""
    differences = []
    for prompt, wanted in zip(PROMPTS, expected):
        answer = llama.complete({"prompt": prompt, "n_predict": 1, "temperature": 0, "n_probs": 10})
        likely = answer["completion_probabilities"][0]["top_logprobs"]
        differences += [abs(token["logprob"] - wanted[token["id"]].item()) for token in likely]
    return max(differences)


def test_served_and_peft_agree(tuned, shared_config, record_property):
    base, folder, plain, expected = tuned
    llama = Llama(shared_config, base, folder / "adapter.gguf")
    try:
        with_adapter = largest_difference(llama, expected)
        without = largest_difference(llama, plain)
    finally:
        llama.close()
    record_property("largest difference of log probabilities", with_adapter)
    print(f"largest difference: {with_adapter:.3f} to PEFT with the adapter, {without:.3f} to the base alone")
    assert with_adapter < ROUNDING < without
