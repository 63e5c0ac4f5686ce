"""A small scheme without a problem, to be spoiled by the tests, and its problems."""

from anlan.engine.policy import Problem
from anlan.engine.schemes import read_scheme_texts

HEAD = """\
id: s
edition: "1"
title: {zh: 方案, en: Scheme}
valid: {from: 2026-01-15, until: 2027-01-01}
"""
TERMS = """\
places: [{id: mall, title: {zh: 商场, en: Mall}}]
roles: [{id: operator, title: {zh: 运营单位, en: Operator}}]
evidence: [{id: scan, title: {zh: 扫码, en: Scan}}]
events: [{id: document-revised, title: {zh: 文件修订, en: Document revised}}]
facts:
  - {id: daily_visitors, type: number, title: {zh: 日均客流, en: daily visitors}}
  - {id: critical_facility, type: flag, title: {zh: 重要设施, en: critical facility}}
  - {id: note, type: text, title: {zh: 备注, en: note}}
"""
DUTY = """\
rules:
  - id: patrol
    kind: duty
    title: {zh: 巡查, en: Patrol}
    cites: {label: plan}
    who: operator
    cadence: {every: PT2H}
    evidence: scan
    grace: PT10M
"""
MEASURE = """\
  - id: stricter
    kind: measure
    posture: orange
    changes: patrol
    cites: {label: practice}
"""
FIGURE = "parameters: [{id: limit, values: [{from: 2026-01-15, value: 5000, cites: {label: plan}}]}]\n"


def problems(body: str = "", head: str = HEAD, terms: str = TERMS) -> tuple[Problem, ...]:
    return read_scheme_texts({"scheme.yaml": head, "terms.yaml": terms, "body.yaml": body})[1]


def only(body: str = "", head: str = HEAD, terms: str = TERMS) -> Problem:
    (problem,) = problems(body, head, terms)
    return problem
