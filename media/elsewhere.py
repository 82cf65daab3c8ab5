"""Large files straight from a bucket that browsers can reach: a signed address that soon ends.

Only where the operator says so: `LMS_S3_URL=…/bucket?public=https://files.example.cn` names the bucket's address for
browsers. Pages of packages never come from there, or they would leave the host that shuts them in.
"""

from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from botocore.client import Config

SECONDS = 3600


def origin(s3_url: str) -> str:
    """The origin of the bucket as browsers reach it; empty where they cannot."""
    public = _public(s3_url)
    parts = urlsplit(public)
    return f"{parts.scheme}://{parts.netloc}" if public else ""


def signed(s3_url: str, key: str, content_type: str) -> str:
    """An address of a file, good for an hour and for reading alone; empty where browsers cannot reach the bucket."""
    if not _public(s3_url):
        return ""
    told = {"ResponseContentType": content_type, "ResponseCacheControl": f"private, max-age={SECONDS}"}
    what = {"Bucket": urlsplit(s3_url).path.strip("/"), "Key": key, **told}
    return _signer(s3_url).generate_presigned_url("get_object", Params=what, ExpiresIn=SECONDS)  # type: ignore[no-any-return]


@lru_cache(maxsize=4)
def _public(s3_url: str) -> str:
    return parse_qs(urlsplit(s3_url).query).get("public", [""])[0]


@lru_cache(maxsize=4)
def _signer(s3_url: str) -> Any:
    """Signs without a word to the bucket."""
    parts = urlsplit(s3_url)
    query = parse_qs(parts.query)
    style = {"addressing_style": query.get("style", ["path"])[0]}
    return boto3.session.Session().client(
        "s3",
        endpoint_url=_public(s3_url),
        aws_access_key_id=unquote(parts.username or ""),
        aws_secret_access_key=unquote(parts.password or ""),
        region_name=query.get("region", ["us-east-1"])[0],
        config=Config(signature_version="s3v4", s3=style),
    )
