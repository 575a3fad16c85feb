"""What moderators write: a note for colleagues, or what is taken out of a comment. What is refused comes back on the
page with everything that was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, Response, jsonify

from service.domain.access import Permission
from service.domain.errors import ConflictError, InvalidError, MalformedError, ServiceError
from service.domain.notes import About, Subject
from service.domain.submission import is_submission_id
from service.usecases.redact_comment import RedactionRequest
from service.web.console.answers import wants_json
from service.web.console.notes import Typed, notes_on
from service.web.console.outcome import acted, id_in, page
from service.web.console.queue import comment_page
from service.web.console.session import Desk, acting, own_path
from service.web.context import container
from service.web.errors import error_text, field_text, problem, status_of
from service.web.rendering import see_other


def register(blueprint: Blueprint) -> None:
    @blueprint.post("/notes")
    @acting
    def write_note(desk: Desk, form: Mapping[str, str]) -> Response:
        """About the ``author`` the form names, else about its ``comment``. Once a form, however often it is sent."""
        desk.principal.require(Permission.DECIDE)
        subject, once = _subject(form), form.get("once", "")
        if not is_submission_id(once):
            raise MalformedError("bad_parameter", public={"parameter": "once"})
        try:
            note = container().write_note.write(desk.principal, subject, form.get("body", ""), once)
        except (ConflictError, InvalidError) as error:
            return _not_noted(desk, form, subject, error)
        return jsonify({"note": str(note)}) if wants_json() else see_other(_noted(form, subject))

    @blueprint.post("/notes/remove")
    @acting
    def remove_note(desk: Desk, form: Mapping[str, str]) -> Response:
        note, remove = id_in(form.get("note"), "note"), container().remove_note.remove
        desk.principal.require(Permission.DECIDE)
        path = urlsplit(own_path(form.get("return_to"))).path
        return acted(desk, path, "note_removed", lambda: remove(desk.principal, note))

    @blueprint.post("/redact")
    @acting
    def redact(desk: Desk, form: Mapping[str, str]) -> Response:
        """Also where the version is not the one that was read the page comes back, as it is now."""
        desk.principal.require(Permission.DECIDE)
        comment, typed = id_in(form.get("comment"), "comment"), form.get("version", "")
        if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
            raise MalformedError("bad_parameter", public={"parameter": "version"})
        asked = RedactionRequest(comment, form.get("words", ""), form.get("reason", ""), int(typed))
        try:
            made = container().redact_comment.redact(desk.principal, asked)
        except (ConflictError, InvalidError) as error:
            return page(comment_page(desk, comment, redaction=_typed(desk, form, error, "words")), status_of(error))
        undo = {"decided": str(made.decision)} if made.decision else {}
        return see_other(_back(form, done="redacted", **undo))


def _subject(form: Mapping[str, str]) -> Subject:
    if form.get("author"):
        return Subject(About.AUTHOR, id_in(form.get("author"), "author"))
    return Subject(About.COMMENT, id_in(form.get("comment"), "comment"))


def _noted(form: Mapping[str, str], subject: Subject) -> str:
    return f"{_back(form, done='note_written')}#{'notes' if subject.about is About.COMMENT else 'notes-author'}"


def _not_noted(desk: Desk, form: Mapping[str, str], subject: Subject, error: ServiceError) -> Response:
    """The page of the comment again, or for an author a page with the notes alone."""
    status, typed = status_of(error), _typed(desk, form, error, "body")
    if wants_json():
        # In the words of the field: the desk's dialog has only one.
        response = jsonify({**problem(error, desk.language), "detail": typed.errors["body"]})
        response.status_code = status
        return response
    if subject.about is About.COMMENT:
        return page(comment_page(desk, subject.id, note=typed), status)
    back = own_path(form.get("return_to"))
    return page(desk.page("console/note.html", about=notes_on(desk, subject, typed), return_to=back), status)


def _typed(desk: Desk, form: Mapping[str, str], error: ServiceError, field: str) -> Typed:
    """``field`` is where what is wrong with no field is said."""
    if isinstance(error, InvalidError):
        return Typed(form, {f.field: field_text(f, desk.language) for f in error.fields})
    return Typed(form, {field: error_text(error.code, desk.language, ".detail")})


def _back(form: Mapping[str, str], **said: str) -> str:
    """The page on which the form stood."""
    parts = urlsplit(own_path(form.get("return_to")))
    kept = [(k, v) for k, v in parse_qsl(parts.query) if k not in ("decided", "batch", "problem", "done")]
    return f"{parts.path}?{urlencode([*kept, *said.items()])}"
