"""The words of the guard's page: reasons a guard may choose, flags, and everything its scripts say."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.queries.patrol_news import CARRIED_ON

MISSED_REASONS: Final[dict[str, Promise]] = {
    "locked": gettext_lazy("Locked or closed"),
    "blocked": gettext_lazy("The way is blocked"),
    "danger": gettext_lazy("Danger on the spot"),
    "called-away": gettext_lazy("Called to something else"),
    "code-gone": gettext_lazy("The code is missing or damaged"),
    "other": gettext_lazy("Another reason (write it below)"),
}
EARLY_REASONS: Final[dict[str, Promise]] = {
    "relieved": gettext_lazy("Relieved by a colleague"),
    "unwell": gettext_lazy("Unwell or injured"),
    "ordered": gettext_lazy("Ordered elsewhere"),
    "phone": gettext_lazy("The phone is failing"),
    "other": gettext_lazy("Another reason (write it below)"),
}
UNCHOSEN_REASONS: Final[dict[str, Promise]] = {CARRIED_ON: gettext_lazy("Carried on on another phone")}
"""Reasons that the page gives by itself."""

FLAG_WORDS: Final[dict[str, Promise]] = {
    "clock-offset": gettext_lazy("The phone's clock was off by more than two minutes"),
    "burst": gettext_lazy("Four or more checkpoints within a minute"),
    "impossible-speed": gettext_lazy("Faster than anybody walks"),
    "void-code": gettext_lazy("A code that had been replaced"),
    "unknown-code": gettext_lazy("A code that is not known"),
    "stale-code": gettext_lazy("A turning code after its time"),
    "foreign-place": gettext_lazy("A code of another place"),
    "far-away": gettext_lazy("Position away from the checkpoint"),
    "other-device": gettext_lazy("Sent by another phone than the one the round began on"),
    "typed-run": gettext_lazy("Three codes in a row typed by hand"),
    "typed": gettext_lazy("Typed by hand"),
    "out-of-order": gettext_lazy("The phone's clock went back"),
    "future": gettext_lazy("A time that had not come yet"),
}
LEVELS: Final[dict[str, Promise]] = {
    "normal": gettext_lazy("Normal"),
    "blue": gettext_lazy("Blue"),
    "yellow": gettext_lazy("Yellow"),
    "orange": gettext_lazy("Orange"),
    "red": gettext_lazy("Red"),
}


def reason_words(reason: str) -> str:
    """A reason as the page offered it, with what was written beside it; or the writer's own words."""
    key, _colon, own = reason.partition(": ")
    known = MISSED_REASONS.get(key) or EARLY_REASONS.get(key) or UNCHOSEN_REASONS.get(key)
    if known is None:
        return reason
    return own if key == "other" and own else f"{known} · {own}" if own else str(known)


def script_words() -> dict[str, str]:
    """What the page's scripts say, in the language that is active; {braces} are filled by the script."""
    return {
        "recorded": _("Recorded: {name}"),
        "recordedOther": _("Recorded: {name}. The next leg is still {next}."),
        "unknownCode": _(
            "This code is not known on this phone. The scan is kept and somebody will look at it."
        ),
        "voidCode": _(
            "This code was replaced. The scan is kept and somebody will look at it; report the old label."
        ),
        "wrongTyped": _("A letter is wrong or missing. Compare with the label: 8 letters, no I, L, O or U."),
        "notOurs": _("This is not a code of a checkpoint."),
        "missedKept": _("Kept: {name} not reached."),
        "noteKept": _("Note kept."),
        "photoKept": _("Photo kept on this phone until it is sent."),
        "photoFailed": _("This picture cannot be used."),
        "noteWhere": _("Note: {name}"),
        "cameraRefused": _("The camera is not available. Type the code, or take a picture of it."),
        "cameraLooking": _("Hold the code in the frame; it is read by itself."),
        "nothingInPicture": _("No code was found in the picture."),
        "nfcReady": _("Hold the phone to the tag."),
        "nfcFailed": _("The tag could not be read."),
        "waiting": _("Waiting to be sent"),
        "sent": _("Delivered"),
        "refused": _("Not accepted"),
        "refusedWhy": _("Not accepted ({why}); it stays on this phone"),
        "sending": _("Sending …"),
        "sentAll": _("Everything has been delivered."),
        "noNetwork": _("No network. Everything stays on this phone and is sent later."),
        "tokenRefused": _("This phone is no longer enrolled. Sign in again; nothing is lost."),
        "serverBusy": _("The server does not answer at present. Everything stays on this phone."),
        "helpLine": _("Help: {words}"),
        "helpSent": _("Sent at {time}. It shows in the control room; nobody has taken it yet."),
        "helpTaken": _(
            "The control room has taken your call of {time} ({taken}). Stay where you are if you can."
        ),
        "helpClosed": _("Your call of {time} was closed by the control room at {closed}."),
        "helpWaiting": _(
            "Called at {time}, waiting for network: it is sent as soon as there is one. Telephone now."
        ),
        "helpRefused": _("The call of {time} was not accepted. Telephone now."),
        "helpWhere": _("The control room is told: {where}."),
        "helpWherePlace": _("The control room is told: {name}, no checkpoint scanned yet."),
        "helpLast": _("last scan {name}"),
        "helpNext": _("next leg {name}"),
        "by": _("by {time}"),
        "left": _("{time} left"),
        "lateBy": _("{time} late"),
        "goAt": _("Be there at {time}"),
        "goNow": _("Go now"),
        "anyOrder": _("No plan was drawn for this level: scan every checkpoint once in its window."),
        "nothingOwed": _("Nothing is due at the moment"),
        "covered": _("Already covered by another round: {list}. You need not go there in this window."),
        "nameAt": _("{name} ({time})"),
        "comma": _(", "),
        "andMore": _(" and {n} more"),
        "othersUnknown": _(
            "What other rounds have walked since {time} is not known here without network: "
            "this phone may name a checkpoint that is covered already."
        ),
        "mapLabel": _("Map. Next checkpoint: {name}."),
        "mapWords": _(
            "North is up. Ticked: scanned in this window. Where you are is not shown: "
            "the phone asks for its position only at a scan, and only if the place wants it."
        ),
        "mapSketch": _(
            "There is no base map here: the sketch shows only how the checkpoints lie, north up. "
            "Ticked: scanned in this window."
        ),
        "mapNothing": _("Nobody has entered where this checkpoint lies, so there is no map: go by its name."),
        "wayFrom": _("About {metres} m {direction} of your last scan"),
        "wayHere": _("Right beside your last scan"),
        "to_n": _("north"),
        "to_ne": _("north-east"),
        "to_e": _("east"),
        "to_se": _("south-east"),
        "to_s": _("south"),
        "to_sw": _("south-west"),
        "to_w": _("west"),
        "to_nw": _("north-west"),
        "kickerNext": _("Next leg"),
        "kickerExtra": _("Not in the plan"),
        "extraGo": _("All legs of the plan are done. This one is still open: go there if you can."),
        "allDone": _("All legs are done until the shift ends at {time}"),
        "doneUntil": _("All legs are done until {time}"),
        "nothingUntil": _("Nothing is due until {time}"),
        "spareNoLegs": _("The plan has no leg for this beat"),
        "waitAt": _("Wait at your post: {post}."),
        "waitHere": _("Wait at your post."),
        "thenWindow": _("At {time} the next window begins; this page then says where to go."),
        "thenNothing": _(
            "No further window begins before the shift ends at {time}. If the level changes or a colleague "
            "falls out, new legs appear here."
        ),
        "elsewhere": _("A round of yours has been running since {time} on another phone or browser."),
        "elsewhereScanned": _(
            "A round of yours has been running since {time}: a label was scanned without this page."
        ),
        "elsewhereNoScan": _("no checkpoint scanned yet"),
        "elsewhereKeep": _("Let it run"),
        "elsewhereBeside": _("Begin another round here"),
        "elsewhereEnded": _("The round of {time} ends over there."),
        "endedElsewhere": _(
            "Your round was ended from another phone at {time}. What waits on this phone is still sent."
        ),
        "endedByPlace": _(
            "Your round was ended by the place at {time}. What waits on this phone is still sent. If you are still "
            "walking, start the shift again."
        ),
        "levelAuto": _("told by the server"),
        "levelRadio": _("told by radio"),
        "levelChanged": _("Level {level}: the plan has changed."),
        "minutes": _("{n} min"),
        "hours": _("{h} h {m} min"),
        "seconds": _("{n} s"),
        "shiftEnds": _("until {time}"),
        "notLoaded": _(
            "The server did not answer, so no shift is on this phone yet. It is asked again by itself."
        ),
        "notSignedIn": _("Sign in once while there is a network; after that the shift works without one."),
        "signedOut": _("Signed out. Records on this phone stay and are still sent."),
        "cached": _("Without network: working from what was loaded at {time}."),
        "noShift": _("No shift begins here within 16 hours."),
        "shiftOver": _("The loaded shift is over. Sign in while there is a network to load the next."),
        "endUnsent": _(
            "{n} records have not been delivered. They stay on this phone and are sent when there is a network. "
            "Do not clear the browser; send them now or save them to a file."
        ),
        "endAllSent": _("Everything has been delivered."),
        "endEarly": _("The shift lasts until {time}. Say why it ends now."),
        "reasonNeeded": _("Choose a reason."),
        "ownWordsNeeded": _("Write the reason in a few words."),
        "ended": _("The shift has ended on this phone."),
        "otherGuard": _("{n} records of another guard wait on this phone; they are sent as theirs."),
        "persisted": _("The browser keeps this page's data."),
        "notPersisted": _(
            "The browser may clear this page's data when space runs short: put the page on the home screen."
        ),
        "exported": _("Saved to a file."),
        "imported": _("{n} records were taken from the file."),
        "importFailed": _("This file holds no records of this page."),
        "kindWalk": _("Shift begun"),
        "kindEnd": _("Shift ended"),
        "kindEndElsewhere": _("Round on another phone ended"),
        "kindHelp": _("Call for help"),
        "kindMissed": _("Not reached: {name}"),
        "kindScan": _("Scan: {name}"),
        "unknownPoint": _("unknown code"),
        "why_no-grant": _("no right to walk this place"),
        "why_left": _("done after the account had ended"),
        "why_no-such-place": _("no such place"),
        "why_unreadable": _("the server cannot read it"),
        **{f"level_{level}": str(words) for level, words in LEVELS.items()},
    }
