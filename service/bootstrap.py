"""The only wiring: settings in, everything the doors need out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import structlog

from service.domain.ports import Clock, NewId, SharedCounts, Signer, Vault
from service.gateways.clock import Uuid7, utc_now
from service.gateways.passwords import Argon2Passwords
from service.gateways.valkey import ValkeyCounts
from service.gateways.vault import AesVault, HmacSigner, read_key, read_ring
from service.queries.public_reader import PublicReader
from service.settings import Settings
from service.storage.changes import Changes
from service.storage.engine import read_engine, standby_engine, write_engine
from service.storage.migrations import Schema
from service.storage.uow import Reader, Session, UnitOfWork
from service.usecases.amend_comment import AmendComment
from service.usecases.ask_opinion import AskOpinion
from service.usecases.decide_comments import DecideComments
from service.usecases.erase_comment import EraseComment
from service.usecases.flag_comment import FlagComment
from service.usecases.keep_search import KeepSearch
from service.usecases.learn_decisions import LearnDecisions
from service.usecases.look_up_contact import LookUpContact
from service.usecases.manage_lists import ManageLists
from service.usecases.manage_people import ManagePeople
from service.usecases.manage_rules import ManageRules
from service.usecases.manage_second_factor import ManageSecondFactor
from service.usecases.manage_sessions import ManageSessions
from service.usecases.manage_sites import ManageSites
from service.usecases.manage_staff import ManageStaff
from service.usecases.manage_threads import ManageThreads
from service.usecases.note_token_use import NoteTokenUse
from service.usecases.open_lane import OpenLane
from service.usecases.publish import rebuild_marked
from service.usecases.purge import promise_purges
from service.usecases.redact_comment import RedactComment
from service.usecases.refold_texts import RefoldTexts
from service.usecases.remove_note import RemoveNote
from service.usecases.reply_as_staff import ReplyAsStaff
from service.usecases.rescore_waiting import RescoreWaiting
from service.usecases.reveal_contact import RevealContact
from service.usecases.rotate_vault import RotateVault
from service.usecases.set_level import SetLevel
from service.usecases.sign_in import SignIn
from service.usecases.submit_comment import SubmitComment
from service.usecases.take_leases import TakeLeases
from service.usecases.undo_decision import UndoDecision
from service.usecases.withdraw_comment import WithdrawComment
from service.usecases.write_note import WriteNote


@dataclass(frozen=True)
class Container:
    """What web, cli and demo work with. They never build any of it themselves."""

    settings: Settings
    reader: Reader
    public_reader: PublicReader
    changes: Changes
    schema: Schema
    vault: Vault
    signer: Signer
    clock: Clock
    new_id: NewId
    session_key: bytes
    shared_counts: SharedCounts | None
    submit_comment: SubmitComment
    amend_comment: AmendComment
    withdraw_comment: WithdrawComment
    erase_comment: EraseComment
    flag_comment: FlagComment
    decide_comments: DecideComments
    undo_decision: UndoDecision
    reply_as_staff: ReplyAsStaff
    ask_opinion: AskOpinion
    write_note: WriteNote
    remove_note: RemoveNote
    redact_comment: RedactComment
    manage_sites: ManageSites
    manage_threads: ManageThreads
    manage_lists: ManageLists
    manage_rules: ManageRules
    keep_search: KeepSearch
    manage_staff: ManageStaff
    sign_in: SignIn
    rotate_vault: RotateVault
    refold_texts: RefoldTexts
    reveal_contact: RevealContact
    look_up_contact: LookUpContact
    manage_people: ManagePeople
    manage_sessions: ManageSessions
    manage_second_factor: ManageSecondFactor
    note_token_use: NoteTokenUse
    take_leases: TakeLeases
    set_level: SetLevel
    learn_decisions: LearnDecisions
    open_lane: OpenLane
    rescore_waiting: RescoreWaiting
    close: Callable[[], None]


def build(settings: Settings, *, clock: Clock = utc_now, new_id: NewId | None = None) -> Container:
    """The container for ``settings``. Opens no connection yet; ``ConfigurationError`` when a key is unusable."""
    new_id = new_id or Uuid7()
    secret = read_key("TALIQ_SECRET_KEY", settings.secret_key)
    vault = AesVault(
        read_ring("TALIQ_VAULT_KEYS", settings.vault_keys), read_key("TALIQ_INDEX_KEY", settings.index_key)
    )
    signer = HmacSigner(secret)
    pooled = settings.pooled
    writer = write_engine(settings.database_url, pooled=pooled)
    readers = read_engine(settings.database_url, pooled=pooled)
    uow = UnitOfWork(writer, _before_commit(new_id, clock))
    standby = standby_engine(settings.standby_url, pooled=pooled) if settings.standby_url else None
    reader = Reader(readers)
    passwords = Argon2Passwords()
    counts = ValkeyCounts(settings.limits_url, signer.digest) if settings.limits_url else None

    def close() -> None:
        if counts is not None:
            counts.close()
        writer.dispose()
        readers.dispose()
        if standby is not None:
            standby.dispose()

    return Container(
        settings=settings,
        reader=reader,
        public_reader=PublicReader(reader, Reader(standby) if standby else None, settings.standby_minutes * 60),
        changes=uow.changes,
        schema=Schema(writer, pooled=pooled),
        vault=vault,
        signer=signer,
        clock=clock,
        new_id=new_id,
        session_key=signer.digest("console", "csrf"),
        shared_counts=counts,
        submit_comment=SubmitComment(uow, reader, vault, signer, new_id, clock, _log_failed_check),
        amend_comment=AmendComment(uow, reader, signer, new_id, clock, _log_failed_check),
        withdraw_comment=WithdrawComment(uow, signer, new_id, clock),
        erase_comment=EraseComment(uow, signer, new_id, clock),
        flag_comment=FlagComment(uow, signer, new_id, clock),
        decide_comments=DecideComments(uow, new_id, clock),
        reply_as_staff=ReplyAsStaff(uow, reader, signer, new_id, clock, _log_failed_check),
        undo_decision=UndoDecision(uow, new_id, clock),
        ask_opinion=AskOpinion(uow),
        write_note=WriteNote(uow, new_id, clock),
        remove_note=RemoveNote(uow),
        redact_comment=RedactComment(uow, reader, signer, new_id, clock, _log_failed_check),
        manage_sites=ManageSites(uow, new_id, clock),
        manage_threads=ManageThreads(uow, clock),
        manage_lists=ManageLists(uow, new_id, clock),
        manage_rules=ManageRules(uow, new_id, clock),
        keep_search=KeepSearch(uow, new_id, clock),
        manage_staff=ManageStaff(uow, passwords, new_id, clock),
        sign_in=SignIn(uow, reader, passwords, vault, new_id, clock),
        rotate_vault=RotateVault(uow, reader, vault),
        refold_texts=RefoldTexts(uow, reader, signer),
        reveal_contact=RevealContact(uow, vault, new_id, clock),
        look_up_contact=LookUpContact(uow, vault, new_id, clock),
        manage_people=ManagePeople(uow, passwords, new_id, clock),
        manage_sessions=ManageSessions(uow, reader, passwords),
        manage_second_factor=ManageSecondFactor(uow, reader, passwords, vault, new_id, clock),
        note_token_use=NoteTokenUse(uow),
        take_leases=TakeLeases(uow, clock),
        set_level=SetLevel(uow, new_id, clock),
        learn_decisions=LearnDecisions(uow, reader, new_id, clock),
        open_lane=OpenLane(uow, reader, new_id, clock),
        rescore_waiting=RescoreWaiting(uow, reader, new_id, clock, _log_failed_check),
        close=close,
    )


def _before_commit(new_id: NewId, clock: Clock) -> Callable[[Session], Collection[str]]:
    def publish(session: Session) -> Collection[str]:
        rebuild_marked(session, new_id=new_id, clock=clock)
        return promise_purges(session, new_id=new_id, clock=clock)

    return publish


def _log_failed_check(name: str, error: Exception) -> None:
    structlog.get_logger("taliq").error("screening.failed", check=name, error=type(error).__name__)
