"""Moves what is sealed to the first key of the ring, a batch a transaction; it can be stopped and run again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from service.domain.ports import Sealed, Vault
from service.storage import contacts, second_factors
from service.storage.uow import Reader, Session, UnitOfWork
from service.usecases.second_factor_secret import opened_secret, sealed_secret

BATCH = 500


class RotateVault:
    def __init__(self, uow: UnitOfWork, reader: Reader, vault: Vault) -> None:
        self._uow, self._reader, self._vault = uow, reader, vault

    def waiting(self) -> int:
        """How many addresses lie under an older key."""
        counts = self.counts()
        return sum(n for key, n in counts.items() if key != self._vault.current_key)

    def counts(self) -> dict[str, int]:
        """What is sealed, addresses and second factors, by key id. A key that opens nothing may leave the ring."""

        def question(session: Session) -> dict[str, int]:
            return dict(Counter(contacts.count_by_key(session)) + Counter(second_factors.count_by_key(session)))

        return self._reader.run(question)

    def rotate(self) -> Iterator[int]:
        """Yields the size of each batch as it is committed, until nothing is left."""
        while moved := self._uow.run(self._batch):
            yield moved

    def _batch(self, session: Session) -> int:
        rows = contacts.list_sealed_otherwise(session, self._vault.current_key, BATCH)
        for row in rows:
            address = self._vault.open(
                Sealed(row.key_id, row.sealed), site=row.site_id, comment=row.comment_id
            )
            sealed = self._vault.seal(address, site=row.site_id, comment=row.comment_id)
            row.key_id, row.sealed = sealed.key_id, sealed.data
        return len(rows) or self._factors(session)

    def _factors(self, session: Session) -> int:
        rows = second_factors.list_sealed_otherwise(session, self._vault.current_key, BATCH)
        for row in rows:
            sealed = sealed_secret(self._vault, opened_secret(self._vault, row), row.moderator_id)
            row.key_id, row.sealed = sealed.key_id, sealed.data
        return len(rows)
