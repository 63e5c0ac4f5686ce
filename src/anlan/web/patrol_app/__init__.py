"""The guard's page: works a whole shift without network and sends what it recorded when there is one."""

from django.urls import URLPattern, path

from anlan.web.patrol_app import offline, sync, views

addresses: list[URLPattern] = [
    path("patrol/", views.app, name="patrol-app"),
    path("patrol/shell/<str:language>/", views.shell, name="patrol-shell"),
    path("patrol/worker.js", offline.worker, name="patrol-worker"),
    path("patrol/manifest.webmanifest", offline.manifest, name="patrol-manifest"),
    path("patrol/shift.json", views.shift, name="patrol-shift"),
    path("patrol/device/", views.device, name="patrol-device"),
    path("patrol/sync/", sync.sync, name="patrol-sync"),
    path("patrol/help/", sync.call_help, name="patrol-help"),
    path("patrol/photos/<str:sha256>/", sync.photo, name="patrol-photo"),
]
