"""The private address is one of a provider that hands them out to be thrown away, by one of the site's lists.

The finding names neither the address nor its domain, nor the list: a list of one domain would name that.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.screening.facts import Facts, Finding


def disposable_address(facts: Facts) -> Iterator[Finding]:
    # An edit and a reply of the staff bring no address with them.
    if facts.form is not None and facts.gathered.mail_domain_listed.value:
        yield Finding("disposable_address", "mail_domain_list")
