"""Importing twice changes nothing, nothing is merged by itself, and a killed worker's task is done again."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils.crypto import get_random_string
from django_tasks_db.models import DBTaskResult, get_date_max

from anlan.actions import jobs
from anlan.actions.import_choices import AS_NEW, SKIP, UPDATE
from anlan.actions.place_drafts import code_of_source
from anlan.actions.sheet_imports import SheetOutcome, import_sheet, open_sheet
from anlan.links.sheet_columns import propose_mapping
from anlan.links.sheets import Sheet
from anlan.models import Entry, IdempotencyKey, Place, PlaceFact
from anlan.queries.sheet_vocabulary import sheet_vocabulary
from builders import LONG_AGO, a_place, a_user, adopt_plan

AT = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
LATER = AT + timedelta(days=1)


def bring(
    text: str, *, choices: dict[int, str] | None = None, at: datetime = AT, all_or_nothing: bool = False
) -> SheetOutcome:
    """Import a sheet written as CSV."""
    vocabulary = sheet_vocabulary(at)
    sheet = open_sheet(text.encode(), "places.csv", vocabulary)
    assert isinstance(sheet, Sheet), sheet
    mapping = propose_mapping(sheet.header, vocabulary.facts)
    return import_sheet(
        sheet,
        mapping,
        vocabulary,
        by=None,
        at=at,
        datum="WGS-84",
        choices=choices,
        all_or_nothing=all_or_nothing,
    )


@pytest.mark.django_db
class TestSheets:
    def test_importing_twice_changes_nothing_even_without_codes(self):
        text = "名称,类型,地址,经度,纬度\n甲商场,商场,一路 1 号,121.47,31.23\n乙商场,商场,二路 2 号,,\n"
        first = bring(text)
        codes = set(Place.objects.values_list("code", flat=True))
        history = (PlaceFact.objects.count(), Entry.objects.count())
        second = bring(text, at=LATER)
        assert len(first.registered.created) == 2
        assert (second.registered.created, second.registered.changed) == ((), ())
        assert set(second.registered.unchanged) == codes
        assert (PlaceFact.objects.count(), Entry.objects.count()) == history

    def test_a_row_without_a_code_is_known_again_by_its_id_at_the_source(self):
        bring("名称,类型,来源,来源编号\n甲医院,医院,wjw,317\n")
        outcome = bring("名称,类型,来源,来源编号,日均客流\n甲人民医院,医院,wjw,317,900\n", at=LATER)
        assert outcome.registered.changed == ("wjw-317",)
        assert Place.objects.get().name_zh == "甲人民医院"

    def test_two_sources_may_use_the_same_id(self):
        bring("名称,类型,来源,来源编号\n甲医院,医院,wjw,1\n乙学校,中小学校,jyj,1\n")
        assert set(Place.objects.values_list("code", flat=True)) == {"wjw-1", "jyj-1"}

    def test_an_id_with_a_space_is_one_id_and_not_two(self):
        bring("名称,类型,来源,来源编号\n甲医院,医院,wjw,A 1\n")
        outcome = bring("名称,类型,来源,来源编号\n乙医院,医院,wjw,A 2\n")
        assert len(outcome.registered.created) == 1

    @pytest.mark.parametrize(
        ("source_id", "code"),
        [("osm:node/123", "osm-n123"), ("osm:way/5 osm:node/9", "osm-w5"), ("osm:relation/7", "osm-r7")],
    )
    def test_codes_of_openstreetmap_are_readable(self, source_id: str, code: str):
        assert code_of_source("osm", source_id) == code

    def test_a_visitor_table_needs_neither_name_nor_kind_for_known_codes(self):
        a_place("M-1", name_zh="甲商场", kind="mall")
        outcome = bring("编号,日均客流\nM-1,5200\nM-9,10\n")
        place = Place.objects.get()
        assert (place.daily_visitors, place.name_zh, place.kind) == (5200, "甲商场", "mall")
        assert outcome.wrong_rows == (3,), "an unknown code needs a name and a kind"

    def test_an_empty_cell_leaves_what_is_known(self):
        a_place("M-1", name_zh="甲商场", area_m2=3000)
        bring("编号,名称,类型,建筑面积,地址\nM-1,甲商场,商场,,新路 1 号\n")
        place = Place.objects.get()
        assert (place.area_m2, place.address) == (3000, "新路 1 号")

    def test_figures_keep_how_and_when_they_were_found(self):
        bring(
            "编号,名称,类型,日均客流,日均客流测算方法,日均客流测算日期\nM-1,甲商场,商场,5200,闸机计数,2026-03-01\n"
        )
        fact = PlaceFact.objects.get(fact="daily_visitors")
        assert (fact.value, fact.method, str(fact.measured_on)) == (5200, "闸机计数", "2026-03-01")

    def test_the_same_row_twice_is_a_mistake_that_names_the_first(self):
        outcome = bring("名称,类型,地址\n甲商场,商场,一路\n甲商场,商场,一路\n")
        assert [(error.row, "第 2 行" in error.message.zh) for error in outcome.errors] == [(3, True)]

    def test_a_text_that_the_register_cannot_hold_is_told_and_not_cut(self):
        outcome = bring(f"编号,名称,类型,开放时间\nM-1,甲商场,商场,{'周一至周五 08:00-22:00；' * 8}\n")
        assert [error.header for error in outcome.errors] == ["开放时间"]
        assert not Place.objects.exists()

    def test_districts_that_the_register_does_not_know_are_mistakes(self):
        outcome = bring("编号,名称,类型,辖区\nM-1,甲商场,商场,310101\n")
        assert [error.value for error in outcome.errors] == ["310101"]

    def test_kinds_of_the_adopted_scheme_are_understood_in_both_languages(self):
        adopt_plan()
        bring("Code,Name,Kind\nH-1,Riverside,Hospital\nH-2,医院二,医院\n", at=LATER)
        assert set(Place.objects.values_list("code", "kind")) == {("H-1", "hospital"), ("H-2", "hospital")}


@pytest.mark.django_db
class TestDoubts:
    SHEET = "名称,类型,经度,纬度\n甲商场,商场,121.4703,31.2300\n"

    @pytest.fixture(autouse=True)
    def _a_known_place(self):
        a_place("M-1", name_zh="甲 商场", kind="mall", longitude=121.4700, latitude=31.2300)

    def test_the_same_name_within_fifty_metres_waits_for_a_person(self):
        outcome = bring(self.SHEET)
        (row,) = outcome.doubtful
        assert [doubt.code for doubt in row.doubts] == ["M-1"]
        assert "29" in row.doubts[0].because.en, "0.0003 degrees of longitude at 31° N are 29 m"
        assert Place.objects.count() == 1

    def test_the_same_name_farther_away_is_another_place(self):
        outcome = bring("名称,类型,经度,纬度\n甲商场,商场,121.4710,31.2300\n")
        assert not outcome.doubtful
        assert Place.objects.count() == 2

    def test_a_person_may_say_that_it_is_new(self):
        bring(self.SHEET, choices={2: AS_NEW})
        assert Place.objects.count() == 2
        assert bring(self.SHEET).registered.created == (), "and it is known from then on"

    def test_a_person_may_leave_it_out(self):
        outcome = bring(self.SHEET, choices={2: SKIP})
        assert (outcome.left_out, outcome.doubtful, Place.objects.count()) == (1, (), 1)

    def test_a_person_may_say_which_place_it_is(self):
        outcome = bring(self.SHEET, choices={2: UPDATE + "M-1"})
        assert outcome.registered.changed == ("M-1",)
        assert Place.objects.get().name_zh == "甲商场"

    def test_only_the_places_that_were_offered_can_be_chosen(self):
        a_place("X-1")
        outcome = bring(self.SHEET, choices={2: UPDATE + "X-1"})
        assert len(outcome.doubtful) == 1

    def test_a_closed_place_is_no_duplicate(self):
        Place.objects.update(closed_at=LONG_AGO)
        assert len(bring(self.SHEET).registered.created) == 1

    def test_the_same_id_at_the_source_under_another_code_waits_for_a_person(self):
        bring("编号,名称,类型,来源,来源编号\nH-1,甲医院,医院,wjw,317\n")
        outcome = bring("编号,名称,类型,来源,来源编号\nH-2,乙医院,医院,wjw,317\n")
        assert [(row.code, row.doubts[0].code) for row in outcome.doubtful] == [("H-2", "H-1")]

    def test_all_or_nothing_counts_a_doubtful_row_as_not_right(self):
        bring("名称,类型,经度,纬度\n甲商场,商场,121.4703,31.2300\n丙,商场,121.5,31.3\n", all_or_nothing=True)
        assert Place.objects.count() == 1


# ---- tasks whose worker is gone ----------------------------------------------------------------


def a_running_task(worker: str, *, begun: datetime, tries: int = 1) -> DBTaskResult:
    row = DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}},
        task_path="anlan.actions.imports.carry_out",
        backend_name="default",
        run_after=get_date_max(),
        status="RUNNING",
        started_at=begun,
        worker_ids=[worker] * tries,
    )
    DBTaskResult.objects.filter(pk=row.pk).update(enqueued_at=begun)
    return row


def status(row: DBTaskResult) -> str:
    row.refresh_from_db()
    return str(row.status)


@pytest.mark.django_db
class TestAbandonedTasks:
    def test_the_task_of_a_living_worker_is_left_alone_however_long_it_takes(self):
        with jobs.working() as worker:
            row = a_running_task(worker, begun=LONG_AGO)
            assert jobs.reap(at=AT) == jobs.Reaped(0, 0)
            assert status(row) == "RUNNING"

    def test_a_worker_elsewhere_has_the_time_of_its_lease(self):
        row = a_running_task(f"elsewhere-{get_random_string(6)}", begun=AT)
        jobs.reap(at=AT + jobs.LEASE)
        assert status(row) == "RUNNING"
        jobs.renew(row.worker_ids[-1], at=AT + jobs.LEASE)
        jobs.reap(at=AT + 2 * jobs.LEASE)
        assert status(row) == "RUNNING"
        jobs.reap(at=AT + 2 * jobs.LEASE + timedelta(seconds=1))
        assert status(row) == "READY"
        assert DBTaskResult.objects.ready().filter(pk=row.pk).exists()

    def test_a_task_that_kills_its_workers_is_given_up(self):
        row = a_running_task("elsewhere", begun=LONG_AGO, tries=jobs.TRIES)
        assert jobs.reap(at=AT) == jobs.Reaped(0, 1)
        assert status(row) == "FAILED"
        assert jobs.has_failed(str(row.pk))

    def test_nobody_else_holds_on_to_a_lease(self):
        row = a_running_task("elsewhere", begun=AT)
        assert jobs.renew("another", at=AT) == 0
        assert status(row) == "RUNNING"


@pytest.mark.django_db
def test_answers_to_keys_are_kept_for_the_days_promised_and_then_forgotten() -> None:
    user = a_user("city-office")
    for days in (7, 14, 15):
        IdempotencyKey.objects.create(
            user=user, key=f"{days} days", body_sha256="", status=201, answer={}, at=AT - timedelta(days=days)
        )
    assert jobs.forget_old_keys(at=AT) == 1
    assert set(IdempotencyKey.objects.values_list("key", flat=True)) == {"7 days", "14 days"}


_PREPARE = """
import sys
from anlan.management.cli import start_django
start_django()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.utils import timezone
from anlan.actions.import_records import keep_file
from anlan.actions.imports import begin_osm
at = timezone.localtime()
file = keep_file([open(sys.argv[1], "rb").read()], "town.osm", "application/xml", by=None, at=at)
begin_osm(file, draw=False, by=None, at=at)
from anlan.actions.attachments import path_of
print(path_of(file.sha256))
"""
TOWN = Path(__file__).parents[1] / "links" / "fixtures" / "one-hospital-twice.osm"


def test_the_import_of_a_killed_worker_is_carried_out_by_the_next_one(tmp_path: Path):
    """A real worker is killed outright while it waits for its file, which is a pipe that nobody fills."""
    environment = {**os.environ, "ANLAN_DATA": str(tmp_path), "ANLAN_DATABASE_URL": ""}
    prepared = subprocess.run(
        [sys.executable, "-c", _PREPARE, str(TOWN)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    file = Path(prepared.stdout.strip())
    content = file.read_bytes()
    file.unlink()
    os.mkfifo(file)
    worker = [sys.executable, "-m", "anlan.management.cli", "worker"]
    first = subprocess.Popen(worker, env=environment, stderr=subprocess.DEVNULL)
    try:
        _wait_until(lambda: _task(tmp_path)[0] == "RUNNING")
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert _task(tmp_path)[0] == "RUNNING", "nobody has noticed yet"
    file.unlink()
    file.write_bytes(content)
    subprocess.run([*worker, "--batch"], env=environment, check=True, timeout=60)
    assert _task(tmp_path) == ("SUCCESSFUL", 2)
    with closing(sqlite3.connect(tmp_path / "anlan.sqlite3")) as database:
        (state,) = database.execute("SELECT state FROM anlan_placeimport").fetchone()
        (places,) = database.execute("SELECT count(*) FROM anlan_place").fetchone()
    assert (state, places) == ("done", 9)


def _task(data: Path) -> tuple[str, int]:
    """The state of the only task, and how many workers have begun it."""
    with closing(sqlite3.connect(data / "anlan.sqlite3", timeout=10)) as database:
        found = database.execute(
            "SELECT status, json_array_length(worker_ids) FROM django_tasks_database_dbtaskresult"
        ).fetchone()
    return found[0], found[1]


def _wait_until(true: Callable[[], bool], within_s: float = 30.0) -> None:
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
