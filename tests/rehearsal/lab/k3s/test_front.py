"""What passes the listener of a server, and HTTP as it is read there."""

import asyncio

from rehearsal.lab.k3s import front, wire


def read(raw: bytes) -> tuple[wire.Head | None, bytes]:
    async def scenario() -> tuple[wire.Head | None, bytes]:
        reader = asyncio.StreamReader()
        reader.feed_data(raw)
        reader.feed_eof()
        head = await wire.read_head(reader)
        return head, await wire.read_body(reader, head) if head else b""

    return asyncio.run(scenario())


def test_a_body_of_known_length_is_read_to_its_end_and_no_further() -> None:
    head, body = read(b"POST /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1")
    assert head is not None
    assert (head.first, body) == ("POST /x HTTP/1.1", b"abc")


def test_a_body_in_chunks_is_put_together() -> None:
    raw = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n"
    )
    head, body = read(raw)
    assert head is not None
    assert (head.status, body) == (200, b"abcd")


def test_a_connection_that_ends_before_a_head_is_over() -> None:
    assert read(b"GET / HT") == (None, b"")


def test_identities_come_from_certificates_and_never_from_headers() -> None:
    """Whatever case a header that claims one is written in."""
    claimed = wire.Head(
        "GET /api HTTP/1.1",
        [("Host", "h"), ("x-remote-user", "system:admin"), ("X-Remote-Extra-a", "b")],
    )
    subject = ((("organizationName", "system:nodes"),), (("commonName", "system:node:w"),))
    identity = front.identity_of({"subject": subject})
    assert front.rewritten(claimed, identity).fields == [
        ("Host", "h"),
        ("X-Remote-User", "system:node:w"),
        ("X-Remote-Group", "system:nodes"),
    ]
    assert front.rewritten(claimed, []).fields == [("Host", "h")]
