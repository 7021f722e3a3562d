"""Content-addressed files of what machines made: weights of encoders, arrays of features."""

import os
import tempfile
from io import BytesIO
from pathlib import Path

import numpy as np
from django.core.files.storage import FileSystemStorage, storages

from catalogs.storage import KEY, sha256_of


class ModelStorage(FileSystemStorage):
    """Files under the SHA-256 of their bytes: complete or not there, never overwritten."""

    def keep(self, content: bytes) -> str:
        """Write the bytes and return their key; harmless when they are there already."""
        folder = Path(self.location) / "drafts"
        folder.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            # A database row will name this file: it must outlive a power cut as the row does.
            os.fsync(stream.fileno())
        key = sha256_of(Path(draft))
        destination = self.path_of(key)
        destination.parent.mkdir(parents=True, exist_ok=True)
        os.replace(draft, destination)
        return key

    def keep_array(self, array: np.ndarray) -> str:
        """The same for an array, as .npy that can be memory-mapped."""
        stream = BytesIO()
        np.save(stream, array, allow_pickle=False)
        return self.keep(stream.getvalue())

    def path_of(self, key: str) -> Path:
        """Where the file of this key is. Only a key is accepted: no client text reaches the disk."""
        if not KEY.fullmatch(key):
            raise ValueError("a model file's key is 64 hexadecimal digits")
        return Path(self.location) / key[:2] / key

    def cache(self) -> Path:
        """A folder for what can be made again, such as the encoder's inputs."""
        folder = Path(self.location) / "cache"
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def model_storage() -> ModelStorage:
    """The storage that STORAGES["models"] configures."""
    storage = storages["models"]
    if not isinstance(storage, ModelStorage):
        raise TypeError('STORAGES["models"] must be a ModelStorage')
    return storage
