"""XML signatures over whole messages, by xmlsec: made with our key, and verified on anybody's.

A signature is believed only for exactly what we read. It must be a child of the alert and have one reference, to the
whole document (URI ""), through nothing but "without the signature" and a canonical form. So there is no part that is
signed beside a part that is read, which is how signatures are wrapped around other contents, and nothing outside is
ever fetched. Several signatures side by side, as Canada's system makes them, are each over the message without any of
them.
"""

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Literal

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from anlan.links.cap.alert import NAMESPACE, SIGNATURES
from anlan.links.cap.document import parsed, readable
from anlan.links.cap.problems import Element, Problem, remark
from anlan.links.cap.signing_keys import SigningKey

State = Literal["none", "valid", "invalid", "unsupported"]

_D = f"{{{SIGNATURES}}}"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_ENVELOPED = f"{SIGNATURES}enveloped-signature"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_CANONICAL = frozenset(
    form + comments
    for form in (
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2006/12/xml-c14n11",
        _EXCLUSIVE.rstrip("#"),
    )
    for comments in ("", "#", "#WithComments")
)
_METHODS = frozenset(
    {f"{SIGNATURES}rsa-sha1"}
    | {f"{_MORE}{kind}-sha{size}" for kind in ("rsa", "ecdsa") for size in (256, 384, 512)}
)
_DIGESTS = frozenset(
    {
        f"{SIGNATURES}sha1",
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2001/04/xmlenc#sha512",
    }
    | {f"{_MORE}sha384"}
)
_MOST_SIGNATURES, _MOST_CERTIFICATES = 4, 5
_TEMPLATE = f"""<Signature xmlns="{SIGNATURES}"><SignedInfo>\
<CanonicalizationMethod Algorithm="{_EXCLUSIVE}"/><SignatureMethod Algorithm="{_MORE}ecdsa-sha256"/>\
<Reference URI=""><Transforms><Transform Algorithm="{_ENVELOPED}"/><Transform Algorithm="{_EXCLUSIVE}"/></Transforms>\
<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue></DigestValue></Reference>\
</SignedInfo><SignatureValue></SignatureValue></Signature>"""


@dataclass(frozen=True, slots=True)
class Signature:
    """What one signature is worth. `trusted`: made by a certificate that the caller trusts, not just by one inside."""

    state: State
    trusted: bool = False
    signer: str = ""
    is_weak: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the signatures of a message say together."""

    state: State
    signatures: tuple[Signature, ...] = ()

    @property
    def trusted(self) -> bool:
        """Whether nothing is invalid and somebody trusted has signed."""
        return self.state == "valid" and any(one.state == "valid" and one.trusted for one in self.signatures)

    @property
    def why(self) -> str:
        """Reasons why not, as the library gives them."""
        return "; ".join(one.why for one in self.signatures if one.why)


def signature_remark(found: Verdict) -> Problem | None:
    """What to tell a person about signatures that do not hold or cannot be verified."""
    if found.state in ("none", "valid"):
        return None
    code = "INVALID_SIGNATURE" if found.state == "invalid" else "UNSUPPORTED_SIGNATURE"
    return remark(code, "/alert[1]", detail=found.why)


def signed(message: bytes, key: SigningKey) -> bytes:
    """The message with a signature as its last element (ECDSA P-256, SHA-256); it must not have one."""
    root = parsed(message, whole=True)
    if isinstance(root, Problem) or root.tag != f"{{{NAMESPACE}}}alert" or _signatures(root):
        raise ValueError("only a CAP message without a signature can be signed")
    signature = etree.fromstring(_TEMPLATE)
    signature.tail = "\n"
    root.append(signature)
    context = xmlsec.SignatureContext()
    context.key = key.key
    context.sign(signature)
    info = etree.SubElement(signature, f"{_D}KeyInfo")
    data = etree.SubElement(info, f"{_D}X509Data")
    etree.SubElement(data, f"{_D}X509Certificate").text = key.certificate_text
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def verdict(message: bytes, trusted: Sequence[x509.Certificate] = ()) -> Verdict:
    """Verify every signature of a message, each by the trusted certificates first and then by those inside."""
    text = readable(message)
    root = text if isinstance(text, Problem) else parsed(text, whole=True)
    if isinstance(text, Problem) or isinstance(root, Problem):
        return Verdict("unsupported", (Signature("unsupported", why="not readable"),))
    anywhere = sum(1 for _ in root.iter(f"{_D}Signature"))
    beside = _signatures(root)
    if not anywhere:
        return Verdict("none")
    if anywhere != len(beside) or anywhere > _MOST_SIGNATURES:
        why = "a signature stands elsewhere than beside the parts of the alert, or there are too many"
        return Verdict("unsupported", (Signature("unsupported", why=why),))
    found = tuple(_verified(text, root, number, trusted) for number in range(len(beside)))
    states = {one.state for one in found}
    state: State = "invalid" if "invalid" in states else "valid" if "valid" in states else "unsupported"
    return Verdict(state, found)


def _verified(text: bytes, root: Element, number: int, trusted: Sequence[x509.Certificate]) -> Signature:
    """Verify one signature; `root` is taken apart if it holds only this one, otherwise the text is parsed anew."""
    count = len(_signatures(root))
    why, is_weak = "", False
    # Blanks between signatures belong to the message for some signers and to the signatures for others.
    for keeps_blanks in (True, False) if count > 1 else (True,):
        fresh = root if count == 1 else parsed(text, whole=True)
        assert not isinstance(fresh, Problem)
        signature = _alone(fresh, number, keeps_blanks=keeps_blanks)
        if reason := _unsupported(signature):
            return Signature("unsupported", why=reason)
        is_weak = "sha1" in _algorithm(signature, f"{_D}SignedInfo/{_D}SignatureMethod")
        tried = 0
        for certificate in chain(trusted, _certificates(signature)):
            tried += 1
            is_good, why = _holds(signature, certificate)
            if is_good:
                signer = certificate.subject.rfc4514_string()
                return Signature("valid", certificate in trusted, signer, is_weak)
        if not tried:
            return Signature("unsupported", why="the signature brings no certificate")
    return Signature("invalid", is_weak=is_weak, why=why)


def _holds(signature: Element, certificate: x509.Certificate) -> tuple[bool, str]:
    context = xmlsec.SignatureContext()
    try:
        der = certificate.public_bytes(Encoding.DER)
        context.key = xmlsec.Key.from_memory(der, xmlsec.constants.KeyDataFormatCertDer)
        context.verify(signature)
    except xmlsec.Error as error:
        return False, str(error)
    return True, ""


def _alone(root: Element, number: int, *, keeps_blanks: bool) -> Element:
    """The signature of that number, without the others beside it, and without what is in it and not of it."""
    signatures = _signatures(root)
    for other in signatures:
        if other is not signatures[number]:
            _removed(other, keeps_tail=keeps_blanks)
    signature = signatures[number]
    for part in list(signature):
        # What an Object holds is not part of an alert; some are put where xmlsec does not expect them.
        if part.tag not in (f"{_D}SignedInfo", f"{_D}SignatureValue", f"{_D}KeyInfo"):
            _removed(part, keeps_tail=True)
    return signature


def _removed(node: Element, *, keeps_tail: bool) -> None:
    parent, before, tail = node.getparent(), node.getprevious(), node.tail or ""
    if parent is None:
        return
    parent.remove(node)
    if keeps_tail or tail.strip():
        if before is None:
            parent.text = (parent.text or "") + tail
        else:
            before.tail = (before.tail or "") + tail


def _unsupported(signature: Element) -> str:
    """Why a signature is not of the one shape that we believe, or nothing."""
    info = signature.find(f"{_D}SignedInfo")
    if info is None or signature.find(f"{_D}SignatureValue") is None:
        return "there is no signature in it"
    references = info.findall(f"{_D}Reference")
    if len(references) != 1 or references[0].get("URI") != "":
        return "it does not cover the whole message, or other things too"
    transforms = [_named(one) for one in references[0].iterfind(f"{_D}Transforms/{_D}Transform")]
    if transforms[:1] != [_ENVELOPED] or not _CANONICAL.issuperset(transforms[1:]):
        return "it covers something other than the message as it stands"
    if _algorithm(info, f"{_D}CanonicalizationMethod") not in _CANONICAL:
        return "unknown canonical form"
    if _algorithm(info, f"{_D}SignatureMethod") not in _METHODS:
        return "unknown method of signing"
    if _algorithm(references[0], f"{_D}DigestMethod") not in _DIGESTS:
        return "unknown digest"
    return ""


def _certificates(signature: Element) -> Iterator[x509.Certificate]:
    """The certificates that come with it, as far as they can be read."""
    nodes = signature.iterfind(f"{_D}KeyInfo/{_D}X509Data/{_D}X509Certificate")
    for node in islice(nodes, _MOST_CERTIFICATES):
        try:
            certificate = x509.load_der_x509_certificate(base64.b64decode(node.text or ""))
        except (ValueError, binascii.Error):
            continue
        yield certificate


def _signatures(root: Element) -> list[Element]:
    return root.findall(f"{_D}Signature")


def _algorithm(node: Element, path: str) -> str:
    found = node.find(path)
    return _named(found) if found is not None else ""


def _named(node: Element) -> str:
    return str(node.get("Algorithm") or "")
