"""Collections of email addresses through the HTTP API: taken exactly when email-validator takes them.

The options are those of ``service.text.address``: no DNS, internationalised addresses, strict lengths; no quoted
local parts, no address literals, no display names, no special-use domains. Where that differs from a collection's
own verdict, the differences are counted here, kind by kind, and listed when the tests run with ``-rP``.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from email_validator import EmailNotValidError, validate_email

from tests.newsroom import FIELDS, Newsroom

POST = "/v1/sites/demo/comments"
CORPUS = os.environ.get("CORPUS")
needs_corpus = pytest.mark.skipif(CORPUS is None, reason="CORPUS is not set: the collections of addresses are not here")
#: An address and whether its collection calls it good.
Cases = list[tuple[str, bool]]
SAMPLE: Cases = [
    *((good, True) for good in ("salma@example.org", "سلمى@مثال.com", "a+b@xn--mgbh0fb.com", "  salma@example.org\n")),
    *((bad, False) for bad in ("salma", "salma@", "@example.org", "a..b@example.org", "a@b@example.org", "a@b")),
    *((bad, False) for bad in ("سلمى <salma@example.org>", "x" * 65 + "@example.org", "a@-b.example.org")),
]
#: A good local part or domain that these options do not take.
QUOTED, LITERAL, NAMED, COMMENT = "quoted local part", "address literal", "display name", "comment or folding space"
SPECIAL, LONG, ODD = "special-use domain", "too long", "odd characters"
STRICTER = {
    # 8 of its own, 64 of pyIsEmail's.
    "email-validator-syntax.jsonl": Counter({LITERAL: 30, QUOTED: 19, COMMENT: 13, LONG: 5, NAMED: 4, ODD: 1}),
    "jsonschema-email.json": Counter({QUOTED: 3, LITERAL: 2}),
    "jsonschema-idn-email.json": Counter({QUOTED: 1, ODD: 2}),
    "libeav-pass-email-ascii.txt": Counter({QUOTED: 21, SPECIAL: 8, LITERAL: 6, LONG: 1}),
    "libeav-fail-email-ascii.txt": Counter(),
}
#: Called bad, and taken: white space around an address is cut off before it is looked at, and a top level domain
#: need not exist.
LOOSER = {"email-validator-syntax.jsonl": 18, "libeav-fail-email-ascii.txt": 1}


def collection(name: str) -> Cases:
    path = Path(str(CORPUS), "email", name)
    # Bytes, and not splitlines: some addresses hold a carriage return.
    text = path.read_bytes().decode("utf-8")
    if name.endswith(".txt"):
        lines = [line for line in text.split("\n") if line and not line.startswith("#")]
        return [(line, "pass" in name) for line in lines]
    if name.endswith(".json"):
        tests = [test for schema in json.loads(text) for test in schema["tests"]]
        return [(test["data"], test["valid"]) for test in tests if isinstance(test["data"], str)]
    return [_case(json.loads(line)) for line in text.split("\n") if line]


def _case(row: dict[str, object]) -> tuple[str, bool]:
    """email-validator's own cases; those it has from pyIsEmail come with a diagnosis in place of a verdict."""
    if isinstance(row["email"], list):
        address, diagnosis = row["email"]
        return str(address), not str(diagnosis).startswith("ISEMAIL_ERR")
    return str(row["email"]), row["test"] in ("test_email_valid", "test_email_valid_intl_local_part")


def email_validator_takes(address: str) -> bool:
    try:
        validate_email(address.strip(), check_deliverability=False, allow_smtputf8=True, strict=True)
    except EmailNotValidError:
        return False
    return True


def the_service_takes(newsroom: Newsroom) -> Callable[[str], bool]:
    client = newsroom.client()

    def takes(address: str) -> bool:
        # Not the client's own JSON: half a surrogate pair travels as an escape only.
        sent = json.dumps({**FIELDS, "email": address, "body": f"من {address!r}"})
        answer = client.post(POST, data=sent, content_type="application/json")
        if answer.status_code == 202:
            return True
        if answer.status_code == 400:
            assert answer.json["code"] == "lone_surrogate"
            return False
        assert answer.status_code == 422, address
        assert [f["field"] for f in answer.json["fields"]] == ["email"], address
        assert answer.json["fields"][0]["code"] in ("email_invalid", "too_long", "required"), address
        return False

    return takes


def kind_of(address: str) -> str:
    local, _, domain = address.rpartition("@")
    if "<" in address and address.endswith(">"):
        return NAMED
    if address.startswith('"') or '"@' in address:
        return QUOTED
    if domain.startswith("["):
        return LITERAL
    if domain.lower().rpartition(".")[2] in ("localhost", "example", "test", "invalid", "onion", "local", "arpa"):
        return SPECIAL
    if "(" in address or " " in address:
        return COMMENT
    too_long = len(address) > 254 or len(local) > 64 or any(len(label) > 63 for label in domain.split("."))
    return LONG if too_long else ODD


@pytest.mark.parametrize(("address", "good"), SAMPLE, ids=range(len(SAMPLE)))
def test_a_sample_of_addresses_is_judged_rightly(small_newsroom: Newsroom, address: str, good: bool) -> None:
    assert the_service_takes(small_newsroom)(address) is good is email_validator_takes(address)


@needs_corpus
@pytest.mark.parametrize("name", STRICTER)
def test_an_address_is_taken_exactly_when_email_validator_takes_it(newsroom: Newsroom, name: str) -> None:
    takes = the_service_takes(newsroom)
    cases = collection(name)
    judged = [(address, good, takes(address)) for address, good in cases]
    assert [a for a, _, taken in judged if taken != email_validator_takes(a)] == []
    stored = newsroom.sql("SELECT count(*) FROM contact")
    assert stored == [(sum(taken for *_, taken in judged),)]

    refused = [a for a, good, taken in judged if good and not taken]
    taken_anyway = [a for a, good, taken in judged if taken and not good]
    print(f"{name}: {len(cases)} addresses, {stored[0][0]} taken; called good and refused: {len(refused)}")
    for address in refused:
        print(f"  {kind_of(address)}: {address!r}")
    print(f"called bad and taken: {taken_anyway}")
    assert Counter(map(kind_of, refused)) == STRICTER[name]
    assert len(taken_anyway) == LOOSER.get(name, 0)
    assert {address for address in taken_anyway if address == address.strip()} <= {"not-tld@aaa.onionE"}
