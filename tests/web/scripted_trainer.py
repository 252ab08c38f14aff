"""A trainer that plays a training instead of doing one: `python scripted_trainer.py JOB --config FILE`.

The suffix of the job says what happens: `slow` waits to be cancelled, `fails` ends with an error, `by-heart` is stopped
early and keeps the state before it began to memorise, all others succeed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, os.getcwd())

from chatbot.engine import shelf  # noqa: E402
from chatbot.engine.jobfolder import JobFolder  # noqa: E402

STEPS = 30


def publish(job: JobFolder, home: Path) -> str:
    """A model that is listed and can be deleted, but cannot answer."""
    asked = job.request
    model = f"ft:{asked['base']}:test:{asked['suffix'] or ''}:{job.id[-8:]}"
    for name, kind, step in ((model, "final", STEPS), (f"{model}:ckpt-step-10", "checkpoint", 10)):
        folder = home / "models" / shelf.new_id("model-")
        folder.mkdir(parents=True)
        record = {"id": name, "created_at": int(time.time()), "base": asked["base"], "parent": None, "job_id": job.id}
        record |= {"format": asked["format"], "adapter_sha256": None, "kind": kind, "step": step, "metrics": {}}
        record["checkpoint_id"] = shelf.new_id("ftckpt-")
        shelf.write_json(folder / "model.json", record)
    return model


def main() -> None:
    job = JobFolder(Path(sys.argv[1]))
    home = Path(json.loads(Path(sys.argv[3]).read_text())["home"])
    mood = job.request["suffix"]
    with job.lock():
        job.update(status="running", hyperparameters={"n_epochs": 3, "batch_size": 4, "learning_rate_multiplier": 1.0})
        job.event("Fine-tuning job started")
        for step in range(1, STEPS + 1):
            data = {"step": step, "total_steps": STEPS, "train_loss": 3.0 / step}
            if mood == "by-heart" and step % 5 == 0:
                data["full_valid_loss"] = 1.0 + abs(step - 10) / 10
            job.event(f"Step {step}/{STEPS}: training loss={3.0 / step:.2f}", type="metrics", data=data)
            time.sleep(0.1 if mood == "slow" else 0)
            if mood == "by-heart" and step == 20:
                job.event(f"Stopped early at step 20 of {STEPS}: the validation loss no longer falls", data={"stopped_at": 20})
                job.event("Validation loss was lowest at step 10; that state is the model", data={"best_step": 10})
                break
            while mood == "slow" and step == 12:
                if job.wanted() == "cancel":
                    return job.finish("cancelled", "Fine-tuning job cancelled")
                time.sleep(0.02)
        if mood == "fails":
            text = "The machine's memory is too small for this training."
            return job.finish("failed", text, {"code": "out_of_memory", "message": text, "param": None})
        job.event("The job has successfully completed", data={})
        job.update(status="succeeded", finished_at=int(time.time()), trained_tokens=9000, fine_tuned_model=publish(job, home))


main()
