"""Uploads over real sockets: cut, killed, resumed, refused; what was handed in is whole and under its hash."""

from __future__ import annotations

import base64
import hashlib
import socket
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from tusclient.client import TusClient

from finwatch.lake import open_lake
from finwatch.model.access import Permission
from tests.kit.uploading import Serving, opened, person

pytestmark = pytest.mark.server
TUS = {"Tus-Resumable": "1.0.0"}
PART = {**TUS, "Content-Type": "application/offset+octet-stream"}
BIG, CUT, KILLED = 300 << 20, 260 << 20, 150 << 20
HELD = 128 << 10
"""Bytes that uvicorn may have read and not handed on when a line breaks (its flow control: 64 KiB, and a read)."""


class Source:
    """Bytes of a file that is nowhere in memory as a whole: block ``n`` says ``n``."""

    BLOCK = 1 << 20

    @staticmethod
    def block(number: int) -> bytes:
        return (number.to_bytes(4, "big") + hashlib.sha256(number.to_bytes(4, "big")).digest()[:28]) * (1 << 15)

    @classmethod
    def between(cls, start: int, end: int) -> Iterator[bytes]:
        while start < end:
            number, within = divmod(start, cls.BLOCK)
            data = cls.block(number)[within : within + end - start]
            yield data
            start += len(data)

    @classmethod
    def sha256(cls, length: int) -> str:
        digest = hashlib.sha256()
        for data in cls.between(0, length):
            digest.update(data)
        return digest.hexdigest()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Serving]:
    with opened(home) as store:
        person(store, "first")
    serving = Serving(home)
    serving.start()
    yield serving
    serving.stop()


@pytest.fixture
def token(home: Path, server: Serving, request: pytest.FixtureRequest) -> str:
    with opened(home) as store:
        return person(store, hashlib.sha256(request.node.name.encode()).hexdigest()[:12])


@pytest.fixture
def client(server: Serving, token: str) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=f"http://127.0.0.1:{server.port}", headers={"Authorization": f"Bearer {token}"}, timeout=120
    ) as client:
        yield client


def begin(client: httpx.Client, length: int, name: str = "bank.apk") -> str:
    told = {
        **TUS,
        "Upload-Length": str(length),
        "Upload-Metadata": f"filename {base64.b64encode(name.encode()).decode()}",
    }
    made = client.post("/api/v1/uploads", headers=told)
    assert made.status_code == 201, made.text
    assert made.headers["upload-offset"] == "0"
    return str(made.headers["location"])


def part(client: httpx.Client, place: str, data: bytes, offset: int, **headers: str) -> httpx.Response:
    return client.patch(place, content=data, headers={**PART, "Upload-Offset": str(offset), **headers})


def stands(client: httpx.Client, place: str) -> int:
    found = client.head(place, headers=TUS)
    assert found.status_code == 200
    assert found.headers["cache-control"] == "no-store"
    return int(found.headers["upload-offset"])


def cut_off(server: Serving, token: str, place: str, start: int, end: int, announced: int) -> None:
    """Sends bytes start…end of a body that was announced to be longer, then breaks the connection."""
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        head = (
            f"PATCH {place} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\n"
            f"Content-Type: application/offset+octet-stream\r\nUpload-Offset: {start}\r\n"
            f"Content-Length: {announced}\r\n\r\n"
        )
        line.sendall(head.encode())
        for data in Source.between(start, end):
            line.sendall(data)


def settled(client: httpx.Client, place: str) -> int:
    """Where an upload stands once the server has noticed that the line was cut."""
    for _ in range(600):
        found = client.patch(place, content=b"", headers={**PART, "Upload-Offset": "999999999999"})
        if found.status_code == 409:
            return stands(client, place)
        assert found.status_code == 423, found.text
    raise AssertionError("the server still holds the upload")


@pytest.mark.timeout(240)
def test_300_megabytes_cut_at_260_and_killed_in_the_middle_arrive(
    server: Serving, client: httpx.Client, token: str, home: Path
) -> None:
    place = begin(client, BIG)
    cut_off(server, token, place, 0, KILLED, BIG)
    before_kill = settled(client, place)
    assert KILLED - HELD <= before_kill <= KILLED, "all is kept but what the server had not taken off the line"

    cut_off(server, token, place, before_kill, KILLED + (10 << 20), BIG - before_kill)
    server.kill()
    server.start()
    after_kill = stands(client, place)
    assert before_kill <= after_kill <= KILLED + (10 << 20), "what was safe before the kill is safe after it"

    cut_off(server, token, place, after_kill, CUT, BIG - after_kill)
    at = settled(client, place)
    assert CUT - HELD <= at <= CUT
    idle, _ = server.memory()

    rest = client.patch(place, content=Source.between(at, BIG), headers={**PART, "Upload-Offset": str(at)})
    assert rest.status_code == 204, rest.text
    assert rest.headers["upload-offset"] == str(BIG)
    _, most = server.memory()
    assert most - idle < 64 << 20, f"{(most - idle) >> 20} MB for a file of {BIG >> 20} MB"

    told = client.get(place).json()
    assert told["sha256"] == Source.sha256(BIG) == rest.headers["x-content-sha256"]
    assert told["expires"] is None
    lake = open_lake(str(home / "lake"))
    assert lake.blobs.path(told["sha256"]).stat().st_size == BIG
    assert not list(lake.blobs.verify()), "the bytes are those of the name"


def test_a_tus_client_that_others_wrote_sends_a_file(server: Serving, token: str, client: httpx.Client) -> None:
    data = b"".join(Source.between(0, 5_000_001))
    sender = TusClient(server.address, headers={"Authorization": f"Bearer {token}"})
    uploader = sender.uploader(
        file_stream=BytesIO(data), chunk_size=1 << 20, metadata={"filename": "包.apk"}, upload_checksum=True
    )
    uploader.upload()
    mine = client.get("/api/v1/uploads").json()
    assert [(one["name"], one["sha256"], one["md5"]) for one in mine] == [
        ("包.apk", hashlib.sha256(data).hexdigest(), hashlib.md5(data, usedforsecurity=False).hexdigest())
    ]


def test_what_the_server_can_do(client: httpx.Client) -> None:
    told = client.options("/api/v1/uploads")
    assert told.status_code == 204
    assert told.headers["tus-version"] == "1.0.0"
    assert told.headers["tus-extension"] == "creation,checksum,termination,expiration"
    assert told.headers["tus-max-size"] == str(2 << 30)


def test_a_part_at_another_offset_is_refused_and_says_where_it_stands(client: httpx.Client) -> None:
    place = begin(client, 10)
    assert part(client, place, b"abc", 0).status_code == 204
    again = part(client, place, b"abc", 0)
    assert again.status_code == 409
    assert "3" in again.json()["detail"]
    assert stands(client, place) == 3
    assert part(client, place, b"defghij", 3).headers["x-content-sha256"] == hashlib.sha256(b"abcdefghij").hexdigest()
    assert part(client, place, b"", 10).status_code == 409, "it is whole"


def test_a_part_with_a_wrong_checksum_leaves_no_byte(client: httpx.Client) -> None:
    place = begin(client, 6)
    assert part(client, place, b"abc", 0).status_code == 204
    right = base64.b64encode(hashlib.sha1(b"def", usedforsecurity=False).digest()).decode()
    wrong = part(client, place, b"xyz", 3, **{"Upload-Checksum": f"sha1 {right}"})
    assert wrong.status_code == 460
    assert stands(client, place) == 3
    good = part(client, place, b"def", 3, **{"Upload-Checksum": f"sha1 {right}"})
    assert good.headers["x-content-sha256"] == hashlib.sha256(b"abcdef").hexdigest()
    assert part(client, begin(client, 3), b"abc", 0, **{"Upload-Checksum": "crc32 AAAA"}).status_code == 422


def test_a_cut_part_with_a_checksum_is_not_kept(server: Serving, client: httpx.Client, token: str) -> None:
    place = begin(client, 4 << 20)
    head = (
        f"PATCH {place} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\n"
        "Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\n"
        f"Upload-Checksum: sha1 {base64.b64encode(b'0' * 20).decode()}\r\nContent-Length: {4 << 20}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(head.encode() + b"x" * (2 << 20))
    assert settled(client, place) == 0


def test_more_than_announced_is_refused(client: httpx.Client) -> None:
    place = begin(client, 3)
    assert part(client, place, b"abcd", 0).status_code == 413
    assert stands(client, place) == 0


@pytest.mark.parametrize("length", ["0", str((2 << 30) + 1), "-1", "1e3", "", "9" * 30, "１０"])
def test_a_length_that_cannot_be(client: httpx.Client, length: str) -> None:
    made = client.post("/api/v1/uploads", headers={**TUS, "Upload-Length": length.encode()})  # type: ignore[dict-item]
    assert made.status_code == 422
    assert made.headers["content-type"] == "application/problem+json"


def test_without_the_protocol_s_version_nothing_is_taken(client: httpx.Client) -> None:
    assert client.post("/api/v1/uploads", headers={"Upload-Length": "3"}).status_code == 412
    place = begin(client, 3)
    assert client.patch(place, content=b"abc", headers={**PART, "Tus-Resumable": "0.2.2"}).status_code == 412
    assert client.patch(place, content=b"abc", headers={**TUS, "Upload-Offset": "0"}).status_code == 415


def test_somebody_else_s_upload_is_not_there(client: httpx.Client, server: Serving, home: Path) -> None:
    place = begin(client, 6)
    part(client, place, b"abc", 0)
    with opened(home) as store:
        other = person(store, "li")
        reader = person(store, "zhao", permissions=(Permission.CASE_READ,))
    theirs = {"Authorization": f"Bearer {other}"}
    for method in ("GET", "HEAD", "DELETE"):
        assert client.request(method, place, headers={**TUS, **theirs}).status_code == 404, method
    assert client.patch(place, content=b"def", headers={**PART, "Upload-Offset": "3", **theirs}).status_code == 404
    assert client.get("/api/v1/uploads", headers=theirs).json() == []
    for bearer, status in (("", 401), ("Bearer nonsense", 401), (f"Bearer {reader}", 403)):
        refused = client.post("/api/v1/uploads", headers={**TUS, "Upload-Length": "3", "Authorization": bearer})
        assert refused.status_code == status, bearer
    assert stands(client, place) == 3


def test_a_name_is_a_name_and_no_path(client: httpx.Client) -> None:
    for given, kept in (("../../etc/passwd", "passwd"), ("C:\\files\\a.apk", "a.apk"), ("a\x00b\n.apk", "a·b·.apk")):
        place = begin(client, 1, given)
        assert client.get(place).json()["name"] == kept
    bare = client.post("/api/v1/uploads", headers={**TUS, "Upload-Length": "1", "Upload-Metadata": "filename ???"})
    assert client.get(bare.headers["location"]).json()["name"] == "file"


def test_an_upload_can_be_forgotten_but_what_was_handed_in_stays(client: httpx.Client) -> None:
    place = begin(client, 6)
    part(client, place, b"abc", 0)
    assert client.delete(place, headers=TUS).status_code == 204
    assert client.head(place, headers=TUS).status_code == 404
    whole = begin(client, 3)
    part(client, whole, b"abc", 0)
    assert client.delete(whole, headers=TUS).status_code == 409
    assert client.get(whole).status_code == 200


def test_one_person_has_a_bounded_number_on_the_way(client: httpx.Client) -> None:
    for _ in range(20):
        begin(client, 3)
    refused = client.post("/api/v1/uploads", headers={**TUS, "Upload-Length": "3"})
    assert refused.status_code == 429


def test_two_senders_at_once_do_not_mix(server: Serving, client: httpx.Client, token: str) -> None:
    for attempt in range(8):
        place = begin(client, 4 << 20)
        head = (
            f"PATCH {place} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\n"
            f"Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nContent-Length: {4 << 20}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(head.encode() + b"x" * (2 << 20))
            time.sleep(attempt / 4)
            second = part(client, place, b"y", 0)
        if second.status_code == 423:
            break
        assert second.status_code == 204, second.text  # it came before the first: another upload, and more patience
    assert second.status_code == 423, "the second sender came before the first each time"
    assert second.json()["type"] == "urn:finwatch:error:held"
    assert (2 << 20) - HELD <= settled(client, place) <= 2 << 20
