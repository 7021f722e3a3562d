"""Importing packages without what they take along only because it is there."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_boto3() -> Iterator[None]:
    """Imports in here do not find boto3, unless it is loaded already.

    rasterio and rio-tiler load it wherever it is installed: half a second for each process, and rasterio would then ask for
    credentials at each image it opens. Nothing reads from S3 through them.
    """
    if "boto3" in sys.modules:
        yield
        return
    sys.modules["boto3"] = None  # type: ignore[assignment] # makes an import of it fail, which both allow for
    try:
        yield
    finally:
        del sys.modules["boto3"]
