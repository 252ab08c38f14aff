"""The whole story, told by one Python client: `python story.py URL KEY BASE TINY TOOLS`.

BASE is the model to tune and talk to, TINY a small one for trainings nobody looks at closely, TOOLS one whose
template can call tools. Prints how many checks passed; exits with 1 if one did not.
"""

from __future__ import annotations

import re
import sys
from typing import Any

import openai

import answers
import files
import jobs
import models
import texts
from checks import Checks, Http


def client_of(checks: Checks, url: str, key: str, strict: bool) -> openai.OpenAI:
    """A client that looks at the headers of each answer and, if `strict`, raises when one does not fit its types."""

    def look(response: Any) -> None:
        found = response.headers.get("x-request-id", "")
        checks.always(f"x-request-id of {response.url}", bool(re.fullmatch("req_[0-9a-f]{32}", found)), found)

    http = openai.DefaultHttpxClient(event_hooks={"response": [look]})
    return openai.OpenAI(api_key=key, base_url=url, max_retries=0, http_client=http, _strict_response_validation=strict)


def main(url: str, key: str, base: str, tiny: str, tools: str) -> None:
    checks = Checks()
    client, loose = (client_of(checks, url, key, strict) for strict in (True, False))
    http = Http(url, key)
    training_file = files.story(checks, client, http)
    begun = jobs.begin(checks, client, training_file, base, tiny)
    checks.section(models.story, checks, client, http, base)
    answers.Story(checks, client, http, base, tools).tell()
    rest = texts.Story(checks, client, loose, http, base)
    rest.tell()
    tuned = checks.section(jobs.story, checks, client, http, begun, base, tiny)
    if tuned:
        checks.section(rest.tuned, tuned)
    print(f"openai {openai.__version__} on Python {re.split(' ', sys.version)[0]}: {checks.passed} checks passed", flush=True)
    if checks.failed:
        sys.exit(f"{checks.failed} did not")


main(*sys.argv[1:])
