"""Starts one engine and lets every official client tell its story: `python -m tests.conformance BUILD`.

BUILD has a virtual environment `openai-<version>` for each Python client, and `node/` with the npm package.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from chatbot.engine.bases import DEFAULT, default_file
from tests.engine import tiny_base
from tests.engine_process import KEY, EngineProcess

HERE = Path(__file__).parent
TINY, TOOLS = "tiny", "tiny-tools"
TEMPLATE = """{% for tool in tools or [] %}<tools>{{ tool | tojson }}</tools>
{% endfor %}{% for m in messages %}{{ m.role }}: {{ m.content }}
{% for c in m.tool_calls or [] %}<tool_call>{{ c.function | tojson }}</tool_call>
{% endfor %}{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"""


def make_bases(folder: Path) -> None:
    """A small random base for trainings, and one whose template can call tools."""
    folder.mkdir(parents=True)
    tiny_base.make("llama", default_file(), folder / f"{TINY}.gguf")
    change = [sys.executable, "-m", "gguf.scripts.gguf_new_metadata", "--chat-template", TEMPLATE]
    subprocess.run([*change, folder / f"{TINY}.gguf", folder / f"{TOOLS}.gguf"], check=True, capture_output=True)


def commands(build: Path) -> list[list[str]]:
    """What each client runs, without the address."""
    pythons = sorted(build.glob("openai-*/bin/python"))
    node = ["node", str(HERE / "node" / "story.mjs"), str(build / "node")]
    return [[str(python), str(HERE / "python" / "story.py")] for python in pythons] + [node]


def main(build: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        make_bases(Path(home) / "models")
        with EngineProcess(Path(home)) as engine:
            codes = [subprocess.run([*command, engine.url, KEY, DEFAULT, TINY, TOOLS]).returncode for command in commands(build)]
            words = engine.log.read_text()
    if any(codes):
        sys.exit(f"The engine said:\n{words[-4000:]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
