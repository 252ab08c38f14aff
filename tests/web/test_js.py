"""The scripts' own tests, where Node is at hand."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from chatbot.settings import ROOT


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_scripts():
    tests = sorted(str(path) for path in (ROOT / "tests" / "js").glob("*.test.js"))
    done = subprocess.run(["node", "--test", *tests], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
