"""The public shapes, for the OpenAPI document. What a submission may hold, ``domain.submission`` decides;
the limits here are the same constants.
"""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from service.domain.moderation import REASONS, REPORT_REASONS, Status
from service.domain.submission import LIMITS
from service.queries.published import ORDERS

#: The statuses an author hears of: spam is told as rejected.
TOLD = tuple(s.value for s in Status if s is not Status.SPAM)


def _text(name: str, description: str, *, required: bool = False, **more: object) -> fields.String:
    limit = validate.Length(min=1 if required else None, max=LIMITS[name])
    return fields.String(
        required=required,
        validate=limit,
        allow_none=not required,
        metadata={"description": description, **more},
    )


class SubmissionSchema(Schema):
    """Lengths are counted in code points after CRLF became LF and NFC. Fields not named here are dropped."""

    class Meta:
        unknown = EXCLUDE

    thread = fields.String(
        allow_none=True,
        metadata={"description": "The publisher's id for the article, at most 200; else its url is used"},
    )
    url = _text(
        "url", "The article's address, under one of the site's origins; only starts an unknown thread"
    )
    title = _text("title", "The article's title; only starts an unknown thread")
    name = _text("name", "Shown with the comment", required=True)
    email = _text("email", "Never shown to anybody; sealed at rest", required=True, format="email")
    website = _text("website", "Absolute http or https address", format="uri")
    body = _text("body", "Plain text and a little HTML; at most 100 '<'", required=True)
    parent = fields.String(allow_none=True, metadata={"description": "The public comment this answers"})
    submission_id = fields.String(
        allow_none=True,
        validate=validate.Regexp(r"^[A-Za-z0-9_-]{22,64}$"),
        metadata={
            "description": "At least 128 random bits; the same again is answered with the first answer"
        },
    )
    token = fields.String(
        allow_none=True,
        metadata={"description": "From the form: of this thread, 3 seconds to 24 hours old; else the comment is held"},
    )
    subject = fields.String(allow_none=True, metadata={"description": "To be left empty; else the comment is held"})
    remember = fields.Raw(
        allow_none=True,
        metadata={"description": "true or \"1\" when the reader wants to be remembered on this device; JSON only"},
    )
    device = fields.String(
        allow_none=True,
        metadata={"description": "From an earlier answer: proves that both come from one device. Else it is ignored"},
    )
    lang = fields.String(
        allow_none=True, metadata={"description": "Language of the answer's texts: ar or en"}
    )


class AnswerSchema(Schema):
    """Either the comment's id and receipt, or, for a repeat without a submission id, only ``received``."""

    status = fields.String(
        required=True, validate=validate.OneOf([Status.PENDING.value, Status.APPROVED.value, "received"])
    )
    id = fields.UUID()
    receipt = fields.String(
        metadata={"description": "For programs. Private: whoever holds it can follow, change and erase the comment"}
    )
    open = fields.URL(
        metadata={"description": "For a page's script, instead of the receipt: leads the reader there for 24 hours"}
    )
    status_token = fields.String(metadata={"description": "Opens the comment's status, nothing else"})
    created_at = fields.DateTime()
    device = fields.String(
        metadata={"description": "When `remember` asked for it: to be kept on the reader's device and sent next time"}
    )


class PublicCommentSchema(Schema):
    id = fields.UUID(required=True)
    parent = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True)
    website = fields.String(required=True, allow_none=True)
    text = fields.String(required=True, metadata={"description": "What the reader wrote; not HTML"})
    html = fields.String(required=True, metadata={"description": "Sanitised HTML"})
    dir = fields.String(required=True, validate=validate.OneOf(["rtl", "ltr", "auto"]))
    lang = fields.String(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    edited_at = fields.DateTime(required=True, allow_none=True)
    staff = fields.Boolean(required=True)
    avatar = fields.String(
        required=True, metadata={"description": "Of one author under one name; draws a picture, says nothing"}
    )


class PageSchema(Schema):
    thread = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["open", "closed"]))
    count = fields.Integer(required=True)
    order = fields.String(required=True, validate=validate.OneOf(ORDERS))
    comments = fields.List(fields.Nested(PublicCommentSchema), required=True)
    next = fields.String(required=True, allow_none=True, metadata={"description": "The next page's cursor"})


class CountsSchema(Schema):
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    texts = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "The same in words, when `lang` is given"},
    )


class ReceiptSchema(Schema):
    id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(TOLD))
    reason = fields.String(required=True, allow_none=True, validate=validate.OneOf(REASONS))
    edit_waiting = fields.Boolean(
        required=True, metadata={"description": "Readers still see the text before the last edit"}
    )
    editable_until = fields.DateTime(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    thread = fields.String(required=True)


class StatusSchema(Schema):
    id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(TOLD))
    reason = fields.String(validate=validate.OneOf(REASONS))
    edit_waiting = fields.Boolean(required=True)


class ReportSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    reason = fields.String(required=True, validate=validate.OneOf(REPORT_REASONS))


class ReportedSchema(Schema):
    """The same for a second report by the same network, which changes nothing."""

    status = fields.String(required=True, validate=validate.OneOf(["received"]))


class EditSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    body = _text("body", "The new text, whole", required=True)


class ExportSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    email = fields.String(
        allow_none=True, metadata={"description": "The address given with the comment; the file then names it"}
    )


def parameter(name: str, description: str, *, required: bool = False, **schema: object) -> dict[str, object]:
    """A query parameter for the document."""
    return {
        "in": "query",
        "name": name,
        "required": required,
        "description": description,
        "schema": {"type": "string", **schema},
    }


THREAD = parameter(
    "thread",
    "The publisher's id for the article, or its address",
    required=True,
    minLength=1,
    maxLength=2_048,
)
ANY_LANG = parameter("lang", "Language of the answer's own words: ar or en; else the reader's or the site's own")
ORDER = parameter("order", "Which discussions come first; oldest when not given", enum=["", *ORDERS])
CURSOR = parameter("cursor", "A page's name, from `next`", pattern="^([0-9a-f]{32})?$")
COMMENT = parameter(
    "comment", "The page that shows this comment; the first when none does. Not together with `cursor`", maxLength=2_048
)
THREADS = {
    **parameter("thread", "Up to 100 threads", required=True),
    "schema": {
        "type": "array",
        "minItems": 1,
        "maxItems": 100,
        "items": {"type": "string", "minLength": 1, "maxLength": 2_048},
    },
    "style": "form",
    "explode": True,
}
TEXTS_LANG = parameter("lang", "Language of `texts`; the site's own for one that has none. Without it only numbers")
ANY_THREAD = {**THREAD, "required": False, "description": "The publisher's id for the article; else its url is used"}
URL = parameter("url", "The article's address; only starts an unknown thread", maxLength=2_048)
