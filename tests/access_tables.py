"""What every page and every API operation needs, written by hand and held against the code."""

from anlan.engine.access import GrantFacts, Role, may

PAGES = {
    "healthz": "anybody",
    "language": "anybody",
    "theme": "anybody",
    "style": "anybody",
    "sign-in": "anybody",
    "sign-in-code": "anybody",
    "sign-out": "anybody",
    "account": "signed-in",
    "account-password": "signed-in",
    "account-mfa": "signed-in",
    "account-mfa-codes": "signed-in",
    "account-mfa-off": "signed-in",
    "account-token-new": "use-api",
    "account-token-revoke": "signed-in",
    "account-sessions-end": "signed-in",
    "people": "see-people",
    "person-new": "manage-people",
    "person": "see-people",
    "person-edit": "manage-people",
    "person-password": "manage-people",
    "person-second-step-off": "manage-people",
    "person-deactivate": "manage-people",
    "person-reactivate": "manage-people",
    "person-sessions-end": "manage-people",
    "grant-give": "manage-people",
    "grant-end": "manage-people",
    "person-token-revoke": "manage-people",
    "device-end": "manage-people",
    "journal": "see-journal",
    "journal-csv": "see-journal",
    "schemes": "see-schemes",
    "scheme-adopt": "adopt-schemes",
    "scheme": "see-schemes",
    "scheme-figures": "see-schemes",
    "scheme-local-value": "set-local-values",
    "scheme-cases": "see-schemes",
    "scheme-editions": "see-schemes",
    "scheme-end": "adopt-schemes",
    "scheme-rule": "see-schemes",
    "settings": "manage-settings",
}
"""The name of each page and the action it declares; several: any of them."""

ASKS_ITSELF = {"style": "manage-settings"}
"""Pages declared open that ask for an action themselves, because they are open to anybody while developing."""

OPERATIONS = {
    "GET /districts": "see-places",
    "GET /departments": "see-departments",
    "GET /departments/{code}": "see-departments",
    "GET /operators": "see-departments",
    "GET /places": "see-places",
    "POST /places": "register-places",
    "GET /places.geojson": "export-places",
    "GET /places/{code}": "see-places",
    "PATCH /places/{code}": "edit-places",
    "POST /places/{code}/close": "edit-places",
    "GET /places/{code}/facts": "see-places",
    "GET /places/{code}/zones": "see-places",
    "GET /places/{code}/posts": "see-places",
    "POST /places/{code}/posts": "edit-places",
    "GET /places/{code}/checkpoints": "see-places",
    "POST /places/{code}/checkpoints": "edit-places",
    "POST /places/{code}/checkpoints/{checkpoint}/close": "edit-places",
    "GET /places/{code}/occurrences": "see-places",
    "POST /places/{code}/occurrences": "edit-places",
    "GET /schemes": "see-schemes",
    "POST /schemes": "adopt-schemes",
    "POST /schemes/check": "see-schemes",
    "GET /schemes/{scheme}": "see-schemes",
    "GET /schemes/{scheme}/editions": "see-schemes",
    "GET /schemes/{scheme}/rules": "see-schemes",
    "GET /schemes/{scheme}/rules/{rule}": "see-schemes",
    "GET /schemes/{scheme}/figures": "see-schemes",
    "GET /schemes/{scheme}/cases": "see-schemes",
    "GET /schemes/{scheme}/adoptions": "see-schemes",
    "POST /schemes/{scheme}/adoptions": "adopt-schemes",
    "POST /adoptions/{adoption_id}/end": "adopt-schemes",
    "GET /local-values": "see-schemes",
    "POST /local-values": "set-local-values",
    "POST /local-values/{local_value_id}/withdraw": "set-local-values",
    "GET /places/{code}/duties": "see-places",
    "GET /departments/{code}/duties": "see-departments",
    "POST /places/{code}/what-if": "see-places",
    "GET /evidence": "see-evidence",
    "POST /evidence": "record-evidence",
    "POST /evidence/batch": "record-evidence",
    "GET /evidence/{evidence_id}": "see-evidence",
    "POST /evidence/{evidence_id}/strike": "strike-evidence",
    "GET /findings": "see-findings",
    "GET /findings/{finding_id}": "see-findings",
    "POST /findings/{finding_id}/close": "close-findings",
    "GET /waivers": "see-findings",
    "POST /waivers": "give-waivers",
    "POST /waivers/{waiver_id}/withdraw": "give-waivers",
    "GET /gaps": "see-board",
    "GET /board": "see-board",
    "GET /problems": "anybody",
    "GET /problems/{code}": "anybody",
}
"""Each operation of the API and the action it needs, besides use-api."""


def may_open(role: Role, needed: str) -> bool:
    """Whether the rules let a role open what needs one of these actions; held by tests/engine/test_access.py."""
    if needed in {"anybody", "signed-in"}:
        return True
    place = "P-1" if role in {"venue-manager", "guard"} else ""
    return any(may([GrantFacts(role, place=place)], action) for action in needed.split())  # type: ignore[arg-type]
