"""`anlan signals`: e-mails become signals once, without the sender, without numbers of persons."""

import json
from email.message import EmailMessage

import pytest
from click.testing import CliRunner, Result

from anlan.engine.free_text import MASK
from anlan.management.signals import signals as command
from anlan.models import Attachment, Entry, Signal
from builders import a_department, a_place, adopt_plan
from web.test_files import a_photo

pytestmark = pytest.mark.django_db


def a_mail(
    text="北门外有一只无人看管的纸箱，联系13800138000。\n场所：P-1\n类别：suspicious-object\n紧急程度：now\n",
    **more,
):
    mail = EmailMessage()
    mail["From"] = "王五 <wang.wu@water.example.cn>"
    mail["Subject"] = "情况报告"
    mail["Date"] = "Wed, 01 Jul 2026 08:00:00 +0800"
    mail["Message-ID"] = more.get("identifier", "<1@water.example.cn>")
    mail.set_content(text)
    return mail


def run(*arguments: str, content: bytes = b"") -> Result:
    return CliRunner().invoke(command, [*arguments, "--json"], input=content)


@pytest.fixture(autouse=True)
def place():
    adopt_plan()
    return a_place("P-1")


def test_an_email_is_one_signal_however_often_it_is_dropped(place) -> None:
    first = run("take", content=bytes(a_mail()))
    again = run("take", content=bytes(a_mail()))
    assert first.exit_code == again.exit_code == 0, first.output
    signal = Signal.objects.get()
    numbers = [json.loads(each.stdout)["signals"][0]["number"] for each in (first, again)]
    assert numbers == [f"SG-{signal.year}-0001"] * 2
    assert (signal.place, signal.kind, signal.urgency, signal.channel) == (
        place,
        "suspicious-object",
        "now",
        "e-mail",
    )
    assert signal.observed_at.isoformat() == "2026-07-01T00:00:00+00:00"


def test_of_the_sender_only_the_domain_is_kept_and_numbers_are_masked() -> None:
    run("take", content=bytes(a_mail()))
    signal = Signal.objects.get()
    assert signal.organisation == "water.example.cn"
    assert f"联系{MASK}" in signal.observed
    stored = str(list(Signal.objects.values())) + str(list(Entry.objects.values()))
    for secret in ("王五", "wang.wu", "13800138000", "1@water"):
        assert secret not in stored


def test_files_come_along_once_and_other_kinds_are_left_out() -> None:
    mail = a_mail()
    mail.add_attachment(a_photo(), maintype="image", subtype="jpeg", filename="13800138000.jpg")
    mail.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="run.exe")
    for _time in range(2):
        outcome = run("take", content=bytes(mail))
    assert outcome.exit_code == 0
    assert Signal.objects.get().attachments.get().name == f"{MASK}.jpg"
    assert Attachment.objects.count() == 1


def test_an_email_of_html_alone_is_read_without_its_tags_and_scripts() -> None:
    mail = a_mail()
    mail.set_content("<style>p{}</style><p>东门 <b>纸箱</b></p><script>alert(1)</script>", subtype="html")
    run("take", content=bytes(mail))
    assert Signal.objects.get().observed == "情况报告\n东门 纸箱"


def test_options_say_what_the_email_does_not(tmp_path) -> None:
    a_department("D-7")
    files = []
    for number in (1, 2):
        file = tmp_path / f"{number}.eml"
        file.write_bytes(bytes(a_mail("东门有异味。", identifier=f"<{number}@x>")))
        files.append(str(file))
    outcome = run(
        "take", *files, "--department", "D-7", "--place", "P-1", "--kind", "weather", "--reliability", "B"
    )
    assert outcome.exit_code == 0, outcome.output
    for signal in Signal.objects.all():
        assert (signal.department.code, signal.organisation) == ("D-7", "")
        assert (signal.kind, signal.reliability, signal.place.code) == ("weather", "B", "P-1")
    assert Signal.objects.count() == 2


def test_what_is_no_email_is_said_and_wrong_options_are_refused() -> None:
    assert run("take", content=b"\x00\x01 not a mail").exit_code == 1
    assert run("take", "--kind", "person", content=bytes(a_mail())).exit_code == 2
    assert run("take", "--place", "P-9", content=bytes(a_mail())).exit_code == 2
    assert run("take", "missing.eml").exit_code == 2
    assert not Signal.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"From: a@b.cn\nSubject: =?nonsense?q?=ff?=\nContent-Type: text/plain; charset=nonsense\n\n\xff\xfe",
        b"From: a@b.cn\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: image/png\n\n",
        b"Subject: \xff\xff\nDate: yesterday\n\nwords\x00",
        b"From: <<<>>>\nSubject: x\n\nwords",
    ],
)
def test_a_broken_email_is_taken_or_refused_but_never_brings_the_command_down(content) -> None:
    outcome = run("take", content=content)
    assert outcome.exit_code in {0, 1}, outcome.output
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit)


def test_erasing_on_the_command_line_says_how_many() -> None:
    run("take", content=bytes(a_mail()))
    assert json.loads(run("erase", "--days", "0").stdout)["signals"] == 1
