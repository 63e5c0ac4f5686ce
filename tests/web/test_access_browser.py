"""What the browser is told: content policy, cookies, caches; and no secret in the repository."""

import re
import stat
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from builders import PASSWORD, a_user, signed_in

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def pages():
    """A page for anybody, one for people who signed in, and one of each kind of refusal."""
    anybody, inside = Client(), signed_in(Client(), a_user("auditor"))
    return {
        "sign-in": anybody.get("/sign-in/"),
        "journal": inside.get("/journal/"),
        "refused": inside.get("/settings/"),
        "missing": inside.get("/nothing-of-the-kind/"),
        "csv": inside.get("/journal/export.csv"),
        "api": inside.get("/api/v1/places"),
        "health": anybody.get("/healthz"),
    }


def test_every_answer_carries_a_policy_that_allows_our_own_scripts_and_styles_only(pages):
    for name, response in pages.items():
        policy = {
            part.split()[0]: part.split()[1:]
            for part in response.headers["Content-Security-Policy"].split("; ")
        }
        assert policy["default-src"] == ["'none'"], name
        assert policy["script-src"] == ["'self'"], name
        assert policy["style-src"] == ["'self'"], name
        assert policy["frame-ancestors"] == ["'none'"], name
        assert policy["form-action"] == ["'self'"], name
        assert policy["base-uri"] == ["'none'"], name
        assert "unsafe" not in str(policy), name


def test_no_page_needs_what_the_policy_forbids(pages):
    for name in ("sign-in", "journal", "refused", "missing"):
        body = pages[name].content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", body), name
        assert not re.search(r"\son[a-z]+\s*=", body), name
        assert not re.search(r"<[^>]+\sstyle\s*=", body), name
        assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", body), name


def test_every_answer_refuses_frames_sniffing_and_foreign_openers(pages):
    for name, response in pages.items():
        assert response.headers["X-Frame-Options"] == "DENY", name
        assert response.headers["X-Content-Type-Options"] == "nosniff", name
        assert response.headers["Referrer-Policy"] == "same-origin", name
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert "microphone=()" in response.headers["Permissions-Policy"], name


def test_what_people_see_after_signing_in_stays_out_of_caches(pages):
    for name in ("journal", "refused", "missing", "csv", "api"):
        assert "no-store" in pages[name].headers["Cache-Control"], name
    assert "no-store" in pages["sign-in"].headers["Cache-Control"]


def test_the_sessions_cookie_is_out_of_reach_of_scripts_and_other_sites():
    client = Client()
    user = a_user("auditor")
    cookies = client.post("/sign-in/", {"username": user.username, "password": PASSWORD}).cookies
    session = cookies[settings.SESSION_COOKIE_NAME]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert session["path"] == "/"
    assert not session["domain"]


def test_with_tls_cookies_are_bound_to_the_host_and_sent_encrypted_only():
    script = (
        "import anlan.project.settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE,"
        " s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS)"
    )
    import os
    import sys

    said = subprocess.run(
        [sys.executable, "-c", script],
        env={
            **os.environ,
            "ANLAN_TLS": "1",
            "ANLAN_DATA": str(settings.DATA),
            "PYTHONPATH": str(ROOT / "src"),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == ["__Host-session", "__Host-csrf", "True", "True", "True", "31536000"]


def test_a_host_that_is_not_ours_is_refused(settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    assert Client().get("/sign-in/", headers={"host": "evil.example"}).status_code == 400


def test_passwords_are_kept_by_argon2():
    from anlan.project import settings as real

    assert real.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


def test_the_installations_secret_is_made_at_first_start_and_for_its_owner_only(tmp_path, monkeypatch):
    from anlan.project import settings as real

    monkeypatch.setenv("ANLAN_SECRET_FILE", str(tmp_path / "here" / "secret.key"))
    first = real._secret_key()
    assert len(first) >= 64
    assert real._secret_key() == first
    assert stat.S_IMODE((tmp_path / "here" / "secret.key").stat().st_mode) == 0o600


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


SECRETS = {
    "a private key": re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}"),
    "a token of ours": re.compile(rb"anlan_[A-Za-z0-9_-]{43}"),
    "an AWS key": re.compile(rb"AKIA[0-9A-Z]{16}"),
    "a GitHub token": re.compile(rb"gh[pousr]_[A-Za-z0-9]{36}"),
    "Django's key in the source": re.compile(rb"SECRET_KEY\s*=\s*[\"'][^\"']{20,}"),
    "a password in an address": re.compile(rb"[a-z]+://[^/\s:@\"'{}<>$]+:[^/\s:@\"'{}<>$]{6,}@"),
}


def test_no_secret_is_in_the_repository():
    found = []
    for path in tracked_files():
        if not path.is_file() or path.stat().st_size > 2_000_000:
            continue
        content = path.read_bytes()
        found += [
            f"{path.relative_to(ROOT)}: {what}"
            for what, pattern in SECRETS.items()
            if pattern.search(content)
        ]
    assert found == []


def test_no_key_certificate_or_database_is_in_the_repository():
    endings = {".key", ".pem", ".p12", ".pfx", ".sqlite3", ".db", ".env"}
    assert [str(path) for path in tracked_files() if path.suffix in endings or path.name == ".env"] == []
