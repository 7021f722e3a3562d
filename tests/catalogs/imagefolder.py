"""What is in an image storage."""

from pathlib import Path


def stored(images: Path) -> list[str]:
    return sorted(path.name for path in images.rglob("*") if path.is_file())
