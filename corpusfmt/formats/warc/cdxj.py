"""Lines of a CDXJ index: the position of the capture of a URL in an archive.

    org,example)/a 20240518015810 {"url": "https://example.org/a", "mime": "text/plain", "digest": "sha256:…", …}

A line begins with the URL in sortable form (SURT) and the date in 14 digits; ``length``, ``offset`` and ``filename``
are added by whoever writes the file.
"""

from __future__ import annotations

import json
import re
from typing import Final

_URL: Final = re.compile(r"(https?)://(?:[^/?#@]*@)?(\[[0-9a-fA-F:.]*\]|[^/?#:]*)(?::([0-9]*))?([^#]*)(?:#.*)?", re.I)
#: As our own records begin that hold documents.
_DOCUMENTS: Final = (b"WARC/1.1\r\nWARC-Type: resource\r\n", b"WARC/1.1\r\nWARC-Type: conversion\r\n")
_WWW: Final = re.compile(r"^www[0-9]*\.")
_PORTS: Final = {"http": "80", "https": "443"}


def entry(record: bytes) -> tuple[bytes, bytes] | None:
    """Return the key of a record and its fields as the members of a JSON object; None for one that is no document."""
    if not record.startswith(_DOCUMENTS):
        return None
    head = record[: record.find(b"\r\n\r\n")]
    fields = dict([line.split(b": ", 1) for line in head.split(b"\r\n")[1:]])  # our own spelling: a name a line
    mime = fields[b"Content-Type"].partition(b";")[0].strip().decode()
    url = fields[b"WARC-Target-URI"].decode()
    digits = re.sub(rb"[^0-9]", b"", fields[b"WARC-Date"])[:14].decode()
    digest = fields[b"WARC-Payload-Digest"].decode()
    members = json.dumps({"url": url, "mime": mime, "digest": digest})[1:-1]
    return f"{surt(url)} {digits}".encode(), members.encode()


def surt(url: str) -> str:
    """Return a URL as indexes sort it: the host from its end, without ``www``, and all in lower case.

    Other URIs stay as they are.
    """
    match = _URL.fullmatch(url)
    if match is None:
        return url.replace(" ", "%20")
    scheme, host, port, path = match.groups()
    host = _WWW.sub("", host.lower().rstrip("."))
    labels = host if host.startswith("[") or re.fullmatch(r"[0-9.]+", host) else ",".join(reversed(host.split(".")))
    if port and port != _PORTS[scheme.lower()]:
        labels += f":{port}"
    path, mark, query = path.partition("?")
    if mark:
        query = "&".join(sorted(query.lower().split("&")))
    path = path.lower() or "/"
    if len(path) > 1:
        path = path.rstrip("/") or "/"
    return f"{labels}){path}{mark if query else ''}{query}"
