"""The files of the deployment: accepted by their tool, closed by default, and in step with the code."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml  # type: ignore[import-untyped]
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "service" / "deploy"
COMPOSE = ROOT / "docker-compose.yml"
# The environment that the pins are for, whatever the tests run on.
IMAGE = {
    **{"python_version": "3.13", "python_full_version": "3.13.0", "implementation_name": "cpython"},
    **{"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux"},
}
SECRETS = ["TALIQ_SECRET_KEY", "TALIQ_INDEX_KEY", "TALIQ_VAULT_KEYS", "TALIQ_PUBLIC_URL", "POSTGRES_PASSWORD"]
#: What starts with the profile of many machines, beside the rest.
MACHINES = {"web2", "pooler", "valkey", "standby"}
DOCKER_COMPOSE = shutil.which("docker-compose")

needs_compose = pytest.mark.skipif(
    DOCKER_COMPOSE is None, reason="docker-compose is not installed (Debian: apt-get install docker-compose)"
)


def judge(folder: Path, text: str, without: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """What docker-compose says about a file that stands where ours stands, with every secret set but one."""
    values = {name: "https://comments.example" for name in SECRETS if name != without}
    # An empty one keeps a developer's own .env out of it.
    (folder / "empty.env").touch()
    place = ["--project-directory", str(ROOT), "--env-file", f"{folder}/empty.env", "--file", "-"]
    return subprocess.run(
        [str(DOCKER_COMPOSE), *place, "config", "--quiet"],
        input=text,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **values, **more},
        capture_output=True,
        text=True,
        check=False,
    )


@needs_compose
def test_docker_compose_accepts_the_file(tmp_path: Path) -> None:
    verdict = judge(tmp_path, COMPOSE.read_text())
    assert verdict.returncode == 0, verdict.stderr


@needs_compose
@pytest.mark.parametrize(
    ("right", "wrong"),
    [("restart: unless-stopped", "restrat: unless-stopped"), ("interval: 5s", "intervall: 5s")],
)
def test_docker_compose_refuses_a_planted_mistake(tmp_path: Path, right: str, wrong: str) -> None:
    text = COMPOSE.read_text()
    assert right in text
    verdict = judge(tmp_path, text.replace(right, wrong, 1))
    assert verdict.returncode != 0
    assert wrong.split(":")[0] in verdict.stderr


@needs_compose
@pytest.mark.parametrize("name", SECRETS)
def test_nothing_starts_without_a_secret(tmp_path: Path, name: str) -> None:
    verdict = judge(tmp_path, COMPOSE.read_text(), without=name)
    assert verdict.returncode != 0
    assert f"set {name} in .env" in verdict.stderr


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]
    return found


def test_only_the_proxy_is_published_and_only_on_this_machine(services: dict[str, dict[str, Any]]) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"proxy": ["127.0.0.1:8080:8080"]}


def test_every_container_is_closed(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == {"proxy", "web", "worker", "migrate", "db", *MACHINES}
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "cap_add" not in service, name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert any(place.startswith("/tmp:") for place in service["tmpfs"]), name
        assert not str(service.get("user", "")).startswith(("0", "root")), name
        if "image" in service:
            assert re.search(r":\d", service["image"]), f"{name}: an image without a version"
            assert "user" in service, f"{name}: a foreign image would start as root"


def test_the_database_is_out_of_the_proxys_reach(services: dict[str, dict[str, Any]]) -> None:
    for name in ("db", "pooler", "valkey", "standby"):
        assert services[name]["networks"] == ["back"], name
    assert "back" not in services["proxy"]["networks"]
    assert yaml.safe_load(COMPOSE.read_text())["networks"]["back"]["internal"] is True


def test_the_service_believes_the_proxy_and_nobody_else(services: dict[str, dict[str, Any]]) -> None:
    proxy = services["proxy"]["networks"]["front"]["ipv4_address"]
    web = services["web"]["networks"]["front"]["ipv4_address"]
    second = services["web2"]["networks"]["front"]["ipv4_address"]
    assert services["web2"]["environment"] == services["web"]["environment"]
    assert services["web"]["environment"]["TALIQ_TRUSTED_PROXIES"] == f"{proxy}/32"
    assert by_default(services["proxy"]["environment"])["PROXY_UPSTREAM"] == f"{web}:8080"
    assert f"PROXY_UPSTREAM={web}:8080; server {second}:8080\n" in COMPOSE.read_text()


def test_the_service_waits_for_its_database_to_be_migrated(services: dict[str, dict[str, Any]]) -> None:
    assert services["migrate"]["command"] == ["taliq", "db", "upgrade"]
    assert services["migrate"]["restart"] == "no"
    assert services["web"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["db"]["volumes"][0] == "data:/var/lib/postgresql"


def test_the_service_takes_the_settings_it_is_given(services: dict[str, dict[str, Any]]) -> None:
    from service.settings import Settings

    given = {**by_default(services["web"]["environment"]), "TALIQ_PUBLIC_URL": "https://comments.example"}
    assert len(Settings.from_env(given).proxies()) == 1
    assert not Settings.from_env(given).pooled


def test_a_migration_never_goes_through_the_pooler(services: dict[str, dict[str, Any]]) -> None:
    usual, migrate = by_default(services["web"]["environment"]), services["migrate"]["environment"]
    assert by_default(migrate) == usual
    assert "DATABASE_AT" in services["web"]["environment"]["TALIQ_DATABASE_URL"]
    assert [migrate["TALIQ_DATABASE_POOLER"], "DATABASE_AT" in migrate["TALIQ_DATABASE_URL"]] == ["", False]


@needs_compose
def test_many_machines_start_with_their_profile_and_only_then(
    services: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    assert {name for name, service in services.items() if "profiles" in service} == MACHINES
    verdict = judge(tmp_path, COMPOSE.read_text(), COMPOSE_PROFILES="machines")
    assert verdict.returncode == 0, verdict.stderr
    # Whatever starts without the profile gets on without what starts with it.
    for name in set(services) - MACHINES:
        assert not MACHINES & set(services[name].get("depends_on", ())), name


def test_the_lines_for_many_machines_are_settings_that_work(services: dict[str, dict[str, Any]]) -> None:
    """Those of the comment at the top, as somebody would copy them."""
    from service.settings import Settings

    comment = COMPOSE.read_text().partition("# Many machines:")[2].partition("\nversion:")[0]
    lines = re.findall(r"^#   (\w+)=(.*)$", comment, re.MULTILINE)
    given = {name: re.split(r"  +", value)[0] for name, value in lines}
    assert len(given) == 6
    named = {re.split(r"[:/]", address)[0] for address in (given["DATABASE_AT"],)}
    named |= {urlsplit(given[name]).hostname or "" for name in ("TALIQ_LIMITS_URL", "TALIQ_STANDBY_URL")}
    assert named == MACHINES - {"web2"}
    web = {
        name: re.sub(r"\$\{(\w+):-[^}]*\}", lambda found: given[found[1]], value)
        for name, value in services["web"]["environment"].items()
    }
    settings = Settings.from_env({**web, "TALIQ_PUBLIC_URL": "https://comments.example"})
    assert settings.pooled
    assert settings.database_url.endswith("@pooler:6432/taliq")
    assert "listen_port = 6432" in (DEPLOY / "pgbouncer.ini").read_text()


def by_default(environment: dict[str, str]) -> dict[str, str]:
    """As it is when nothing is said about what need not be said."""
    return {name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value) for name, value in environment.items()}


def test_every_value_of_the_proxys_configuration_is_filled_in(services: dict[str, dict[str, Any]]) -> None:
    wanted = set(re.findall(r"\$\{(\w+)\}", nginx()))
    given = {name for name in services["proxy"]["environment"] if name.startswith("PROXY_")}
    assert wanted == given


def nginx() -> str:
    return (DEPLOY / "nginx.conf").read_text()


def test_the_proxy_reads_as_much_as_the_service_and_no_more() -> None:
    from service.web.parsing import MAX_BODY_BYTES

    limits = re.findall(r"^\s*client_max_body_size\s+(\d+)k;", nginx(), re.MULTILINE)
    assert [int(kilobytes) * 1024 for kilobytes in limits] == [MAX_BODY_BYTES]
    assert f"at most {MAX_BODY_BYTES // 1024} KiB" in nginx()


@pytest.mark.parametrize(
    "line",
    [
        *(
            "client_header_timeout 10s;",
            "client_body_timeout 15s;",
            "send_timeout 15s;",
            "keepalive_timeout 15s;",
        ),
        *("server_tokens off;", "proxy_request_buffering on;"),
    ],
)
def test_the_proxy_waits_only_so_long(line: str) -> None:
    assert len(re.findall(rf"^\s*{re.escape(line)}", nginx(), re.MULTILINE)) == 1


def pins() -> dict[str, str]:
    lines = (DEPLOY / "constraints.txt").read_text().splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"==[\w.]+", str(each.specifier)) for each in found), "a pin is one exact version"
    assert [each.name for each in found] == sorted(canonicalize_name(each.name) for each in found)
    return {each.name: str(each.specifier).removeprefix("==") for each in found}


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    return [Requirement(text) for text in project["dependencies"] + extras["postgres"] + extras["valkey"]]


def brought_along(name: str, version: str, extras: set[str]) -> Iterator[Requirement]:
    """What a package needs in the image; nothing if another version is installed here, which may differ."""
    try:
        installed = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return
    if installed.version != version:
        return
    for requirement in map(Requirement, installed.requires or []):
        environments = [IMAGE | {"extra": extra} for extra in extras or {""}]
        if requirement.marker is None or any(map(requirement.marker.evaluate, environments)):
            yield requirement


def test_what_the_project_asks_for_is_pinned_inside_its_range() -> None:
    pinned = pins()
    for requirement in declared():
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), requirement


def test_whatever_comes_along_is_pinned_too() -> None:
    pinned = pins()
    waiting = [Requirement(name) for name in pinned] + declared()
    known = set[str]()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) not in known:
            known.add(str(requirement))
            name = canonicalize_name(requirement.name)
            assert name in pinned, f"{name} would come into the image in any version"
            assert requirement.specifier.contains(pinned[name]), requirement
            waiting += brought_along(name, pinned[name], requirement.extras)


def dockerfile() -> list[list[str]]:
    """The Dockerfile's stages, as logical lines without comments."""
    text = re.sub(r"^\s*#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = [line.strip() for line in re.sub(r"\\\n", " ", text).splitlines() if line.strip()]
    starts = [number for number, line in enumerate(lines) if line.startswith("FROM ")]
    return [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]


def test_the_image_is_built_with_the_pins_and_run_without_builder_or_root() -> None:
    build, final = dockerfile()
    assert build[0].split()[1] == final[0].split()[1] == "python:3.13-slim"
    assert any("--constraint constraints.txt '.[postgres,valkey]'" in line for line in build)
    assert not any("pip" in line or "apt-get" in line for line in final)
    assert [line for line in final if line.startswith("USER ")] == ["USER 10001:10001"]
    assert final[-1] == 'CMD ["taliq", "serve", "--host", "0.0.0.0", "--port", "8080"]'
    assert any(line.startswith("HEALTHCHECK ") and "/healthz" in line for line in final)


def test_the_build_sees_what_it_copies_and_little_else() -> None:
    copied = {
        source.removeprefix("./").split("/")[0]
        for line in dockerfile()[0]
        if line.startswith("COPY ")
        for source in line.split()[1:-1]
    }
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    rules = [line for line in ignored if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {line[1:] for line in rules if line.startswith("!")} == copied
    assert all((ROOT / name).exists() for name in copied)
