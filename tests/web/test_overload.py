"""What has waited behind the proxy for too long is refused at once, with what was typed."""

from __future__ import annotations

import time

import pytest

from service.web.overload import PATIENCE, RECEIVED_AT
from tests.newsroom import FIELDS, Newsroom

COMMENTS = "/v1/sites/demo/comments"


def received(seconds_ago: float) -> dict[str, str]:
    return {RECEIVED_AT: f"{time.time() - seconds_ago:.3f}"}


def stored(newsroom: Newsroom) -> int:
    return int(str(newsroom.sql("SELECT count(*) FROM comment")[0][0]))


def test_what_has_waited_too_long_is_refused_and_may_be_sent_again(small_newsroom: Newsroom) -> None:
    client = small_newsroom.app().test_client()
    post = {**FIELDS, "submission_id": "0190a4c8-7b2a-7c3e-9f00-0123456789ab"}
    late = client.post(COMMENTS, json=post, headers=received(PATIENCE + 1))
    assert (late.status_code, late.json["code"]) == (503, "unavailable")
    assert late.headers["Retry-After"] == "5"
    assert stored(small_newsroom) == 0
    again = client.post(COMMENTS, json=post, headers=received(0))
    assert again.status_code == 202
    assert stored(small_newsroom) == 1


def test_a_form_comes_back_with_what_was_typed(small_newsroom: Newsroom) -> None:
    client = small_newsroom.app().test_client()
    late = client.post(COMMENTS, data={**FIELDS, "body": "كتبتُ هذا كله"}, headers=received(PATIENCE + 1))
    assert late.status_code == 503
    assert "كتبتُ هذا كله" in late.text
    assert stored(small_newsroom) == 0


def test_reports_and_the_authors_own_acts_are_refused_alike(small_newsroom: Newsroom) -> None:
    comment, client = small_newsroom.approved(), small_newsroom.app().test_client()
    report = client.post(f"{COMMENTS}/{comment}/report", json={"reason": "spam"}, headers=received(PATIENCE + 1))
    assert report.status_code == 503
    receipt = small_newsroom.container.signer.receipt(comment, 0)
    taken_back = client.post(f"/v1/sites/demo/receipts/{receipt}/withdraw", headers=received(PATIENCE + 1))
    assert taken_back.status_code == 503


@pytest.mark.parametrize("said", ["", "soon", "nan", "-inf", "0", "1" * 400, "9999999999"])
def test_what_is_no_such_moment_is_no_reason(small_newsroom: Newsroom, said: str) -> None:
    client = small_newsroom.app().test_client()
    assert client.post(COMMENTS, json=FIELDS, headers={RECEIVED_AT: said}).status_code == 202
