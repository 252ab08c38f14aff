"""Cells of CSV files that spreadsheets open."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula (OWASP, CSV injection): an apostrophe in front keeps it text."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
