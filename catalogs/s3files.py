"""Files in S3 buckets, on disk for as long as they are read. Only commands come here: no client's address reaches the network."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from catalogs.imagery.bandargument import S3_SCHEME
from catalogs.imagery.science import Progress
from catalogs.storage import image_storage
from galaxycat.errors import BadInput, DomainError

CONNECT_TIMEOUT_S = 10
LONGEST_NAME_BYTES = 200
DENIED = (
    "access denied: check the address, or give credentials that may read it (AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY)"
)
# By the code of S3's answer, which is the HTTP status where there is no other.
REFUSALS = {
    "NoSuchBucket": "no such bucket: check the address and AWS_ENDPOINT_URL",
    "NoSuchKey": "no such file in the bucket: check the address",
    "AccessDenied": DENIED,
    "403": DENIED,
}


@dataclass(frozen=True)
class S3Object:
    """One file in a bucket; `address` is s3://BUCKET/KEY, the key as it is, nothing quoted."""

    address: str
    bucket: str
    key: str

    @property
    def name(self) -> str:
        """What the file is called on disk: the key's last part, its end where it is too long for one."""
        return self.key.rpartition("/")[2].encode()[-LONGEST_NAME_BYTES:].decode(errors="ignore")


def s3_object(address: str) -> S3Object:
    """Raises BadInput where the address names no file."""
    bucket, _, key = address[len(S3_SCHEME) :].partition("/")
    found = S3Object(address, bucket, key)
    if not bucket or found.name in ("", ".", ".."):
        raise BadInput(f"{address}: names no file: write {S3_SCHEME}BUCKET/KEY, such as {S3_SCHEME}bucket/m51/v.fits")
    return found


@contextmanager
def fetched(addresses: Sequence[str], progress: Progress) -> Iterator[dict[str, Path]]:
    """Address -> its file, each downloaded once into a draft folder that is gone afterwards; memory is bounded.

    Requests are signed where credentials are configured; the endpoint is AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, else
    Amazon's. Raises BadInput, naming the address and the mend, for whatever cannot be had, before anything is downloaded
    where that can be known. A DomainError that is raised about a downloaded file names its address instead.
    """
    objects = [s3_object(address) for address in dict.fromkeys(addresses)]
    if not objects:
        yield {}
        return
    with image_storage().draft_folder() as folder:
        paths = _download(objects, folder, progress)
        try:
            yield paths
        except DomainError as error:
            raise type(error)(_by_address(str(error), paths)) from error


def _by_address(text: str, paths: dict[str, Path]) -> str:
    for address, path in paths.items():
        text = text.replace(str(path), address)
    return text


def _download(objects: Sequence[S3Object], folder: Path, progress: Progress) -> dict[str, Path]:
    with _in_one_line(objects[0].address):
        client = _client()
    sizes = [_size(client, each) for each in objects]
    _require_space(objects, sum(sizes), folder)
    meter = _Meter(sum(sizes), progress)
    paths = {}
    for number, each in enumerate(objects, start=1):
        paths[each.address] = folder / str(number) / each.name
        paths[each.address].parent.mkdir()
        with _in_one_line(each.address):
            client.download_file(
                each.bucket, each.key, str(paths[each.address]), Callback=meter.of(f"downloading {each.address}")
            )
    return paths


def _client() -> Any:
    """An S3 client by the standard AWS variables and files; without credentials its requests are unsigned."""
    # Here, since boto3 takes a second that no other process should spend at its start.
    import boto3
    from botocore import UNSIGNED
    from botocore.config import Config

    session = boto3.session.Session()
    signature = {} if session.get_credentials() else {"signature_version": UNSIGNED}
    return session.client("s3", config=Config(connect_timeout=CONNECT_TIMEOUT_S, **signature))


def _size(client: Any, wanted: S3Object) -> int:
    """Bytes of the file."""
    with _in_one_line(wanted.address):
        # The answer to HEAD does not say whether it is the bucket or the file that is missing.
        answer = client.get_object(Bucket=wanted.bucket, Key=wanted.key)
        answer["Body"].close()
    return int(answer["ContentLength"])


def _require_space(objects: Sequence[S3Object], total: int, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if total > free:
        names = ", ".join(each.address for each in objects)
        raise BadInput(f"{names}: {total:,} bytes to download, {free:,} are free under GALAXYCAT_HOME: make room there")


class _Meter:
    """Bytes so far of `total`, told as progress; transfer threads add theirs, and take back what they must fetch again."""

    def __init__(self, total: int, progress: Progress) -> None:
        self.total, self.progress, self.done, self.lock = max(total, 1), progress, 0, Lock()

    def of(self, stage: str) -> Callable[[int], None]:
        def add(n_bytes: int) -> None:
            with self.lock:
                self.done += n_bytes
                self.progress(self.done / self.total, stage)

        add(0)
        return add


@contextmanager
def _in_one_line(address: str) -> Iterator[None]:
    """What boto3, the network and the disk raise, as BadInput that names the address and the mend."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError
    from s3transfer.exceptions import S3DownloadFailedError

    try:
        yield
    except ClientError as error:
        raise BadInput(f"{address}: {_refusal(error.response.get('Error', {}))}") from error
    except (Boto3Error, S3DownloadFailedError) as error:
        raise BadInput(f"{address}: the download was cut short ({error}): run the command again") from error
    except (BotoCoreError, ResponseParserError, ValueError) as error:
        raise BadInput(
            f"{address}: cannot be read ({error}): check the address, the network and AWS_ENDPOINT_URL"
        ) from error
    except OSError as error:
        raise BadInput(
            f"{address}: cannot be kept on disk ({error.strerror}): make room under GALAXYCAT_HOME"
        ) from error


def _refusal(said: dict[str, str]) -> str:
    code = said.get("Code", "unknown error")
    return REFUSALS.get(code, f"{code} ({said.get('Message', '')}): check the address and the credentials")
