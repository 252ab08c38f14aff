"""The serving process of one model: llama.cpp's HTTP server on a free loopback port.

Reads one line of JSON from stdin ({"config", "base", "adapter", "key"}), prints its address as one line, and
serves until stdin closes, which also happens when the parent dies. A native crash ends only this process.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from . import memory
from .bases import Base, serving_file
from .config import EngineConfig


def start(config: EngineConfig, base: Base, adapter: str | None, key: str):
    """A running xllamacpp Server. Raises RuntimeError when a file cannot be loaded."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(serving_file(config, base))
    if adapter:
        info = xllamacpp.CommonAdapterLoraInfo()
        info.path, info.scale = adapter, 1.0
        params.lora_adapters = [info]
    params.n_parallel = slots = memory.slots(config, base)
    params.n_ctx = slots * min(config.context, base.context_length)
    params.n_threads_http = 2 * (slots + config.queue)  # each open stream keeps one, and others must not wait for it
    # one word at a time is limited by memory, not by cores, and a thread that has to wait for its preempted
    # partner at every layer makes an answer ten times slower whenever something else runs
    params.cpuparams.n_threads = max(1, config.threads // 2)
    params.cpuparams_batch.n_threads = config.threads
    params.cpuparams.poll = params.cpuparams_batch.poll = 0  # waiting threads sleep instead of spinning
    params.n_gpu_layers = 0
    params.fit_params = False
    params.cache_ram_mib = 256
    params.api_keys = [key]
    params.verbosity = 2  # warnings; the log is kept for the last words of a crash
    params.ui = False
    params.use_jinja = False
    return xllamacpp.Server(params)


def main() -> None:
    """Serve until the parent lets go."""
    request = json.loads(sys.stdin.readline())
    config = EngineConfig.from_dict(request["config"])
    base = Base(**request["base"] | {"gguf": Path(request["base"]["gguf"])})
    server = start(config, base, request["adapter"], request["key"])
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
