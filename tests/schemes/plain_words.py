"""How hard a text is to read: our own counting, stated here, so that no corpus has to be fetched.

English: the Flesch-Kincaid grade, 0.39 words a sentence + 11.8 syllables a word - 15.59. A syllable is a run of vowels
(y counts); a silent e or ed at the end counts for none, -le after a consonant for one; words in which two vowels that
meet are spoken apart are listed. A number or an abbreviation counts as one word of as many syllables as it has figures
or capitals. A sentence ends with a full stop, ! or ?, so that what follows a colon still belongs to it.

Chinese: characters of a step, marks and figures included, and the items that 、 strings together.
"""

import re
from collections.abc import Iterable, Sequence

_COUNTED = {
    2: "agrees basement being beyond bodies bottles business carries centre colleague diet doing "
    "elsewhere fuels going metre metres movement quiet safely safety saying settled something "
    "sometimes statement therefore triage widely wireless",
    3: "announcement anyone area areas barrier barriers creative idea injuries manual quietly radio "
    "radios reopen somebody supplier suppliers usual vehicles video whoever",
    4: "authorities evacuate manually negotiate radiation situation",
    5: "biological evacuation invacuation negotiator negotiators radioactive",
}
"""Words of the plans whose vowels the rule below gets wrong, by their syllables."""
_KNOWN = {word: count for count, words in _COUNTED.items() for word in words.split()}

_SHORT = ("the", "be", "he", "me", "we", "she")
_SILENT = re.compile(
    r"[^aeiouyl]e$|[aeiouy]le$|rle$"  # fire, while
    r"|[^aeiouytd]ed$"  # closed, but not treated
    r"|(?<![cgsxz])(?<!ch)(?<!sh)es$"  # doves, but not places
)


def syllables(word: str) -> int:
    """The syllables of one English word, a number or an abbreviation."""
    bare = word.strip("’'").removesuffix("'s").removesuffix("’s")
    if bare.isdigit() or (bare.isupper() and len(bare) > 1 and not re.search("[AEIOU]", bare)):
        return len(bare)
    low = bare.lower()
    if low in _KNOWN:
        return _KNOWN[low]
    runs = len(re.findall(r"[aeiouy]+", low))
    if low not in _SHORT and runs > 1 and _SILENT.search(low):
        runs -= 1
    return max(1, runs)


def sentences(text: str) -> Sequence[Sequence[str]]:
    """The words of each sentence."""
    parts = (re.findall(r"[A-Za-z0-9][A-Za-z0-9'’]*", part) for part in re.split(r"[.!?]+(?:\s|$|”)", text))
    return [words for words in parts if words]


def grade(texts: Iterable[str]) -> float:
    """The Flesch-Kincaid grade of these texts taken together."""
    said = [sentence for text in texts for sentence in sentences(text)]
    words = [word for sentence in said for word in sentence]
    return 0.39 * len(words) / len(said) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def strung(text: str) -> int:
    """The most items that 、 strings together in one sentence of a Chinese text."""
    return max(part.count("、") for part in re.split("[。！？；，：]", text)) + 1
