"""The laws that can be read off the source: where a status changes, who commits, who makes markup of text."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter

from tests.contracts.source import (
    assigned_attributes,
    calls,
    functions,
    imports,
    names,
    python_files,
    text_files,
)

#: Everything in the container that writes.
WRITES = frozenset(
    [
        "submit_comment", "amend_comment", "withdraw_comment", "erase_comment", "reply_as_staff", "flag_comment",
        "decide_comments", "undo_decision", "manage_sites", "manage_staff", "sign_in", "rotate_vault", "refold_texts",
        "reveal_contact", "look_up_contact", "manage_people", "manage_sessions", "manage_second_factor",
        "note_token_use", "take_leases", "write_note", "remove_note", "redact_comment", "keep_search", "manage_threads",
        "set_level", "manage_lists", "manage_rules", "learn_decisions", "open_lane", "rescore_waiting",
    ]
)
#: Who makes markup of a string, and how often; each says beside it why it may.
MARKUP = {
    "service/demo/site.py": 2,
    "service/web/console/around.py": 1,
    "service/web/console/presenters.py": 3,
    "service/web/public/form.py": 2,
    "service/web/public/linked_data.py": 3,
    "service/web/public/published.py": 2,
    "service/web/public/receipt.py": 1,
    "service/web/public/report.py": 1,
}


def files_that_call(*wanted: str, folders: tuple[str, ...] = ("service",)) -> dict[str, int]:
    found = Counter(path for path, tree in python_files(*folders) for name, _ in calls(tree) if name in wanted)
    return dict(found)


def files_that_assign(attribute: str) -> list[str]:
    return [
        path
        for path, tree in python_files("service", "migrations")
        for name in assigned_attributes(tree)
        if name == attribute
    ]


def files_that_import(module: str) -> set[str]:
    return {path for path, tree in python_files() if module in imports(tree)}


def test_a_status_is_assigned_in_one_place_only() -> None:
    assert files_that_assign("status") == ["service/usecases/transition.py"]


def test_nothing_else_could_assign_a_status_by_a_name_it_computes() -> None:
    """``put_thread`` sets the four columns of a thread that it has checked; a thread has a ``state``, no status."""
    assert files_that_assign("*") == ["service/usecases/manage_sites.py"]
    # Many rows in one statement, and the one column it is about; and a page, which has no status.
    updates = {path: tree for path, tree in python_files() if "sqlalchemy.update" in imports(tree)}
    assert updates.keys() == {"service/storage/search.py", "service/storage/pages.py"}
    rows = {ast.unparse(c.args[0]) for tree in updates.values() for name, c in calls(tree) if name == "update"}
    assert rows == {"SearchText", "Page"}
    set_ = {k.arg for tree in updates.values() for name, c in calls(tree) if name == "values" for k in c.keywords}
    assert set_ == {"fold_version"}


def test_a_comment_is_made_in_one_place_and_starts_pending() -> None:
    made = [(path, call) for path, tree in python_files() for name, call in calls(tree) if name == "Comment"]
    assert [path for path, _ in made] == ["service/usecases/new_comment.py"]
    status = next(k.value for k in made[0][1].keywords if k.arg == "status")
    assert ast.unparse(status) == "Status.PENDING.value"


def test_only_the_unit_of_work_and_the_migrations_begin_and_commit() -> None:
    found = files_that_call("begin", "begin_nested", "commit", folders=("service", "migrations"))
    assert found.keys() == {"service/storage/uow.py", "migrations/env.py"}
    assert files_that_call("Session", "sessionmaker", "scoped_session").keys() == {"service/storage/uow.py"}


def test_domain_knows_the_standard_library_and_text_only() -> None:
    found = {name.partition(".")[0] for _, tree in python_files("service/domain") for name in imports(tree)}
    assert found - sys.stdlib_module_names == {"service"}


def test_randomness_comes_from_secrets_and_nothing_runs_text_as_code() -> None:
    forbidden = {"random", "pickle", "marshal", "shelve", "dill", "ctypes", "xml", "yaml"}
    # XML is written and never read: what reads it can be made to open files and to fill the memory.
    of_tree = ("", ".Element", ".SubElement", ".register_namespace", ".tostring")
    written = {f"xml.etree.ElementTree{name}" for name in of_tree}
    found = {(p, m) for p, tree in python_files() for m in imports(tree) if m.partition(".")[0] in forbidden}
    # glibc's two words about memory, called with numbers of ours.
    allowed = {("service/gateways/memory.py", "ctypes")}
    assert found == {("service/web/public/feed.py", name) for name in written} | allowed
    assert files_that_call("eval", "exec", "__import__", "md5", "sha1", "uuid1", "system", "mktemp") == {}
    compiled = {ast.unparse(c.func) for _, tree in python_files() for name, c in calls(tree) if name == "compile"}
    assert compiled == {"re.compile"}


def test_processes_and_addresses_are_opened_by_the_demo_and_the_bench_only() -> None:
    assert files_that_import("subprocess") == {"service/cli/demo.py", "service/bench/service_load/processes.py"}
    assert files_that_import("urllib.request") == {"service/cli/demo.py", "service/demo/fragments.py"}


def test_the_vault_is_opened_to_rotate_it_and_for_a_logged_reveal_alone() -> None:
    opened = [
        path
        for path, tree in python_files()
        for name, call in calls(tree)
        if name == "open" and "vault" in ast.unparse(call.func)
    ]
    assert opened == [
        "service/usecases/reveal_contact.py",
        "service/usecases/rotate_vault.py",
        # No address: the secret of a moderator's own authenticator.
        "service/usecases/second_factor_secret.py",
    ]
    assert files_that_import("service.storage.contacts") == {
        # What is measured with: addresses that nobody has.
        "service/bench/story.py",
        # The reader who types it again; erasing it; those who may see it, and are written down.
        "service/usecases/look_up_contact.py",
        "service/usecases/reveal_contact.py",
        "service/queries/receipts.py",
        # Which comments came with the same one, and never with which.
        "service/queries/authorship.py",
        "service/queries/digest_reads.py",
        "service/storage/erasure.py",
        "service/storage/schema.py",
        "service/usecases/rotate_vault.py",
        "service/usecases/submission_keys.py",
    }


def test_what_the_public_fetches_is_made_from_pages_alone() -> None:
    """Of the comments themselves only the place of one is asked, for a permalink."""
    queries = dict(python_files("service/queries"))
    shared = {"pages", "pages.Page", "sites", "sites.Site", "threads"}
    for name, known in (("published", shared), ("feeds", shared | {"threads.Thread"})):
        read = {m for m in imports(queries[f"service/queries/{name}.py"]) if m.startswith("service.storage.")}
        read -= {f"service.storage.{name}" for name in ("base", "base.ask", "base.at_most")}
        assert read == {f"service.storage.{module}" for module in known}, name
    asked = [ast.unparse(call.func) for _, call in calls(queries["service/queries/published.py"])]
    assert {name for name in asked if name.startswith("pages.")} == {"pages.find_place"}


def test_every_query_names_its_site() -> None:
    """What is asked across sites stands here, with its reason."""
    across = {
        # Sites themselves, and people, who may work for several.
        "sites.list_all",
        "sites._by_slug",
        "staff.find_by_login",
        "staff.find_session",
        "staff.end_session",
        "staff.end_sessions",
        "staff.end_other_sessions",
        "staff.get",
        "second_factors.find",
        "second_factors.lock",
        "second_factors.find_recovery",
        "second_factors.count_recovery",
        "second_factors.confirmed",
        "second_factors.remove",
        "staff.end_one_session",
        "staff.list_sessions",
        "staff.drop_expired",
        # A token is known by its secret; its site is what is learnt from it.
        "tokens._by_hash",
        # Those that were used a moment ago, each proven by its secret.
        "tokens.list_by_id",
        # A lock, no table.
        "submissions.one_at_a_time",
        # The ring of keys is the installation's.
        "contacts.list_sealed_otherwise",
        "contacts.count_by_key",
        "second_factors.list_sealed_otherwise",
        "second_factors.count_by_key",
    }
    unnamed = set()
    for path, tree in python_files("service/storage", "service/queries"):
        for function in functions(tree):
            asks = {name for name, _ in calls(function)} & {"select", "delete", "update"}
            if asks and not names(function) & {"site_id", "site"}:
                unnamed.add(f"{path.rsplit('/', 1)[1].removesuffix('.py')}.{function.name}")
    assert unnamed == across


def test_markup_is_made_of_strings_where_it_is_listed() -> None:
    assert files_that_call("Markup") == MARKUP


def test_templates_and_scripts_put_no_text_in_as_markup() -> None:
    raw = re.compile(
        r"\|\s*safe\b|\bautoescape\b|innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment"
        r"|setHTMLUnsafe|\beval\(|new Function|setTimeout\(\s*[\"']"
    )
    found = Counter(path for path, text in text_files(".html", ".js") for _ in raw.finditer(text))
    # The demo article's own words, typed in service/demo/article.py.
    assert found == {"service/demo/templates/demo/article.html": 3}


def test_no_view_that_reads_calls_a_use_case_that_writes() -> None:
    """Follows a view into the functions of its own file; what it does elsewhere, test_routes.py sees by its effect."""
    reading = 0
    for path, tree in python_files("service/web"):
        local = {f.name: f for f in functions(tree)}
        for function in local.values():
            if not _reads(function):
                continue
            reading += 1
            seen, waiting = set(), [function]
            while waiting:
                current = waiting.pop()
                seen.add(current.name)
                waiting += [local[n] for n in names(current) & local.keys() - seen]
                written = names(current) & WRITES
                assert not written, f"{path}: {function.name} reads, but reaches {written} in {current.name}"
    assert reading > 10


def _reads(function: ast.AST) -> bool:
    """Whether a view answers GET or OPTIONS: ``@x.get(…)`` or ``@x.route(…, methods=["GET"])``."""
    for decorator in function.decorator_list:  # type: ignore[attr-defined]
        text = ast.unparse(decorator)
        if re.match(r"\w+\.get\(", text) or ("route(" in text and ("'GET'" in text or "'OPTIONS'" in text)):
            return True
    return False
