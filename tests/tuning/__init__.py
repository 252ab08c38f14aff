"""How the embedding models were tuned to questions of customers (`make tune-embeddings`).

`companies/` are made-up ones that no evaluation asks about, laid out as those of `tests/evals`.
"""

from pathlib import Path

COMPANIES = Path(__file__).parent / "companies"
