"""Inserts, starts and finishes deployments through models that Django's inspectdb has made of the tables it found."""

import io
import os
import sys
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings
from django.core.management import call_command

url = urlsplit(os.environ["DEPLOY_QUEUE_DATABASE_URL"])
settings.configure(
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": url.hostname,
            "PORT": url.port,
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "NAME": unquote(url.path[1:]),
            "OPTIONS": {"options": "-c search_path=deploy_queue"},
        }
    },
)
django.setup()

source = io.StringIO()
call_command("inspectdb", "environments", "cells", "deployments", stdout=source)
models = {"__name__": "queue.models"}
exec(source.getvalue().replace("class Meta:", "class Meta:\n        app_label = 'queue'"), models)
Deployment = models["Deployments"]

from django.utils import timezone  # noqa: E402


def save_whole_row(deployment, precise):
    if not precise:
        for field in deployment._meta.fields:
            value = getattr(deployment, field.attname)
            if hasattr(value, "microsecond"):
                setattr(deployment, field.attname, value.replace(microsecond=value.microsecond // 1000 * 1000))
    deployment.save()
    deployment.refresh_from_db()


deployment = Deployment(
    environment="dev", cloud_provider="aws", region=sys.argv[1], cell_index=1, component="api", version="v1"
)
deployment.save()
deployment.refresh_from_db()
save_whole_row(deployment, precise=False)
for moment in ("start_timestamp", "heartbeat_timestamp", "finish_timestamp"):
    setattr(deployment, moment, timezone.now())
    save_whole_row(deployment, precise=True)
    save_whole_row(deployment, precise=True)
    save_whole_row(deployment, precise=False)
print(deployment.id)
