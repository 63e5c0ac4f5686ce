"""Every page that is photographed and looked at: add yours. `role` is who signs in; "" is nobody."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """A page by name. In `address`, `{place}` becomes the code of the first place in the list.

    `{evidence}` and `{finding}` become the whole address of the first inspection and the first finding.
    """

    name: str
    address: str
    role: str = "city-office"
    wall: bool = False


PAGES: tuple[Page, ...] = (
    Page("style", "/style/", "administrator"),
    Page("style-wall", "/style/?layout=wall", "administrator", wall=True),
    Page("style-plain", "/style/?layout=plain", "administrator"),
    Page("not-found", "/no-such-page/"),
    Page("sign-in", "/sign-in/", ""),
    Page("account", "/account/", "venue-manager"),
    Page("board", "/"),
    Page("wall", "/wall/", wall=True),
    Page("schemes", "/schemes/"),
    Page("scheme", "/schemes/city-plan-2026/"),
    Page("scheme-rule", "/schemes/city-plan-2026/rules/mobile-patrol/"),
    Page("scheme-figures", "/schemes/city-plan-2026/figures/"),
    Page("scheme-cases", "/schemes/uk-premises-2025/cases/"),
    Page("scheme-editions", "/schemes/city-plan-2026/editions/"),
    Page("local-value", "/schemes/city-plan-2026/figures/tier-1-visitors/"),
    Page("places", "/places/"),
    Page("places-gaps", "/places/?state=gaps&sort=gaps"),
    Page("places-none", "/places/?q=zzzzzz"),
    Page("place", "/places/{place}/"),
    Page("place-past", "/places/{place}/?at=2026-11-20T08:00"),
    Page("place-coverage", "/places/{place}/coverage/"),
    Page("place-evidence", "/places/{place}/evidence/"),
    Page("place-file", "/places/{place}/file/"),
    Page("place-history", "/places/{place}/history/"),
    Page("place-why", "/places/{place}/why/city-plan-2026/three-checks/"),
    Page("place-what-if", "/places/{place}/what-if/?fact-daily_visitors=9000"),
    Page("place-edit", "/places/{place}/edit/"),
    Page("place-new", "/places/new/"),
    Page("departments", "/departments/"),
    Page("work", "/work/"),
    Page("work-manager", "/work/", "venue-manager"),
    Page("work-guard", "/work/", "guard"),
    Page("work-inspector", "/work/", "inspector"),
    Page("work-liaison", "/work/", "department-liaison"),
    Page("evidence", "/evidence/"),
    Page("evidence-record", "{evidence}"),
    Page("evidence-where", "/evidence/new/"),
    Page("evidence-what", "/evidence/new/?place={place}"),
    Page("evidence-inspect", "/evidence/new/?place={place}&scheme=city-plan-2026&rule=three-checks"),
    Page("evidence-scan", "/evidence/new/?place={place}&scheme=city-plan-2026&rule=mobile-patrol"),
    Page("evidence-count", "/evidence/new/?place={place}&scheme=city-plan-2026&rule=guards"),
    Page("evidence-document", "/evidence/new/?place={place}&scheme=city-plan-2026&rule=supply-area"),
    Page("findings", "/findings/"),
    Page("findings-closed", "/findings/?state=closed"),
    Page("finding", "{finding}"),
    Page("people", "/people/", "administrator"),
    Page("journal", "/journal/", "auditor"),
    Page("imports", "/imports/"),
    Page("settings", "/settings/", "administrator"),
)
