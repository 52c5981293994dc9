"""The few settings the quick commands need, read without the imports of settings.py."""


def peek_settings(path: str) -> dict[str, object]:
    """The settings file as it is; {} if there is none, or none that can be read (settings.py says so at the next slower command)."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError):
        return {}
    import json  # 5 ms, only for those who have a settings file

    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return raw if isinstance(raw, dict) else {}
