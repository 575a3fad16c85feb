"""The checks, in the order a moderator reads their findings. One file each; none knows another."""

from __future__ import annotations

from collections.abc import Sequence

from service.screening.facts import Phase
from service.screening.phases.disguised_word import disguised_word
from service.screening.phases.disposable_address import disposable_address
from service.screening.phases.distrusted_author import distrusted_author
from service.screening.phases.duplicate_text import duplicate_text
from service.screening.phases.first_comment import first_comment
from service.screening.phases.flood_author import flood_author
from service.screening.phases.flood_crowd import flood_crowd
from service.screening.phases.flood_network import flood_network
from service.screening.phases.form_token import form_token
from service.screening.phases.hidden_characters import hidden_characters
from service.screening.phases.honeypot import honeypot
from service.screening.phases.impersonation import impersonation
from service.screening.phases.listed_host import listed_host
from service.screening.phases.near_duplicate import near_duplicate
from service.screening.phases.old_thread import old_thread
from service.screening.phases.past_decisions import past_decisions
from service.screening.phases.premoderation import premoderation
from service.screening.phases.too_many_links import too_many_links
from service.screening.phases.word_rule import word_rule

PHASES: Sequence[Phase] = (
    # What the newsroom has written down itself, and what may be the same in disguise.
    word_rule,
    disguised_word,
    # The same words again: usually a raid, a spammer or an impatient reader. Held, never refused.
    duplicate_text,
    near_duplicate,
    # Whom moderators have learned to look at first.
    distrusted_author,
    # What the eye does not see, the moderator is shown.
    hidden_characters,
    # Where it leads.
    too_many_links,
    listed_host,
    # Who writes.
    impersonation,
    disposable_address,
    first_comment,
    # How much comes, and where nobody looks.
    flood_network,
    flood_author,
    flood_crowd,
    old_thread,
    # How it came: what programs do and people do not.
    honeypot,
    form_token,
    # What this newsroom has made of comments like it.
    past_decisions,
    # Last, since it says nothing about the text: the site wants to see everything first.
    premoderation,
)
