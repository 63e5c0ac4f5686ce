"""Every page that is photographed and looked at: add yours. `role` is who signs in; "" is nobody."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Step:
    """Something done on the page before its picture. `send` sends a form past the browser's own checks."""

    do: Literal["fill", "click", "send", "wait", "reload", "forget-cookie"]
    where: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page by name. In `address`, `{place}` becomes the code of the first place in the list.

    `{evidence}`, `{finding}`, `{department}` and `{department-why}` become whole addresses: the first inspection,
    finding and department, and why it owes its first duty. Other marks are in pictures_subjects.py.
    `status` is the answer after the steps; `draws` names a page that nothing but the program itself brings about.
    """

    name: str
    address: str
    role: str = "city-office"
    wall: bool = False
    steps: tuple[Step, ...] = ()
    status: int = 200
    draws: Literal["", "server-error"] = ""


def send(where: str = "main form[method=post]") -> Step:
    """Send the form as it is, even where the browser would not."""
    return Step("send", where)


def wrong(name: str, address: str, *steps: Step, role: str = "city-office") -> Page:
    """A form that comes back with its mistakes."""
    return Page(
        name,
        address,
        role,
        steps=(*steps, send()) if not any(s.do == "send" for s in steps) else steps,
        status=422,
    )


PAGES: tuple[Page, ...] = (
    Page("style", "/style/", "administrator"),
    Page("style-wall", "/style/?layout=wall", "administrator", wall=True),
    Page("style-plain", "/style/?layout=plain", "administrator"),
    Page("not-found", "/no-such-page/", status=404),
    Page("refused", "/settings/", "guard", status=403),
    Page("server-error", "/pictures/server-error/", status=500, draws="server-error"),
    Page(
        "form-expired",
        "/account/",
        "venue-manager",
        steps=(Step("forget-cookie", value="csrf"), send()),
        status=403,
    ),
    Page("sign-in", "/sign-in/", ""),
    wrong("sign-in-wrong", "/sign-in/", role=""),
    Page("account", "/account/", "venue-manager"),
    Page("account-password", "/account/password/", "venue-manager"),
    wrong("account-password-wrong", "/account/password/", role="venue-manager"),
    Page("account-second-step", "/account/second-step/", "venue-manager"),
    Page("account-token-new", "/account/tokens/new/"),
    Page("board", "/"),
    Page("wall", "/wall/", wall=True),
    Page("board-deadlines", "/board/deadlines/"),
    Page("warnings", "/warnings/"),
    Page("warnings-open", "/warnings/?state=open"),
    Page("warnings-past", "/warnings/?state=past"),
    Page("warning", "/warnings/{warning}/"),
    Page("contact-tests", "/messages/tests/"),
    Page("account-notifications", "/account/notifications/"),
    Page("warning-late", "/warnings/{warning}/?show=late"),
    Page("warning-venue", "/warnings/{warning}/", "auditor"),
    Page("warning-draft", "/warnings/{warning-draft}/"),
    Page("warning-past", "/warnings/{warning-past}/"),
    Page("warning-new", "/warnings/new/?template=orange-security", steps=(Step("wait", ".preview-head"),)),
    Page("warning-new-part", "/warnings/new/", steps=(Step("click", "#id_scope_1"),)),
    Page("warning-update", "/warnings/{warning}/update/"),
    wrong("warning-new-wrong", "/warnings/new/"),
    Page("public", "/public-information/"),
    Page("public-none", "/public-information/?state=discarded"),
    Page("public-released", "/public-information/{public-released}/"),
    Page("public-waiting", "/public-information/{public-waiting}/"),
    Page("public-approve", "/public-information/{public-waiting}/", "department-liaison"),
    Page("public-new", "/public-information/new/?template=stay-in-air"),
    Page("public-correct", "/public-information/{public-released}/correct/?template=all-clear"),
    wrong("public-new-wrong", "/public-information/new/"),
    Page("status", "/status/", ""),
    Page("status-english", "/status/?lang=en", ""),
    Page("periods", "/warnings/periods/"),
    Page("periods-none", "/warnings/periods/?year=2019"),
    Page("period", "/warnings/periods/{period}/"),
    Page("period-new", "/warnings/periods/new/"),
    wrong("period-new-wrong", "/warnings/periods/new/"),
    Page("warning-stand-down", "/warnings/{warning}/stand-down/"),
    Page("cap", "/cap/"),
    Page("cap-none", "/cap/?q=zzzzzz"),
    Page("cap-refused", "/cap/?state=refused"),
    Page("cap-message", "/cap/{cap}/"),
    Page("cap-message-refused", "/cap/{cap-refused}/"),
    Page("cap-subscriptions", "/cap/subscriptions/", "administrator"),
    Page("cap-subscription", "/cap/subscriptions/{cap-subscription}/", "administrator"),
    Page("warning-receipt", "/w/{warning-link}/", ""),
    Page("warning-receipt-unknown", "/w/none/", "", status=404),
    Page("schemes", "/schemes/"),
    Page("scheme", "/schemes/city-plan-2026/"),
    Page("scheme-rule", "/schemes/city-plan-2026/rules/mobile-patrol/"),
    Page("scheme-figures", "/schemes/city-plan-2026/figures/"),
    Page("scheme-cases", "/schemes/uk-premises-2025/cases/"),
    Page("scheme-editions", "/schemes/city-plan-2026/editions/"),
    Page("local-value", "/schemes/city-plan-2026/figures/tier-1-visitors/"),
    wrong("local-value-wrong", "/schemes/city-plan-2026/figures/tier-1-visitors/"),
    Page("messages", "/messages/"),
    Page("messages-none", "/messages/?q=zzzzzz"),
    Page("message", "/messages/{message}/"),
    Page("message-channels", "/messages/channels/", "administrator"),
    Page("message-sink", "/messages/sink/"),
    Page("places", "/places/"),
    Page("places-gaps", "/places/?state=gaps&sort=gaps"),
    Page("places-none", "/places/?q=zzzzzz"),
    Page("place", "/places/{place}/"),
    Page("place-past", "/places/{place}/?at=2026-11-20T08:00"),
    Page("place-coverage", "/places/{place}/coverage/"),
    Page("place-evidence", "/places/{place}/evidence/"),
    Page("place-file", "/places/{place}/file/"),
    Page("signals", "/signals/"),
    Page("signals-none", "/signals/?q=zzzzzz"),
    Page("signal", "{signal}"),
    Page("signal-triaged", "{signal-triaged}"),
    Page("signal-new", "/signals/new/"),
    Page("signal-new-guard", "/signals/new/", "guard"),
    wrong("signal-new-wrong", "/signals/new/", Step("fill", "#id_observed", "北门外纸箱，电话13800138000")),
    Page("patrols", "/patrols/"),
    Page("patrol-plans", "/patrols/plan/"),
    Page("patrol-live", "/places/{patrolled}/patrols/", "venue-manager"),
    Page("patrol-plan", "/places/{patrolled}/patrols/plan/", "venue-manager"),
    Page("patrol-proof", "/patrol-plans/{patrol-plan}/"),
    Page("patrol-audit", "/patrol-plans/{patrol-plan-over}/", steps=(send("form[action$='/audit/']"),)),
    Page("patrol-beats", "/places/{patrolled}/patrols/beats/", "venue-manager"),
    Page("patrol-beats-none", "/places/{unpatrolled}/patrols/beats/"),
    Page("patrol-beat-new", "/places/{patrolled}/patrols/beats/new/", "venue-manager"),
    wrong("patrol-beat-wrong", "/places/{patrolled}/patrols/beats/new/", role="venue-manager"),
    Page("patrol-shift-new", "/places/{patrolled}/patrols/shifts/new/", "venue-manager"),
    Page("patrol-settings", "/places/{patrolled}/patrols/settings/", "venue-manager"),
    Page("patrol-worth", "/places/{patrolled}/patrols/worth/{patrol-point}/", "venue-manager"),
    Page("patrol-walk-time", "/places/{patrolled}/patrols/walking-times/", "venue-manager"),
    Page("patrol-roster", "/places/{patrolled}/patrols/roster/", "venue-manager"),
    Page("patrol-month", "/places/{patrolled}/patrols/month/", "venue-manager"),
    Page("patrol-review", "/places/{patrolled}/patrols/review/", "venue-manager"),
    Page("patrol-walk", "/places/{patrolled}/patrols/walks/{walk}/", "venue-manager"),
    Page("patrol-walk-end", "/places/{patrolled}/patrols/walks/{walk}/end/", "venue-manager"),
    Page("place-codes", "/places/{place}/patrols/codes/"),
    Page("place-history", "/places/{place}/history/"),
    Page("place-why", "/places/{place}/why/city-plan-2026/three-checks/"),
    Page("place-what-if", "/places/{place}/what-if/?fact-daily_visitors=9000"),
    Page("place-edit", "/places/{place}/edit/"),
    Page("place-new", "/places/new/"),
    wrong("place-new-wrong", "/places/new/", Step("fill", "#id_longitude", "999")),
    Page("place-zone", "/places/{place}/add/zone/"),
    Page(
        "form-draft",
        "/places/{waived}/add/zone/",
        steps=(
            Step("fill", "#id_name_zh", "北进站口安检区"),
            Step("wait", ".draft-state:not(:empty)"),
            Step("reload"),
            Step("wait", ".draft-note"),
        ),
    ),
    Page("place-post", "/places/{place}/add/post/"),
    Page("place-checkpoint", "/places/{place}/add/checkpoint/"),
    wrong("place-checkpoint-wrong", "/places/{place}/add/checkpoint/", Step("fill", "#id_code", "a b")),
    Page("place-cards", "/places/{place}/cards/"),
    Page("place-cards-manager", "/places/{patrolled}/cards/", "venue-manager"),
    Page("action-card", "/places/{patrolled}/cards/city-plan-2026/vehicle-attack/guard/", "guard"),
    wrong(
        "action-card-wrong",
        "/places/{patrolled}/cards/city-plan-2026/armed-attack/guard/",
        send("#read-back form"),
        role="guard",
    ),
    Page("incident-plans", "/incidents/{incident}/plans/"),
    Page("place-point", "/places/{place}/add/point/"),
    wrong("place-point-wrong", "/places/{place}/add/point/", Step("fill", "#id_latitude", "31.2")),
    Page("place-event", "/places/{place}/add/occurrence/"),
    Page("place-close", "/places/{place}/close/"),
    Page("waiver", "/places/{place}/waivers/new/"),
    wrong("waiver-wrong", "/places/{place}/waivers/new/"),
    Page("waiver-withdraw", "/places/{waived}/waivers/{waiver}/withdraw/"),
    Page("departments", "/departments/"),
    Page("department", "{department}"),
    Page("department-why", "{department-why}"),
    Page("work", "/work/"),
    Page("work-manager", "/work/", "venue-manager"),
    Page("work-guard", "/work/", "guard"),
    Page("patrol-start", "/patrol/", "guard", steps=(Step("wait", "body[data-ready]"),)),
    Page(
        "patrol-walk",
        "/patrol/",
        "guard",
        steps=(
            Step("wait", "body[data-ready]"),
            Step("click", "#start"),
            Step("wait", "#leg-name:not(:empty)"),
        ),
    ),
    Page("work-inspector", "/work/", "inspector"),
    Page("work-liaison", "/work/", "department-liaison"),
    Page("evidence", "/evidence/"),
    Page("evidence-none", "/evidence/?q=zzzzzz"),
    Page("evidence-record", "{evidence}"),
    Page("evidence-where", "/evidence/new/"),
    Page("evidence-what", "/evidence/new/?place={place}"),
    Page("evidence-inspect", "/evidence/new/?place={place}&scheme=city-plan-2026&rule=three-checks"),
    Page("evidence-scan", "/evidence/new/?place={place}&scheme=city-plan-2026&rule=mobile-patrol"),
    Page("evidence-count", "/evidence/new/?place={place}&scheme=city-plan-2026&rule=guards"),
    Page("evidence-document", "/evidence/new/?place={place}&scheme=city-plan-2026&rule=supply-area"),
    wrong("evidence-inspect-wrong", "/evidence/new/?place={place}&scheme=city-plan-2026&rule=three-checks"),
    wrong("evidence-count-wrong", "/evidence/new/?place={place}&scheme=city-plan-2026&rule=guards"),
    wrong("strike-wrong", "{evidence}", send("form[action$='/strike/']")),
    Page("findings", "/findings/"),
    Page("findings-none", "/findings/?q=zzzzzz"),
    Page("findings-closed", "/findings/?state=closed"),
    Page("finding", "{finding}"),
    wrong("finding-wrong", "{finding}", send("form[action$='/reinspect/']")),
    Page("people", "/people/", "administrator"),
    Page("people-none", "/people/?q=zzzzzz", "administrator"),
    Page("person", "/people/{person}/", "administrator"),
    Page("person-edit", "/people/{person}/edit/", "administrator"),
    Page("person-new", "/people/new/", "administrator"),
    wrong("person-new-wrong", "/people/new/", Step("fill", "#id_email", "nobody"), role="administrator"),
    Page("journal", "/journal/", "auditor"),
    Page("journal-none", "/journal/?place=zzzzzz", "auditor"),
    Page("imports", "/imports/"),
    wrong("imports-wrong", "/imports/", send("form[action$='/sheet/']")),
    Page("import-columns", "/imports/{import-columns}/columns/"),
    Page("import-preview", "/imports/{import-checked}/"),
    Page("import-done", "/imports/{import-done}/"),
    Page("settings", "/settings/", "administrator"),
)
