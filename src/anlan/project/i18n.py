"""The languages Anlan speaks, Chinese first."""

LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
