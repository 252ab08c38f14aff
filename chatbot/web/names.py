"""Names of models short enough to read."""


def short_name(model: str) -> str:
    """Of `ft:base:org:suffix:id` the last two parts; other names as they are."""
    parts = model.split(":")
    return f"{parts[3] or parts[1]} · {parts[4]}" if len(parts) == 5 else model
