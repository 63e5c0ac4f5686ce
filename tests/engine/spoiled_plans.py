"""A small scheme with one plan and no problem, to be spoiled by the tests."""

HEAD = 'id: s\nedition: "1"\ntitle: {zh: 方案, en: Scheme}\nvalid: {from: 2026-01-15}\n'
TERMS = """\
places:
  - {id: mall, title: {zh: 商场, en: Mall}}
  - {id: park, title: {zh: 公园, en: Park}}
roles: [{id: operator, title: {zh: 运营单位, en: Operator}}]
evidence: [{id: scan, title: {zh: 扫码, en: Scan}}]
facts: [{id: visitors, type: number, title: {zh: 客流, en: visitors}}]
scenarios: [{id: crowd-crush, title: {zh: 拥挤踩踏, en: Crowd crush}}]
card-roles:
  - {id: guard, title: {zh: 保安员, en: Guard}}
  - {id: commander, title: {zh: 现场指挥员, en: Commander}}
calls:
  - {id: police, phone: "110", title: {zh: 公安, en: Police}}
  - {id: control-room, title: {zh: 监控室, en: Control room}}
"""
_ANSWERS = "answers: [{zh: 甲, en: A}, {zh: 乙, en: B}, {zh: 丙, en: C}]"
PLAN = f"""\
rules:
  - {{id: plan-crush, kind: plan, title: {{zh: 预案, en: Plan}}, cites: {{label: practice}}}}
  - id: patrol
    kind: duty
    title: {{zh: 巡查, en: Patrol}}
    who: operator
    cadence: day
    evidence: scan
    cites: {{label: practice}}
plans:
  - id: crush
    rule: plan-crush
    scenario: crowd-crush
    where: {{kind: mall}}
    title: {{zh: 拥挤预案, en: Crowd plan}}
    cites: {{label: practice}}
    triggers: [{{zh: 人流停住。, en: The flow stops.}}]
    command: {{zh: 公安指挥。, en: The police command.}}
    roles:
      - role: guard
        first:
          - {{id: stop, do: {{zh: 停止入场。, en: Stop the way in.}}, within: PT1M}}
          - {{id: report, do: {{zh: 报告监控室。, en: Tell the control room.}}, call: control-room}}
          - {{id: open, do: {{zh: 打开出口。, en: Open the exits.}}, shows: exits}}
          - {{id: lead, do: {{zh: 引导离开。, en: Lead people out.}}}}
          - {{id: help, do: {{zh: 救助伤者。, en: Help the hurt.}}}}
        never:
          - {{zh: 严禁逆行。, en: Never go against the flow.}}
          - {{zh: 严禁弯腰捡物。, en: Never bend down.}}
        read-back:
          - {{ask: {{zh: 问一？, en: One?}}, {_ANSWERS}, right: 1}}
          - {{ask: {{zh: 问二？, en: Two?}}, {_ANSWERS}, right: 2}}
          - {{ask: {{zh: 问三？, en: Three?}}, {_ANSWERS}, right: 3}}
          - {{ask: {{zh: 问四？, en: Four?}}, {_ANSWERS}, right: 1}}
          - {{ask: {{zh: 问五？, en: Five?}}, {_ANSWERS}, right: 2}}
    phases:
      - id: ease
        title: {{zh: 疏解, en: Ease}}
        until: {{zh: 人流恢复。, en: People move again.}}
        steps: [{{role: commander, do: {{zh: 单向放行。, en: Let people out one way.}}}}]
      - id: care
        title: {{zh: 救治, en: Care}}
        until: {{zh: 伤者送医。, en: The hurt are in hospital.}}
        steps: [{{role: guard, do: {{zh: 让出通道。, en: Keep the way clear.}}}}]
    resources: [{{id: ambulance, title: {{zh: 救护车, en: Ambulances}}, quantity: 4}}]
    public: [avoid-crowd, all-clear]
    stand-down: [{{zh: 危险解除。, en: The danger is over.}}]
    recovery: [{{zh: 复盘。, en: Review what happened.}}]
"""
