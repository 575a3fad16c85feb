"""What a submission is known by: marks that lead back to nobody without a key, its form, and its sealed address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from service.domain.ports import Signer, Vault
from service.domain.submission import FIELDS, TOKEN, TRAP, Submission
from service.screening.facts import Form
from service.storage.contacts import Contact
from service.storage.sites import Site


def fingerprint_of(signer: Signer, vault: Vault, raw: Mapping[str, object]) -> bytes:
    """Keyed, over everything that was sent. The address goes in as its mark from the vault: without that key
    too, nobody who holds the digest can try addresses against it.
    """
    sent = {name: raw.get(name) for name in FIELDS if name not in ("submission_id", "lang", "email")}
    address = vault.fingerprint(json.dumps(raw.get("email")), site=UUID(int=0)).hex()
    return signer.digest("submission", json.dumps(sent, sort_keys=True), address)


def repeat_key(signer: Signer, vault: Vault, site: Site, submission: Submission) -> bytes:
    """What makes two posts without an id the same. Where no address is given the name has to do: two readers
    who both write "thank you" are two.
    """
    address = submission.address
    who = vault.fingerprint(address.canonical, site=site.id).hex() if address else submission.name
    return signer.digest("repeat", submission.thread_key, who, submission.body)


def form_of(signer: Signer, site: Site, submission: Submission, raw: Mapping[str, object], now: datetime) -> Form:
    """A token that cannot be read is one that is not there: it holds the comment and refuses nothing.

    So is one without a submission id, which every form of ours has. Without it a stranger could learn of a comment
    that was published at once whether an address they guess is its author's.
    """
    token, made = raw.get(TOKEN), None
    if isinstance(token, str) and submission.submission_id:
        made = signer.read_form_token(token, site.id, submission.thread_key)
    return Form(now - made if made else None, trap_filled=bool(raw.get(TRAP)))


def sealed(vault: Vault, site: Site, comment_id: UUID, submission: Submission) -> Contact | None:
    """The private address, as it is stored; ``None`` when there is none."""
    if submission.address is None:
        return None
    made = vault.seal(submission.address.normalized, site=site.id, comment=comment_id)
    return Contact(
        comment_id=comment_id,
        site_id=site.id,
        key_id=made.key_id,
        sealed=made.data,
        fingerprint=vault.fingerprint(submission.address.canonical, site=site.id),
    )
