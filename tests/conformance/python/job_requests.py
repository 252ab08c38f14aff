"""Spec 2.4: what can be asked about jobs and checkpoints, and what is refused."""

from __future__ import annotations

from typing import Any

from checks import Checks


def lists(checks: Checks, client: Any, begun: list[Any]) -> None:
    jobs = client.fine_tuning.jobs
    ids = [job.id for job in jobs.list()]
    begun = [job for job in begun if job]
    chat, other = begun[-1].id, begun[-2].id
    checks.equal("newest first", ids[: len(begun)], [job.id for job in begun])
    one = jobs.list(limit=1)
    checks.equal("one of many", (len(one.data), one.has_more), (1, True))
    checks.equal("page by page", [job.id for job in jobs.list(limit=2)], ids)
    checks.equal("after", [job.id for job in jobs.list(after=ids[0])], ids[1:])
    found = [job.id for job in jobs.list(metadata={"story": "chat"})]
    checks.true("by metadata", found[0] == chat and other not in found, found)
    checks.true("by empty metadata", chat in [job.id for job in jobs.list(metadata={"empty": ""})])
    bare = [job.id for job in jobs.list(extra_query={"metadata": "null"})]
    checks.true("without metadata", other in bare and chat not in bare, bare)
    checks.equal("by unknown metadata", jobs.list(metadata={"story": "none"}).data, [])


def refusals(checks: Checks, client: Any, file: str, tiny: str) -> None:
    create = client.fine_tuning.jobs.create

    def refused(what: str, pattern: str, param: str | None, code: str | None, **more: Any) -> None:
        asked = {"model": tiny, "training_file": file} | more
        checks.refused(what, lambda: create(**asked), 400, pattern, param=param, code=code)

    refused("an unknown file", "invalid training_file: file-abc", "training_file", None, training_file="file-abc")
    refused("an unknown validation file", "invalid validation_file: file-abc", "validation_file", None, validation_file="file-abc")
    refused("an unknown model", "Model gpt-9 is not available for fine-tuning or does not exist.", None, "model_not_available", model="gpt-9")
    refused("a suffix too long", "Invalid 'suffix': string too long. .* 64, .* 80 instead.", "suffix", "string_above_max_length", suffix="x" * 80)
    refused("a negative seed", ".*'seed'.*", "seed", "integer_below_min_value", seed=-1)
    refused("too many pairs", ".*metadata.*", "metadata", "object_above_max_properties", metadata={str(n): "" for n in range(17)})
    refused("a value too long", ".*512.*", "metadata.a", "string_above_max_length", metadata={"a": "x" * 513})
    wandb = [{"type": "wandb", "wandb": {"project": "x"}}]
    refused("integrations", ".*integrations.*", "integrations", "unsupported_value", integrations=wandb)
    for name, value, code in (
        ("n_epochs", 0, "integer_below_min_value"), ("n_epochs", 51, "integer_above_max_value"), ("n_epochs", "many", "invalid_type"),
        ("batch_size", 257, "integer_above_max_value"), ("learning_rate_multiplier", 0, "decimal_below_min_value"),
    ):  # fmt: skip
        wish = {"type": "supervised", "supervised": {"hyperparameters": {name: value}}}
        path = f"method.supervised.hyperparameters.{name}"
        refused(f"{name}={value}", f".*{name}.*", path, code, method=wish)
        refused(f"the old {name}={value}", f".*{name}.*", f"hyperparameters.{name}", code, hyperparameters={name: value})
    beta = {"type": "dpo", "dpo": {"hyperparameters": {"beta": 3}}}
    refused("beta=3", ".*beta.*", "method.dpo.hyperparameters.beta", "decimal_above_max_value", method=beta)
    refused("an unknown method", ".*'magic'.*", "method.type", "invalid_value", method={"type": "magic"})
    grader = {"type": "string_check", "name": "x", "input": "x", "reference": "x", "operation": "eq"}
    reinforcement = {"type": "reinforcement", "reinforcement": {"grader": grader}}
    refused("reinforcement", ".*reinforcement.*", "method.type", "unsupported_value", method=reinforcement)
    for verb in ("retrieve", "cancel", "pause", "resume", "list_events"):
        call = getattr(client.fine_tuning.jobs, verb)
        checks.refused(
            f"to {verb} an unknown job", lambda call=call: call("ftjob-x"), 404, "Could not find fine tune: ftjob-x",
            param="fine_tune_id", code="fine_tune_not_found",
        )  # fmt: skip
    unknown = lambda: client.fine_tuning.jobs.checkpoints.list("ftjob-x")  # noqa: E731
    checks.refused("checkpoints of an unknown job", unknown, 404, ".*ftjob-x", code="fine_tune_not_found")


def permissions(checks: Checks, client: Any, model: str) -> None:
    permissions = client.fine_tuning.checkpoints.permissions
    read = getattr(permissions, "list", permissions.retrieve)
    made = list(permissions.create(model, project_ids=["proj_a", "proj_b"]))
    checks.shape("a permission", made[0], "permission")
    checks.equal("one for each project", [one.project_id for one in made], ["proj_a", "proj_b"])
    checks.equal("newest first", [one.project_id for one in read(model).data], ["proj_b", "proj_a"])
    checks.equal("ends of the page", (read(model).first_id, read(model).last_id, read(model).has_more), (made[1].id, made[0].id, False))
    checks.equal("of one project", [one.id for one in read(model, project_id="proj_a").data], [made[0].id])
    checks.equal("limit and order", [one.id for one in read(model, limit=1, order="ascending").data], [made[0].id])
    checks.equal("after", [one.id for one in read(model, after=made[1].id).data], [made[0].id])
    for one in made:
        gone = permissions.delete(one.id, fine_tuned_model_checkpoint=model)
        checks.shape("a deleted permission", gone, "permission_deleted")
    checks.equal("none left", read(model).data, [])
    checks.refused("of an unknown model", lambda: read("ft:x:y::z"), 404, ".*ft:x:y::z.*", code="model_not_found")
