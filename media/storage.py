"""Where files are kept: a local folder or an S3 bucket behind one small interface.

A key names content, not a place: `sha256/ab/ab12….mp4`. Putting the same content twice is harmless.
"""

import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError

CHUNK = 1 << 20
_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}(/[a-z0-9][a-z0-9._-]{0,99}){1,7}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class StorageError(Exception):
    """The place where files are kept did not do what was asked."""


class NoSuchFile(StorageError):
    """Nothing is kept under this key."""


class StorageFull(StorageError):
    """There is no room left; nothing was kept."""


class BadKey(StorageError, ValueError):
    """Not a key: keys are lower-case paths without dots that climb."""


class Storage(Protocol):
    """What the platform asks of a place for files. Sizes and offsets are bytes."""

    def put(self, key: str, file: BinaryIO, content_type: str = "application/octet-stream") -> None:
        """Keep what can be read from `file` (from where it stands), wholly or not at all; raises StorageFull."""

    def open(self, key: str, start: int = 0, length: int | None = None) -> BinaryIO:
        """A stream of the bytes from `start` on; the caller closes it. Raises NoSuchFile."""

    def size(self, key: str) -> int:
        """How many bytes are kept; raises NoSuchFile."""

    def exists(self, key: str) -> bool:
        """Whether anything is kept under the key."""

    def delete(self, key: str) -> None:
        """Forget a file; no error when it is not there."""

    def alive(self) -> bool:
        """Whether the place answers and takes files."""


class StorageSettings(Protocol):
    """The two settings that decide where files are kept."""

    @property
    def s3_url(self) -> str:
        """`http(s)://KEY:SECRET@host:port/bucket?region=…`, or empty for a local folder."""

    @property
    def data(self) -> Path:
        """The data folder of the platform."""


def storage_for(settings: StorageSettings) -> Storage:
    """The storage that the settings name: S3 when there is a URL, else `files` in the data folder."""
    return S3Bucket(settings.s3_url) if settings.s3_url else LocalFolder(settings.data / "files")


def key_for(sha256: str, suffix: str) -> str:
    """The key of content: its SHA-256 in hex and a suffix such as `.mp4`."""
    return checked(f"sha256/{sha256[:2]}/{sha256}{suffix}")


def checked(key: str) -> str:
    """The key itself; raises BadKey for anything that could leave the folder or surprise a bucket."""
    if not _KEY.fullmatch(key) or ".." in key:
        raise BadKey(f"not a storage key: {key!r}")
    return key


def sha256_of(file: BinaryIO) -> str:
    """The SHA-256 in hex of what can be read from a seekable file, which is wound back to its start."""
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def fetch(storage: Storage, key: str, target: Path) -> Path:
    """Copy a kept file to a local path; raises StorageFull when the disk has no room."""
    with full_told(), storage.open(key) as source, target.open("wb") as out:
        shutil.copyfileobj(source, out, CHUNK)
    return target


def is_full(problem: OSError) -> bool:
    """Whether an operating system error means that there is no room."""
    return problem.errno in _FULL


@contextmanager
def full_told() -> Iterator[None]:
    """Turn "no space left", "over quota" and "file too big" into StorageFull."""
    try:
        yield
    except OSError as problem:
        if is_full(problem):
            raise StorageFull("no room left on the disk") from problem
        raise


class LocalFolder:
    """Files in a folder; a file appears under its key only when all its bytes are on the disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, file: BinaryIO, content_type: str = "") -> None:  # noqa: ARG002 - a folder keeps no types
        """Keep a file: written beside, flushed, then renamed."""
        target = self._path(key)
        with full_told():
            target.parent.mkdir(parents=True, exist_ok=True)
            beside = tempfile.NamedTemporaryFile(dir=target.parent, prefix=".new-", delete=False)  # noqa: SIM115
            try:
                with beside:
                    shutil.copyfileobj(file, beside, CHUNK)
                    beside.flush()
                    os.fsync(beside.fileno())
                os.replace(beside.name, target)
            except BaseException:
                Path(beside.name).unlink(missing_ok=True)
                raise

    def open(self, key: str, start: int = 0, length: int | None = None) -> BinaryIO:  # noqa: ARG002 - the reader counts
        """The file from `start` on to its end."""
        try:
            stream = self._path(key).open("rb")
        except FileNotFoundError as problem:
            raise NoSuchFile(key) from problem
        stream.seek(start)
        return stream

    def size(self, key: str) -> int:
        """Bytes on the disk."""
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError as problem:
            raise NoSuchFile(key) from problem

    def exists(self, key: str) -> bool:
        """Whether the file is there."""
        return self._path(key).is_file()

    def delete(self, key: str) -> None:
        """Remove the file."""
        self._path(key).unlink(missing_ok=True)

    def alive(self) -> bool:
        """Whether the folder can be written to."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError:
            return False
        return os.access(self.root, os.W_OK)

    def _path(self, key: str) -> Path:
        return self.root / checked(key)


class S3Bucket:
    """Files in a bucket of any S3 (SeaweedFS, MinIO, OSS, COS …)."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.bucket = parts.path.strip("/")
        if parts.scheme not in {"http", "https"} or not parts.username or not parts.password or len(self.bucket) < 3:
            raise ValueError(
                "LMS_S3_URL must be http(s)://KEY:SECRET@host:port/bucket, the bucket of 3 letters or more"
            )
        self._s3 = _client(parts.scheme, parts.netloc.rpartition("@")[2], parts)

    def put(self, key: str, file: BinaryIO, content_type: str = "application/octet-stream") -> None:
        """Keep a file, in parts when it is large; S3 shows an object only when it is whole."""
        with _s3_told(key):
            self._s3.upload_fileobj(
                _Unclosed(file), self.bucket, checked(key), ExtraArgs={"ContentType": content_type}, Config=_TRANSFER
            )

    def open(self, key: str, start: int = 0, length: int | None = None) -> BinaryIO:
        """A stream of just the bytes asked for."""
        last = "" if length is None else str(start + length - 1)
        wanted = {} if not start and length is None else {"Range": f"bytes={start}-{last}"}
        with _s3_told(key):
            return self._s3.get_object(Bucket=self.bucket, Key=checked(key), **wanted)["Body"]  # type: ignore[no-any-return]

    def size(self, key: str) -> int:
        """ContentLength of the object."""
        with _s3_told(key):
            return int(self._s3.head_object(Bucket=self.bucket, Key=checked(key))["ContentLength"])

    def exists(self, key: str) -> bool:
        """Whether the object is there."""
        try:
            self.size(key)
        except NoSuchFile:
            return False
        return True

    def delete(self, key: str) -> None:
        """Remove the object."""
        with _s3_told(key):
            self._s3.delete_object(Bucket=self.bucket, Key=checked(key))

    def alive(self) -> bool:
        """Whether the bucket answers."""
        try:
            self._s3.head_bucket(Bucket=self.bucket)
        except (ClientError, BotoCoreError):
            return False
        return True

    def create(self) -> None:
        """Make the bucket if it is not there (first start, tests)."""
        if not self.alive():
            with _s3_told(self.bucket):
                self._s3.create_bucket(Bucket=self.bucket)


# One thread a transfer: the worker does one thing at a time, and memory stays at one part.
_TRANSFER = TransferConfig(multipart_threshold=16 << 20, multipart_chunksize=16 << 20, use_threads=False)
_MISSING = {"404", "NoSuchKey", "NotFound"}
_NO_ROOM = {"XMinioStorageFull", "InsufficientStorage", "507", "QuotaExceeded"}


def _client(scheme: str, host: str, parts: Any) -> Any:
    query = parse_qs(parts.query)
    # Unless told, boto3 signs links the old way, which SeaweedFS and new stores refuse (ecosystem.md 2.1).
    config = Config(
        signature_version="s3v4",
        connect_timeout=5,
        read_timeout=60,
        retries={"max_attempts": 3, "mode": "standard"},
        s3={"addressing_style": query.get("style", ["path"])[0]},
    )
    return boto3.session.Session().client(
        "s3",
        endpoint_url=f"{scheme}://{host}",
        aws_access_key_id=unquote(parts.username),
        aws_secret_access_key=unquote(parts.password),
        region_name=query.get("region", ["us-east-1"])[0],
        config=config,
    )


@contextmanager
def _s3_told(key: str) -> Iterator[None]:
    """Turn what S3 says into our words; secrets are never in them."""
    try:
        yield
    except ClientError as problem:
        code = str(problem.response.get("Error", {}).get("Code", ""))
        if code in _MISSING:
            raise NoSuchFile(key) from problem
        if code in _NO_ROOM:
            raise StorageFull("no room left in the bucket") from problem
        raise StorageError(f"S3 refused {key}: {code}") from problem
    except BotoCoreError as problem:
        raise StorageError(f"S3 did not answer for {key}: {type(problem).__name__}") from problem


class _Unclosed:
    """A file that boto3 may not close: it belongs to the request or to the caller."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """Bytes of the file underneath."""
        return self._file.read(size)
