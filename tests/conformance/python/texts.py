"""Spec 2.6: legacy completions; and embeddings."""

from __future__ import annotations

import base64
import json
from array import array
from typing import Any

from checks import Checks, Http

PROMPT = "The capital of France is"


class Story:
    """The same model, clients and checks for every part.

    The types of the clients leave no room for two things that OpenAI does and they expect: `finish_reason: null` in
    the stream of a completion, and vectors in base64, for which they ask by themselves. `loose` reads those."""

    def __init__(self, checks: Checks, client: Any, loose: Any, http: Http, base: str):
        self.checks, self.client, self.loose, self.http, self.base = checks, client, loose, http, base

    def tell(self) -> None:
        for part in (self.completion, self.many, self.tokens, self.logprobs, self.stream, self.refusals, self.embeddings, self.no_embeddings):
            self.checks.section(part)

    def write(self, client: Any = None, **wishes: Any) -> Any:
        return (client or self.client).completions.create(**{"model": self.base, "prompt": PROMPT, "max_tokens": 5, "temperature": 0} | wishes)

    def completion(self) -> None:
        said = self.write()
        self.checks.shape("a completion", said, "completion")
        self.checks.matches("its id", said.id, "cmpl-[A-Za-z0-9]+")
        self.checks.equal("its head", (said.object, said.model), ("text_completion", self.base))
        self.checks.true("its text", "Paris" in said.choices[0].text, said.choices[0].text)
        self.checks.equal("its end", (said.choices[0].finish_reason, said.usage.completion_tokens), ("length", 5))
        short = self.client.completions.create(model=self.base, prompt="One, two, three, four,", temperature=0)
        self.checks.true("16 tokens by default", short.usage.completion_tokens <= 16, short.usage)
        status, _, _ = self.http("POST", "/completions", {"model": self.base, "max_tokens": 1})
        self.checks.equal("no prompt at all", status, 200)
        echo = self.write(echo=True).choices[0].text
        self.checks.equal("echo", echo, PROMPT + said.choices[0].text)
        none = self.write(echo=True, max_tokens=0)
        self.checks.equal("nothing but the echo", (none.choices[0].text, none.usage.completion_tokens), (PROMPT, 0))
        stop = said.choices[0].text[3:5]
        self.checks.equal("stop", self.write(stop=stop).choices[0].text, said.choices[0].text.split(stop)[0])

    def many(self) -> None:
        said = self.write(prompt=[PROMPT, "One, two,"], n=2, temperature=1, seed=3)
        self.checks.equal("two of each", [choice.index for choice in said.choices], [0, 1, 2, 3])
        self.checks.equal("all counted", said.usage.completion_tokens, 20)
        best = self.write(best_of=3, n=1, temperature=1, seed=3)
        self.checks.equal("the best of three", (len(best.choices), best.usage.completion_tokens), (1, 15))

    def tokens(self) -> None:
        whole = self.write().choices[0].text
        self.checks.equal("a prompt of ids", len(self.write(prompt=[504, 3575]).choices), 1)
        self.checks.equal("two prompts of ids", len(self.write(prompt=[[504, 3575], [504]]).choices), 2)
        self.checks.equal("as a list", self.write(prompt=[PROMPT]).choices[0].text, whole)

    def logprobs(self) -> None:
        choice = self.write(logprobs=2).choices[0]
        lists = choice.logprobs
        sizes = {len(lists.tokens), len(lists.token_logprobs), len(lists.top_logprobs), len(lists.text_offset)}
        self.checks.equal("parallel lists", sizes, {5})
        self.checks.equal("they make the text", "".join(lists.tokens), choice.text)
        self.checks.equal("the first stands behind the prompt", lists.text_offset[0], len(PROMPT))
        self.checks.true("the chosen one among the likely", all(t in top for t, top in zip(lists.tokens, lists.top_logprobs)))
        self.checks.true("two or three of them", all(2 <= len(top) <= 3 for top in lists.top_logprobs))

    def stream(self) -> None:
        whole = self.write()
        chunks = list(self.write(self.loose, stream=True, stream_options={"include_usage": True}))
        text = "".join(chunk.choices[0].text for chunk in chunks[:-1])
        self.checks.equal("the text", text, whole.choices[0].text)
        end = chunks[-2].choices[0]
        self.checks.equal("its end", (end.text, end.finish_reason), ("", "length"))
        self.checks.equal("its usage", (chunks[-1].choices, chunks[-1].usage.total_tokens), ([], whole.usage.total_tokens))
        self.checks.true("one head for all", len({(c.id, c.created, c.model, c.object) for c in chunks}) == 1 and chunks[0].object == "text_completion")

    def refusals(self) -> None:
        for what, param, wishes in (
            ("a suffix", "suffix", {"suffix": "!"}), ("best_of below n", "best_of", {"best_of": 1, "n": 2}),
            ("best_of as a stream", "best_of", {"best_of": 2, "stream": True}), ("logprobs=6", "logprobs", {"logprobs": 6}),
            ("best_of=21", "best_of", {"best_of": 21}), ("max_tokens=-1", "max_tokens", {"max_tokens": -1}),
            ("a token that is none", "prompt", {"prompt": [10**8]}), ("a prompt too long", "prompt", {"prompt": "word " * 9000}),
            ("an unknown parameter", "foo", {"extra_body": {"foo": 1}}),
        ):  # fmt: skip
            self.checks.refused(what, lambda wishes=wishes: self.write(**wishes), 400, ".+", param=param)
        self.checks.refused("an unknown model", lambda: self.write(model="x"), 404, "The model `x` does not exist.*", code="model_not_found")

    def tuned(self, model: str) -> None:
        """A model tuned on chats completes no texts, but answers in chats."""
        message = r"This is a chat model and not supported in the v1/completions endpoint\. Did you mean to use v1/chat/completions\?"
        self.checks.refused("a chat model", lambda: self.write(model=model), 404, message, param="model", code=None)
        ask = [{"role": "user", "content": "Say red."}]
        said = self.client.chat.completions.create(model=model, messages=ask, max_tokens=8, temperature=0)
        self.checks.equal("the tuned model", said.model, model)
        self.checks.true("says something", bool(said.choices[0].message.content), said.choices[0].message)

    def embeddings(self) -> None:
        model = "all-minilm-l6-v2"
        one = self.loose.embeddings.create(model=model, input="hello")
        self.checks.equal("a vector", (one.object, one.data[0].object, one.data[0].index, len(one.data[0].embedding)), ("list", "embedding", 0, 384))
        self.checks.true("its length is 1", abs(sum(x * x for x in one.data[0].embedding) - 1) < 1e-3)
        plain = self.client.embeddings.create(model=model, input=["hello", "goodbye"], encoding_format="float")
        self.checks.equal("two vectors", [item.index for item in plain.data], [0, 1])
        near = max(abs(a - b) for a, b in zip(plain.data[0].embedding, one.data[0].embedding))
        self.checks.true("the same in both encodings", near < 1e-4, near)
        _, _, body = self.http("POST", "/embeddings", {"model": model, "input": "hello", "encoding_format": "base64"})
        raw = array("f", base64.b64decode(json.loads(body)["data"][0]["embedding"]))
        self.checks.equal("base64 of floats", len(raw), 384)
        self.checks.true("usage", 0 < one.usage.prompt_tokens == one.usage.total_tokens, one.usage)
        ids = self.client.embeddings.create(model=model, input=[[7592], [2204]], dimensions=384, encoding_format="float")
        self.checks.equal("token ids", len(ids.data), 2)

    def no_embeddings(self) -> None:
        create = self.client.embeddings.create
        model = "all-minilm-l6-v2"
        self.checks.refused("an empty text", lambda: create(model=model, input=""), 400, ".*input.*", param="input")
        self.checks.refused("a text too long", lambda: create(model=model, input="word " * 999), 400, ".*maximum context length.*", code="context_length_exceeded")
        self.checks.refused("other dimensions", lambda: create(model=model, input="a", dimensions=8), 400, ".*384.*", param="dimensions")
        self.checks.refused("an unknown model", lambda: create(model="x", input="a"), 404, "The model `x` does not exist.*", code="model_not_found")
