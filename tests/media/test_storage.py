"""One contract, kept by a local folder and by a real S3 (SeaweedFS) alike."""

import hashlib
import io
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.foundation.services.programs import free_port
from media.storage import (
    BadKey,
    LocalFolder,
    NoSuchFile,
    S3Bucket,
    Storage,
    StorageError,
    StorageFull,
    checked,
    fetch,
    key_for,
    sha256_of,
)
from tests import seaweed

DATA = b"\x00\x01\x02 \xe8\x8d\x94\xe6\x9e\x9d" * 1000


@pytest.fixture(scope="module")
def seaweedfs() -> Iterator[str]:
    """The URL of an empty bucket in a SeaweedFS of our own."""
    with seaweed.bucket() as url:
        yield url


@pytest.fixture(scope="module")
def bucket(seaweedfs: str) -> S3Bucket:
    """The storage on it, made once: a client of S3 reads a megabyte of descriptions at its start."""
    return S3Bucket(seaweedfs)


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """Each kind in turn."""
    return LocalFolder(tmp_path / "files") if request.param == "folder" else request.getfixturevalue("bucket")


def test_what_was_put_comes_back(storage: Storage) -> None:
    key = key_for(hashlib.sha256(DATA).hexdigest(), ".mp4")
    storage.put(key, io.BytesIO(DATA), "video/mp4")
    with storage.open(key) as stream:
        assert stream.read() == DATA
    assert storage.size(key) == len(DATA)
    assert storage.exists(key)


def test_reading_can_begin_in_the_middle(storage: Storage) -> None:
    """Sabotage: ignore start in open()."""
    storage.put("sha256/aa/middle.bin", io.BytesIO(DATA))
    with storage.open("sha256/aa/middle.bin", 100, 50) as stream:
        assert stream.read(50) == DATA[100:150]


def test_a_file_is_put_from_where_it_stands_and_stays_open(storage: Storage) -> None:
    """boto3 closes what it uploads. Sabotage: hand it the caller's file itself."""
    file = io.BytesIO(b"skip" + DATA)
    file.seek(4)
    storage.put("sha256/aa/rest.bin", file)
    assert not file.closed
    assert storage.size("sha256/aa/rest.bin") == len(DATA)


def test_large_files_go_in_parts(storage: Storage) -> None:
    big = b"0123456789abcdef" * (3 << 20)
    storage.put("sha256/aa/big.bin", io.BytesIO(big))
    assert storage.size("sha256/aa/big.bin") == len(big)
    with storage.open("sha256/aa/big.bin", len(big) - 16, 16) as stream:
        assert stream.read() == b"0123456789abcdef"


def test_putting_twice_is_harmless_and_empty_files_are_files(storage: Storage) -> None:
    storage.put("sha256/aa/empty.bin", io.BytesIO())
    storage.put("sha256/aa/empty.bin", io.BytesIO())
    assert storage.size("sha256/aa/empty.bin") == 0


def test_what_is_not_there(storage: Storage) -> None:
    """Sabotage: let ClientError or FileNotFoundError through."""
    assert not storage.exists("sha256/aa/none.bin")
    for ask in (storage.open, storage.size):
        with pytest.raises(NoSuchFile):
            ask("sha256/aa/none.bin")
    storage.delete("sha256/aa/none.bin")


def test_deleting(storage: Storage) -> None:
    storage.put("sha256/aa/gone.bin", io.BytesIO(b"x"))
    storage.delete("sha256/aa/gone.bin")
    assert not storage.exists("sha256/aa/gone.bin")


def test_a_put_that_breaks_off_keeps_nothing(storage: Storage) -> None:
    """Sabotage: write straight to the final name."""

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 1 << 20:
                raise ConnectionError("the sender went away")
            return super().read(size)

    with pytest.raises((ConnectionError, StorageError)):
        storage.put("sha256/aa/half.bin", Broken(bytes(3 << 20)))
    assert not storage.exists("sha256/aa/half.bin")


def test_fetching_to_a_local_path(storage: Storage, tmp_path: Path) -> None:
    storage.put("sha256/aa/fetch.bin", io.BytesIO(DATA))
    assert fetch(storage, "sha256/aa/fetch.bin", tmp_path / "here").read_bytes() == DATA


@pytest.mark.parametrize(
    "key",
    ["../up", "a/../b", "/abs", "a", "a//b", "A/b", "a/b c", "a/.hidden", "a/b\n", "", "a/" + "x" * 200, "a/荔枝"],
)
def test_keys_that_could_climb_are_refused(storage: Storage, key: str) -> None:
    """Sabotage: skip checked() in _path, open or put."""
    for ask in (storage.open, storage.size, storage.exists, storage.delete):
        with pytest.raises(BadKey):
            ask(key)
    with pytest.raises(BadKey):
        storage.put(key, io.BytesIO(b""))


def test_it_says_whether_it_is_there(storage: Storage) -> None:
    assert storage.alive()


def test_an_s3_that_is_not_there_says_so() -> None:
    dead = S3Bucket(f"http://k:s@127.0.0.1:{free_port()}/bucket")
    assert not dead.alive()
    with pytest.raises(StorageError, match="did not answer"):
        dead.size("sha256/aa/x")


@pytest.mark.parametrize("url", ["http://127.0.0.1/bucket", "ftp://k:s@h/bucket", "http://k:s@h/ab"])
def test_a_wrong_url_says_what_it_should_be(url: str) -> None:
    with pytest.raises(ValueError, match="LMS_S3_URL must be"):
        S3Bucket(url)


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    """Sabotage: leave the half-written file, or let the OSError through."""
    folder = LocalFolder(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    try:
        with pytest.raises(StorageFull):
            folder.put("sha256/aa/full.bin", io.BytesIO(bytes(2 << 20)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_hashing_winds_the_file_back() -> None:
    file = io.BytesIO(DATA)
    assert sha256_of(file) == hashlib.sha256(DATA).hexdigest()
    assert file.tell() == 0


@given(st.text(max_size=60))
def test_no_key_leaves_the_folder(key: str) -> None:
    try:
        checked(key)
    except BadKey:
        return
    assert (Path("/root") / key).resolve().is_relative_to(Path("/root"))
