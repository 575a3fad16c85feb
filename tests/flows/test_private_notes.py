"""A note is for moderators: its words are in no byte that anybody else gets, in no log, and in no other table."""

from __future__ import annotations

import io
import secrets
from uuid import UUID

from flask import Response, request

from service.domain.notes import About, Subject
from service.storage.engine import write_engine
from tests.flows.canary import rows_of
from tests.flows.scene import Scene
from tests.flows.test_canary import live_through_every_status, log, scene, small_scene, use_the_receipt  # noqa: F401

#: The pages of moderators on which notes stand.
PAGES = {"console.show", "console.comment", "console.author", "console.write_note"}


def test_nobody_else_ever_gets_a_word_of_it(scene: Scene) -> None:  # noqa: F811
    word, seen = f"zq{secrets.token_hex(8)}", set()

    def look(response: Response) -> None:
        if not response.is_streamed and word.encode() in response.get_data():
            seen.add(request.endpoint)

    scene.planted = look
    token = scene.newsroom.token()
    scene.submit(0)
    scene.submit(1, form=True, body="نموذج من متصفح")
    rows = scene.newsroom.sql("SELECT id, author_id FROM comment ORDER BY id")
    for comment, author in rows:
        for subject in (Subject(About.COMMENT, UUID(str(comment))), Subject(About.AUTHOR, UUID(str(author)))):
            scene.newsroom.container.write_note.write(
                scene.newsroom.principal, subject, f"سرّ {word}", secrets.token_urlsafe(24)
            )
    client = scene.moderator()
    scene.read_everything(token, client)
    live_through_every_status(scene, token)
    scene.read_everything(token, client)
    form = {"csrf": scene.csrf(client), "comment": str(scene.comments[0])}
    scene.open("POST", "/console/notes", client, data={**form, "once": "x" * 3})
    wrong = {**form, "once": secrets.token_urlsafe(24), "body": f"{word} " * 500}
    assert scene.open("POST", "/console/notes", client, data=wrong).status_code == 422
    use_the_receipt(scene)
    scene.read_everything(token, client)
    assert seen == PAGES
    assert isinstance(scene.log, io.StringIO)
    assert "request" in scene.log.getvalue(), "the control: the log was written"
    assert word not in scene.log.getvalue()
    engine = write_engine(scene.newsroom.container.settings.database_url)
    assert {table for table, row in rows_of(engine) if word.encode() in row} == {"note"}
    engine.dispose()
