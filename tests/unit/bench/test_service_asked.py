"""What ``taliq bench service`` takes for a right answer: by its own loader, by wrk, and over one connection."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from socket import SHUT_RDWR, create_server, socket
from threading import Thread

import pytest

from service.bench.service_load import loader, wrk
from service.bench.service_load.asked import Ask, Refused, Verified, verified
from service.bench.service_load.taliq import comments_in
from service.bench.service_load.wire import Answer, Broken, Line, read_answer, request, whole_length

BODY = json.dumps({"comments": [1, 2, 3]}).encode()
ASK = Ask(b"", 3, comments_in)


def answer(code: int = 200, body: bytes = BODY, **headers: str) -> Answer:
    named = {"etag": '"tag"', **{name.replace("_", "-"): value for name, value in headers.items() if value}}
    return Answer(code, {k: v for k, v in named.items() if v != "none"}, body, len(body))


def test_a_right_answer_is_taken_packed_and_not_modified_too() -> None:
    ASK.verify(answer())
    Ask(b"", 3, comments_in, encoding="gzip").verify(answer(body=gzip.compress(BODY), content_encoding="gzip"))
    Ask(b"", None, comments_in, code=304).verify(answer(304, b""))
    Ask(b"", 3, comments_in, tag=False).verify(answer(etag="none"))


@pytest.mark.parametrize(
    ("ask", "wrong", "said"),
    [
        (ASK, answer(500), "500"),
        (ASK, answer(304, b""), "304"),
        (ASK, answer(body=b'{"comments": [1, 2]}'), "2 comments came where 3"),
        (ASK, answer(body=b""), "None comments"),
        (ASK, answer(body=BODY[:-1]), "could not be read"),
        (ASK, answer(body=b'{"replies": []}'), "could not be read"),
        (ASK, answer(etag="none"), "no strong ETag"),
        (ASK, answer(etag='W/"tag"'), "no strong ETag"),
        (ASK, answer(body=gzip.compress(BODY), content_encoding="gzip"), "packed as 'gzip'"),
        (Ask(b"", 3, comments_in, encoding="gzip"), answer(), "packed as 'nothing'"),
        (Ask(b"", 3, comments_in, encoding="gzip"), answer(content_encoding="gzip"), "could not be read"),
        (Ask(b"", None, comments_in, code=304), answer(), "200 came where 304"),
        (Ask(b"", None, comments_in, code=304), answer(304), "3 comments"),
    ],
)
def test_a_wrong_answer_is_refused_and_said_why(ask: Ask, wrong: Answer, said: str) -> None:
    with pytest.raises(Refused, match=said):
        ask.verify(wrong)


def whole(body: bytes = BODY, code: int = 200, *more: str) -> bytes:
    head = [f"HTTP/1.1 {code} OK", 'ETag: "tag"', f"Content-Length: {len(body)}", *more, "", ""]
    return "\r\n".join(head).encode() + body


@contextmanager
def server(reply: Callable[[int], bytes]) -> Iterator[int]:
    """A port where the request of each number, from 0 on, gets that reply; an empty one closes the connection."""
    listening, asked = create_server(("127.0.0.1", 0)), iter(range(1_000_000))

    def serve(connection: socket) -> None:
        with connection:
            got = b""
            while came := connection.recv(65_536):
                got += came
                while b"\r\n\r\n" in got:
                    got = got.partition(b"\r\n\r\n")[2]
                    said = reply(next(asked))
                    connection.sendall(said)
                    if not said or b"Connection: close" in said:
                        return

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            Thread(target=serve, args=(connection,), daemon=True).start()

    accepting = Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield listening.getsockname()[1]
    finally:
        # Closing alone does not wake who waits for a connection.
        listening.shutdown(SHUT_RDWR)
        listening.close()
        accepting.join(5)


ASKED = Ask(request("GET", "/"), 3, comments_in)


def so_many(times: int) -> loader.Requests:
    return islice(loader.in_turn(Verified((ASKED,), (len(whole()),))), times)


def test_an_answer_is_read_however_it_comes_in_pieces() -> None:
    said = whole()
    assert [whole_length(said[:n]) for n in (0, 20)] == [None, None]
    assert whole_length(said) == len(said)
    assert (
        whole_length(whole(b"", 304).replace(b"Content-Length: 0", b"Content-Length: 99")) == len(whole(b"", 304)) + 1
    )
    assert whole_length(b"HTTP/1.1 200 OK\r\n\r\n") == -1
    assert read_answer(said) == Answer(200, {"etag": '"tag"', "content-length": str(len(BODY))}, BODY, len(said))
    for broken in (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"SSH-2.0\r\n\r\n"):
        with pytest.raises(Broken):
            whole_length(broken)


def test_a_connection_is_kept_until_the_other_side_closes_it() -> None:
    # One says so, and one has no length: it is whole when the connection closes.
    closing = (whole(BODY, 200, "Connection: close"), b"HTTP/1.0 200 OK\r\nX-Then: Connection: close\r\n\r\n" + BODY)
    replies = [whole(), *closing, whole(), b"", whole()]
    with server(lambda n: replies[n]) as port:
        line = Line(port)
        assert [line.ask(request("GET", "/")).body for _ in range(4)] == [BODY] * 4
        with pytest.raises(Broken):
            line.ask(request("GET", "/"))
        assert line.ask(request("GET", "/")).body == BODY
        line.close()


def test_each_request_is_verified_before_it_is_sent_many_times() -> None:
    with server(lambda n: whole() if n != 1 else whole(b'{"comments": []}')) as port:
        with pytest.raises(Refused, match="0 comments came where 3"):
            verified(port, [ASKED, ASKED, ASKED])
        assert verified(port, [ASKED, ASKED]).sizes == (len(whole()),) * 2
    with pytest.raises(Refused, match="no answer"):
        verified(port, [ASKED])


def test_the_own_loader_counts_right_answers_and_names_every_other() -> None:
    with server(lambda n: whole()) as port:
        found = loader.drive(port, so_many(100), 4, 60)
    assert (found.answers, found.faults) == (100, ())
    assert 0 < found.p50 <= found.p99
    assert found.rate == pytest.approx(100 / found.seconds)
    wrong = {10: whole(BODY, 503), 20: whole(BODY + b" "), 30: b""}
    with server(lambda n: wrong.get(n, whole())) as port:
        found = loader.drive(port, so_many(100), 4, 60)
    assert found.answers == 97
    assert len(found.faults) == 3
    for said in ("503 with", f"200 with {len(whole()) + 1} bytes", "closed before the answer was whole"):
        assert any(said in fault for fault in found.faults), found.faults
    found = loader.drive(port, so_many(100), 4, 60)
    assert found.answers == 0
    assert "not sent" in found.faults[0]


def said_by_wrk(**changes: int) -> str:
    counted = {"answers": 1_000, "microseconds": 2_000_000, "bytes": 500_000, "p50": 1_500, "p99": 9_000}
    counted |= dict.fromkeys(("connect", "read", "write", "status", "timeout"), 0) | changes
    return f"Running 2s test @ http://127.0.0.1:1/\n  1000 requests in 2.00s\n\ntaliq {json.dumps(counted)}\n"


def test_what_wrk_counted_is_read() -> None:
    found = wrk.read(said_by_wrk(), [500], 32)
    assert (found.answers, found.rate, found.p50, found.p99, found.faults) == (1_000, 500.0, 1.5, 9.0, ())


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (said_by_wrk(status=3), "3 times: wrk's error 'status'"),
        (said_by_wrk(timeout=1), "'timeout'"),
        (said_by_wrk(bytes=480_000), "480000 bytes in 1000 answers"),
        (said_by_wrk(bytes=530_000), "530000 bytes"),
        (said_by_wrk(answers=0, bytes=0), "no answer came"),
        ("unable to connect to 127.0.0.1:1 Connection refused\n", "did not tell"),
    ],
)
def test_what_wrk_could_not_see_does_not_count(said: str, fault: str) -> None:
    assert fault in " ".join(wrk.read(said, [500], 32).faults)


def test_bytes_of_requests_in_turn_are_those_of_all_of_them() -> None:
    sizes = [100, 200, 900]
    # Ten rounds, and the first once more; what was on its way may have been any.
    assert wrk.read(said_by_wrk(answers=31, bytes=12_100), sizes, 2).faults == ()
    assert wrk.read(said_by_wrk(answers=31, bytes=9_000), sizes, 2).faults != ()


def test_the_script_of_wrk_is_given_each_request_behind_its_length() -> None:
    asks = [Ask(sent, 3, comments_in) for sent in (request("GET", "/1"), request("POST", "/2", {}, b"12"))]
    given, found = wrk.requests_file(asks), []
    while given:
        length, _, rest = given.partition(b"\n")
        found.append(rest[: int(length)])
        given = rest[int(length) :]
    assert found == [ask.request for ask in asks]
