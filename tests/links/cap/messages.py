"""A whole CAP message of our own, and ways to change it by hand."""

PLAIN = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>990100-2026-0001</identifier>
  <sender>office@lanwan.example</sender>
  <sent>2026-11-23T19:30:00+08:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>
  <note>first message</note>
  <info>
    <language>zh-CN</language>
    <category>Security</category>
    <event>人群拥挤</event>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Observed</certainty>
    <eventCode><valueName>OET:v1.2</valueName><value>OET-081</value></eventCode>
    <expires>2026-11-23T23:30:00+08:00</expires>
    <headline>橙色预警</headline>
    <description>滨江广场人流超过上限。</description>
    <instruction>请勿前往。</instruction>
    <resource>
      <resourceDesc>map</resourceDesc>
      <mimeType>image/png</mimeType>
      <uri>https://lanwan.example/map.png</uri>
    </resource>
    <area>
      <areaDesc>滨江广场</areaDesc>
      <polygon>31.20,121.40 31.20,121.50 31.30,121.50 31.20,121.40</polygon>
      <circle>31.25,121.45 2.5</circle>
      <geocode><valueName>GB2260</valueName><value>990101</value></geocode>
      <altitude>0</altitude>
      <ceiling>500</ceiling>
    </area>
  </info>
</alert>
"""

ENGLISH = """  <info>
    <language>en</language>
    <category>Security</category>
    <event>Crowding</event>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Observed</certainty>
    <headline>Orange warning</headline>
    <description>Riverside Square is over its limit.</description>
    <instruction>Stay away.</instruction>
  </info>
</alert>"""


def changed(*changes: tuple[str, str], text: str = PLAIN) -> bytes:
    """The message with each first text replaced by the second, which must be there."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text.encode("utf-8")


def in_two_languages(*changes: tuple[str, str]) -> bytes:
    """The message with an English half."""
    return changed(*changes, text=PLAIN.replace("</alert>", ENGLISH))
