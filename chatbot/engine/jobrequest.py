"""What a person asks of a fine-tuning job: the checks of `POST /v1/fine_tuning/jobs`, without any disk."""

from __future__ import annotations

import random
from typing import Any

from chatbot.engine.errors import ApiError
from chatbot.engine.validate import Check, Number, auto_or, checked, metadata, one_of, text, typed, unsupported

METHODS = ("supervised", "dpo", "reinforcement")
COMMON: dict[str, Check] = {
    "n_epochs": auto_or(Number(1, 50, whole=True)),
    "batch_size": auto_or(Number(1, 256, whole=True)),
    "learning_rate_multiplier": auto_or(Number(0, above=True)),
}
HYPERPARAMETERS: dict[str, dict[str, Check]] = {
    "supervised": COMMON,
    "dpo": COMMON | {"beta": auto_or(Number(0, 2, above=True))},
    "reinforcement": COMMON
    | {
        "compute_multiplier": auto_or(Number(0.00001, 10, above=True)),
        "eval_interval": auto_or(Number(1, whole=True)),
        "eval_samples": auto_or(Number(1, whole=True)),
        "reasoning_effort": one_of("default", "low", "medium", "high"),
    },
}
FIELDS: dict[str, Check] = {
    "model": text(512, 1),
    "training_file": typed(str),
    "validation_file": typed(str),
    "method": typed(dict),
    "hyperparameters": typed(dict),
    "suffix": text(64, 1),
    "seed": Number(0, 2147483647, whole=True),
    "metadata": metadata,
    "integrations": typed(list),
}


def read(body: dict[str, Any]) -> dict[str, Any]:
    """The checked wishes of a request body: model, training_file, validation_file, method, hyperparameters,
    seed, suffix, metadata. Raises ApiError 400."""
    asked = checked(body, FIELDS, ("model", "training_file"))
    if asked.get("integrations"):
        raise unsupported("integrations", "This server has no integrations. Leave 'integrations' out.")
    method, hyperparameters = _method(asked)
    if method == "reinforcement":
        raise unsupported("method.type", "This server does not train with the method 'reinforcement'. Use 'supervised' or 'dpo'.")
    return {
        "model": asked["model"],
        "training_file": asked["training_file"],
        "validation_file": asked.get("validation_file"),
        "method": method,
        "hyperparameters": hyperparameters,
        "seed": asked.get("seed", random.randrange(2147483648)),
        "suffix": asked.get("suffix"),
        "metadata": asked.get("metadata"),
    }


def _method(asked: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The method's name and its hyperparameters, each a number or "auto"."""
    method = checked(asked.get("method") or {"type": "supervised"}, _METHOD_FIELDS, ("type",), "method.")
    name = method["type"]
    config = method.get(name, {})
    wishes, path = config.get("hyperparameters"), f"method.{name}.hyperparameters."
    if wishes is None and name == "supervised":
        wishes, path = asked.get("hyperparameters"), "hyperparameters."
    if name == "reinforcement" and "grader" not in config:
        raise ApiError(
            "Missing required parameter: 'method.reinforcement.grader'.",
            "method.reinforcement.grader",
            "missing_required_parameter",
        )
    table = HYPERPARAMETERS[name]
    return name, dict.fromkeys(table, "auto") | checked(typed(dict)(path[:-1], wishes or {}), table, path=path)


_METHOD_FIELDS: dict[str, Check] = {"type": one_of(*METHODS)} | dict.fromkeys(METHODS, typed(dict))
